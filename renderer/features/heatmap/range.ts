import type { HealthCell } from '../../../app/domain/target.ts';

/** Asks the target for the health of a range in so many cells; those of which nothing is known are left out. */
export type FetchHealth = (firstBlock: number, blockCount: number, cells: number) => Promise<readonly HealthCell[]>;

/** Health by number of a cell; undefined where nothing is known. */
export type CellList = readonly (HealthCell | undefined)[];

/**
 * Health of `count` blocks from `first` in cells of `per` blocks. The target cuts a range into equal cells, so a shorter
 * last cell is asked for by itself and nothing at the end of a disk goes unseen.
 */
export async function healthInCells(fetch: FetchHealth, first: number, count: number, per: number): Promise<CellList> {
  const whole = Math.floor(count / per);
  const rest = count - whole * per;
  const cells = new Array<HealthCell | undefined>(whole + (rest > 0 ? 1 : 0)).fill(undefined);
  if (whole > 0) for (const cell of await fetch(first, whole * per, whole)) cells[cell.cell] = cell;
  if (rest > 0) for (const cell of await fetch(first + whole * per, rest, 1)) cells[whole] = { ...cell, cell: whole };
  return cells;
}
