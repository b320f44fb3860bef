import { viewOf } from './unit.ts';

/** The superblock's list of missed writes; see "Missed writes" in docs/on-disk-format.md. */

const at = { count: 188, entries: 256 } as const;
const ENTRY_BYTES = 16;
const MOST_ENTRIES = 100;
const COPY_SHIFT = 56n;
const EVERY_UNIT = (1n << COPY_SHIFT) - 1n;

/** A write to the table that one copy did not get while the other did. */
export interface MissedWrite {
  readonly copy: number;
  /** Number of the table unit; null for every unit of the copy. */
  readonly unit: number | null;
  /** The copy's unit counts only with this sequence or a higher one. */
  readonly sequence: bigint;
}

/** Reads the list out of a superblock; null when its numbers cannot be. */
export function readMissed(superblock: Uint8Array, copies: number, tableUnits: number): readonly MissedWrite[] | null {
  const view = viewOf(superblock);
  const count = view.getUint32(at.count, true);
  if (count > MOST_ENTRIES) return null;
  const missed: MissedWrite[] = [];
  for (let n = 0; n < count; n += 1) {
    const word = view.getBigUint64(at.entries + n * ENTRY_BYTES, true);
    const sequence = view.getBigUint64(at.entries + n * ENTRY_BYTES + 8, true);
    const copy = Number(word >> COPY_SHIFT);
    const unit = (word & EVERY_UNIT) === EVERY_UNIT ? null : Number(word & EVERY_UNIT);
    if (copy >= copies || (unit !== null && unit >= tableUnits)) return null;
    missed.push({ copy, unit, sequence });
  }
  return missed;
}

/** The sequence below which a copy's unit of the table must be taken as damaged. */
export function requiredSequence(missed: readonly MissedWrite[], copy: number, unit: number): bigint {
  return missed
    .filter((one) => one.copy === copy && (one.unit === null || one.unit === unit))
    .reduce((most, { sequence }) => (sequence > most ? sequence : most), 0n);
}

/** A superblock that lists none. Its checksum is left as it was. */
export function withoutMissed(superblock: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(superblock);
  bytes.fill(0, at.count, at.count + 4);
  bytes.fill(0, at.entries, at.entries + MOST_ENTRIES * ENTRY_BYTES);
  return bytes;
}
