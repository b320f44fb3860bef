import { superblockPlaces, UNIT_BYTES } from './layout.ts';
import { readAligned, type AlignedReader } from './raw-device.ts';
import { decodeFullSuperblock } from './spare/superblock.ts';

/** What a superblock says of the pair. */
export interface Superblock {
  readonly uuid: string;
  readonly sequence: bigint;
  readonly mainId: string | null;
  readonly mainSectors: number;
  readonly spareSectors: number;
  readonly blockSectors: number;
  /** Spare blocks that may hold data. */
  readonly usableBlocks: number;
}

/** What one place of a superblock holds. */
export type Decoded =
  { readonly kind: 'none' | 'damaged' | 'unsupported' } | { readonly kind: 'valid'; readonly superblock: Superblock };

/**
 * Reads one metadata unit of {@link UNIT_BYTES}; it is `valid` only with the right checksum and plausible numbers, and
 * `unsupported` with features that a writer does not know, since what asks here means to use the spare.
 */
export function decodeSuperblock(unit: Uint8Array): Decoded {
  const decoded = decodeFullSuperblock(unit);
  switch (decoded.kind) {
    case 'invalid':
      return { kind: decoded.fault === 'checksum' ? 'damaged' : 'none' };
    case 'newer':
      return { kind: 'unsupported' };
    case 'contradictory':
      return { kind: 'damaged' };
    case 'valid': {
      const { header, layout, roCompat, mainId, mainSectors } = decoded.superblock;
      if (roCompat !== 0n) return { kind: 'unsupported' };
      const { spareSectors, blockSectors, usable: usableBlocks } = layout;
      const { uuid, sequence } = header;
      return {
        kind: 'valid',
        superblock: { uuid, sequence, mainId, mainSectors, spareSectors, blockSectors, usableBlocks },
      };
    }
  }
}

/** What a device holds of ours, over all places. */
export type SpareContents =
  | { readonly kind: 'none' }
  /** A superblock that is damaged, of a newer version, or one of several that contradict each other. */
  | { readonly kind: 'unusable' }
  | { readonly kind: 'unreadable'; readonly detail: string }
  | { readonly kind: 'valid'; readonly superblock: Superblock };

/** Looks for a superblock at every place of a device. The newest valid one counts; two pairs on one spare do not. */
export async function inspectSpare(path: string, sizeSectors: number): Promise<SpareContents> {
  try {
    return await readAligned(path, (read) => inspect(read, sizeSectors));
  } catch (thrown) {
    return { kind: 'unreadable', detail: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

async function inspect(read: AlignedReader, sizeSectors: number): Promise<SpareContents> {
  const found: Superblock[] = [];
  let unusable = false;
  let failure: string | null = null;
  for (const offset of superblockPlaces(sizeSectors)) {
    try {
      const decoded = decodeSuperblock(await read(offset, UNIT_BYTES));
      if (decoded.kind === 'valid') found.push(decoded.superblock);
      else unusable ||= decoded.kind !== 'none';
    } catch (thrown) {
      failure = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }
  const newest = found.reduce<Superblock | null>((a, b) => (a !== null && a.sequence >= b.sequence ? a : b), null);
  if (newest !== null) {
    return found.every(({ uuid }) => uuid === newest.uuid)
      ? { kind: 'valid', superblock: newest }
      : { kind: 'unusable' };
  }
  if (unusable) return { kind: 'unusable' };
  return failure === null ? { kind: 'none' } : { kind: 'unreadable', detail: failure };
}
