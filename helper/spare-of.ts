import type { BlockDevice } from '../app/domain/block-device.ts';
import type { Facts, Survey } from './devices.ts';
import { mainId } from './identity.ts';
import { kindOf } from './kind.ts';
import type { Superblock } from './superblock.ts';

/** Disks named at most where any may be the main (app/domain/block-device.ts): a shelf full of one kind fits alike. */
const MOST_FITTING = 100;

/** Whose spare a device is by what it holds, and which disk here its main is or may be. null when it is none. */
export function spareOfFacts(spare: Facts, found: Survey): BlockDevice['spareOf'] {
  if (spare.spare.kind !== 'valid') return null;
  const { superblock } = spare.spare;
  const { uuid, mainId: wanted, mainSectors, blockSectors, usableBlocks } = superblock;
  const live = found.mappings.find(({ table }) => table.core['uuid'] === uuid);
  const fitting = found.facts.filter((facts) => fits(facts, spare, superblock)).map(({ lsblk }) => lsblk['maj:min']);
  const only = wanted !== null && fitting.length === 1 ? (fitting[0] ?? null) : null;
  const mainDevno = live?.table.mainDevno ?? only;
  return {
    uuid,
    mainId: wanted,
    mainSectors,
    blockSectors,
    usableBlocks,
    live: live !== undefined,
    mainDevno,
    mayBeMain: mainDevno === null ? fitting.slice(0, MOST_FITTING) : [],
  };
}

/** Whether a device may be the main: by identity and size, or by size alone where the spare knows no identity. */
function fits(
  { lsblk, sys, spare: contents }: Facts,
  spare: Facts,
  { mainId: wanted, mainSectors }: Superblock,
): boolean {
  if (lsblk['maj:min'] === spare.lsblk['maj:min'] || sys.sizeSectors !== mainSectors) return false;
  const kind = kindOf(lsblk, sys);
  if (wanted !== null) {
    const identity = mainId({ wwn: sys.wwn, serial: sys.serial ?? lsblk.serial }, sys.partition);
    return kind !== 'mapping' && identity === wanted;
  }
  // Many devices may have one size by chance: one that no pair could have been made with is not doubted.
  const overlaps = sys.diskDevno === spare.lsblk['maj:min'] || spare.sys.diskDevno === lsblk['maj:min'];
  return !overlaps && contents.kind !== 'valid' && (kind === 'disk' || kind === 'partition' || kind === 'loop');
}
