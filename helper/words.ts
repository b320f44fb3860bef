import type { BlockDevice, Content, DeviceUser } from '../app/domain/block-device.ts';
import { formatBytes, sectorsToBytes } from '../app/domain/units.ts';
import { cut, cutMiddle } from './cut.ts';

/** Whoever mounts something chooses how long its path is. What stands after it in a sentence must still be read. */
const MOST_PATH_CHARS = 200;
/** A device in words is a heading; see `title` of a plan's entry. */
const MOST_MODEL_CHARS = 100;

/** What is found on a device, as the object of a sentence: `an ext4 file system labelled "photos"`. */
export function contentWords(content: Content | null): string {
  if (content === null) return 'nothing that is known';
  const label = content.label === null ? '' : ` labelled "${content.label}"`;
  switch (content.usage) {
    case 'filesystem':
      return `${article(content.type)} ${content.type} file system${label}`;
    case 'raid':
      return `a part of a RAID or volume group (${content.type})`;
    case 'crypto':
      return `encrypted data (${content.type})${label}`;
    case 'partition-table':
      return `a partition table (${content.type})`;
    case 'spare':
      return 'blocks of another disk, for which it is the spare';
    case 'other':
      return content.type === 'swap' ? `a swap area${label}` : `data of the kind ${content.type}${label}`;
  }
}

/** What uses a device: `mounted at /home`. */
export function userWords(user: DeviceUser): string {
  switch (user.kind) {
    case 'mount':
      return `mounted at ${cutMiddle(user.at, MOST_PATH_CHARS, MOST_PATH_CHARS / 2)}`;
    case 'swap':
      return 'used as swap';
    case 'holder':
      return `in use by ${user.name}`;
  }
}

/** A device as people tell it from others: `WDC WD40EFRX (sdb, 3.64 TiB)`. */
export function deviceWords(device: Pick<BlockDevice, 'model' | 'name' | 'sizeSectors' | 'kind'>): string {
  const size = formatBytes(sectorsToBytes(device.sizeSectors));
  if (device.kind === 'partition') return `partition ${device.name} (${size})`;
  if (device.model === null) return `${device.name} (${size})`;
  return `${cut(device.model, MOST_MODEL_CHARS)} (${device.name}, ${size})`;
}

function article(word: string): string {
  return /^[aeiou]/i.test(word) ? 'an' : 'a';
}
