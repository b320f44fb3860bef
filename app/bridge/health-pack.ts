import { packedRows } from '../domain/counts.ts';
import { healthCellSchema, type HealthCell } from '../domain/target.ts';

/** Health cells on their way to a view: their fields without names, a cell after the other, in the schema's order. */
export const packedHealthSchema = packedRows(healthCellSchema);

const FIELDS = Object.keys(healthCellSchema.shape).length;

export function packHealth(cells: readonly HealthCell[]): number[] {
  return cells.flatMap((one) => [
    one.cell,
    one.scannedBlocks,
    one.mapped,
    one.pending,
    one.soft,
    one.slow,
    one.averageLatencyUs,
    one.worstLatencyUs,
    one.risk,
    one.confidence,
  ]);
}

export function unpackHealth(packed: readonly number[]): HealthCell[] {
  const cells: HealthCell[] = [];
  for (let at = 0; at < packed.length; at += FIELDS) {
    cells.push({
      cell: packed[at] ?? 0,
      scannedBlocks: packed[at + 1] ?? 0,
      mapped: packed[at + 2] ?? 0,
      pending: packed[at + 3] ?? 0,
      soft: packed[at + 4] ?? 0,
      slow: packed[at + 5] ?? 0,
      averageLatencyUs: packed[at + 6] ?? 0,
      worstLatencyUs: packed[at + 7] ?? 0,
      risk: packed[at + 8] ?? 0,
      confidence: packed[at + 9] ?? 0,
    });
  }
  return cells;
}
