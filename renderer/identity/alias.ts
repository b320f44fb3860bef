import type { BlockDevice } from '../../app/domain/block-device.ts';

const colours = [
  { name: 'blue', css: '#0072b2' },
  { name: 'sky', css: '#56b4e9' },
  { name: 'green', css: '#009e73' },
  { name: 'amber', css: '#e69f00' },
  { name: 'rust', css: '#d55e00' },
  { name: 'rose', css: '#cc79a7' },
  { name: 'plum', css: '#7b5ea7' },
  { name: 'slate', css: '#6f7d8c' },
] as const;

const first = (
  'amber ancient autumn bold brave bright brisk calm clear cool coral crisp dawn deep distant early ' +
  'even fair far fern fine first frosty gentle golden grand green hidden high hollow idle inner ' +
  'ivory keen kind late light little lone long low lucky mellow mild misty narrow new noble ' +
  'north old open outer pale plain proud quick quiet rapid rare round silent silver slow small'
).split(' ');
const second = (
  'acorn anchor apple arbor badger basin bay beacon birch bridge brook canyon cedar cliff cloud comet ' +
  'cove crane creek delta dune eagle ember falcon fern field finch fjord forest fox garden glade ' +
  'grove harbor hawk heath heron hill island ivy juniper lagoon lake lantern lark maple marsh meadow ' +
  'mesa mill moss oak orchard otter peak pebble pine pond quarry raven reef ridge river robin'
).split(' ');

export interface Alias {
  /** `Quiet Harbor`. */
  readonly words: string;
  readonly colour: string;
  readonly colourName: string;
}

/** FNV-1a, 32 bit: spreads short identities well and needs no library (draft-eastlake-fnv). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  // FNV's low bits are its weak ones, and they choose here: fold the high half in (murmur3's finaliser).
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

/** The lasting name of a drive for pictures in which serials are hidden: the same identity gives the same alias. */
export function aliasOf(identity: string): Alias {
  const value = hash(identity);
  const colour = colours[value % colours.length] ?? colours[0];
  const one = first[(value >>> 3) % first.length] ?? '';
  const two = second[(value >>> 12) % second.length] ?? '';
  return { words: `${capital(one)} ${capital(two)}`, colour: colour.css, colourName: colour.name };
}

type Identified = Pick<BlockDevice, 'wwn' | 'serial' | 'model' | 'sizeSectors' | 'name' | 'kind' | 'startSectors'>;

/** What tells a device from every other: its WWN or serial where it has one. Partitions of a disk differ. */
export function identityOf(device: Identified): string {
  const disk = device.wwn ?? device.serial ?? `${device.model ?? ''}/${device.name}/${device.sizeSectors}`;
  return device.kind === 'partition' ? `${disk}+${device.startSectors}` : disk;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
