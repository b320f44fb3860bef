import { probeContents, type Contents, type FoundContent } from './contents.ts';
import type { LsblkDevice } from './parse/block.ts';
import { inspectSpare, type SpareContents } from './superblock.ts';
import type { SysBlock } from './sysfs.ts';
import { within } from './within.ts';

/** What was read of a device's contents. */
export interface DiskContents {
  /** What blkid found; `unreadable` when it could not look. */
  readonly content: FoundContent;
  readonly spare: SpareContents;
}

/** A device whose contents are looked at. */
export interface Readable {
  readonly lsblk: LsblkDevice;
  readonly sys: SysBlock;
}

/** Reads the devices themselves, which wakes those that sleep. */
export interface ContentsReader {
  readonly content: (paths: readonly string[]) => Promise<Contents>;
  readonly spare: (path: string, sizeSectors: number) => Promise<SpareContents>;
}

/**
 * What was read before, for lists that are made because something else changed: a disk that sleeps is not woken for them.
 * Never for a plan, nor for a person who wants to see what is there now.
 */
export class KnownContents {
  #held = new Map<string, { readonly key: string; readonly contents: DiskContents }>();

  /** What is known of the devices that are as they were when they were read. By devno. */
  of(devices: readonly Readable[]): Map<string, DiskContents> {
    return new Map(
      devices.flatMap(({ lsblk, sys }) => {
        const devno = lsblk['maj:min'];
        const held = this.#held.get(devno);
        return held?.key === keyOf({ lsblk, sys }) ? [[devno, held.contents] as const] : [];
      }),
    );
  }

  /** Takes in what was read of devices that were looked up before; what was known of others is forgotten. */
  set(devices: readonly Readable[], read: ReadonlyMap<string, DiskContents>): void {
    this.#held = new Map(
      devices.flatMap((device) => {
        const devno = device.lsblk['maj:min'];
        const [key, contents] = [keyOf(device), read.get(devno)];
        // What could not be read is tried again: it may have been a moment's trouble.
        const isWhole = contents?.content !== 'unreadable' && contents?.spare.kind !== 'unreadable';
        return key !== null && contents !== undefined && isWhole ? [[devno, { key, contents }] as const] : [];
      }),
    );
  }
}

/**
 * Which disk a device is and what has been written to it: contents change only with it. null where that cannot be told: before
 * Linux 5.15, without counters of writes, and of a loop device, whose file may be written behind it.
 */
function keyOf({ lsblk, sys }: Readable): string | null {
  const { sequence, written, sizeSectors, startSectors, diskDevno, partition, wwn, serial, slaves } = sys;
  if (sequence === null || written === null || lsblk.type === 'loop') return null;
  const identity = [lsblk.path, lsblk.model, lsblk.serial, wwn, serial, sys.mappingName, sys.mappingUuid];
  return JSON.stringify([sequence, written, sizeSectors, startSectors, diskDevno, partition, slaves, identity]);
}

const machine: ContentsReader = { content: probeContents, spare: inspectSpare };

/**
 * Contents of devices, by devno. What `known` still knows is not read with `keep`, which needs `known`; without, all is read
 * and `known` learns it.
 */
export async function readContents(
  devices: readonly Readable[],
  { known, keep }: { readonly known: KnownContents | null; readonly keep: boolean },
  reader: ContentsReader = machine,
): Promise<Map<string, DiskContents>> {
  const held = keep && known !== null ? known.of(devices) : new Map<string, DiskContents>();
  const unknown = devices.filter(({ lsblk }) => !held.has(lsblk['maj:min']));
  const found = await reader.content(unknown.map(({ lsblk }) => lsblk.path));
  const read = await Promise.all(
    unknown.map(async ({ lsblk: { path, 'maj:min': devno }, sys }) => {
      const stuck: SpareContents = { kind: 'unreadable', detail: 'the device does not answer' };
      const none: SpareContents = { kind: 'none' };
      const spare = sys.mappingName === null ? await within(reader.spare(path, sys.sizeSectors), stuck) : none;
      return [devno, { content: found.get(path) ?? null, spare }] as const;
    }),
  );
  const contents = new Map([...held, ...read]);
  known?.set(devices, contents);
  return contents;
}
