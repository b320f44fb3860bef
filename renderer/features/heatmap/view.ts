/** Where the heatmap is: the first block in the window and how far it is zoomed. */
export interface View {
  /** First block of the first cell; a multiple of the cell's blocks. */
  readonly first: number;
  /** A cell stands for 2^level blocks. Below 0 cells of one block grow larger. */
  readonly level: number;
}

/** The window in cells. Lengths in CSS pixels. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Edge of a cell with its gap. */
  readonly cell: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const CELL_PX = { fine: 2, normal: 8, large: 14 } as const;
export type CellSize = keyof typeof CELL_PX;
export const LARGEST_CELL_PX = 24;
/** How much a cell of one block grows with each step of zoom beyond level 0, in CSS pixels. */
const GROWTH_PX = 6;

export function blocksPerCell(level: number): number {
  return 2 ** Math.max(0, level);
}

export function capacity(grid: Grid): number {
  return grid.columns * grid.rows;
}

function gridOf(size: Size, cell: number): Grid {
  return {
    columns: Math.max(1, Math.floor(size.width / cell)),
    rows: Math.max(1, Math.floor(size.height / cell)),
    cell,
  };
}

/** Smallest level at which `blocks` blocks fit into `cells` cells. */
export function fitLevel(blocks: number, cells: number): number {
  return Math.max(0, Math.ceil(Math.log2(Math.max(1, blocks) / Math.max(1, cells))));
}

/** What a heatmap of a given size can show: its levels and the grid at each. */
export interface Scale {
  readonly blocks: number;
  /** Level at which the whole disk is in the window. */
  readonly widest: number;
  /** Level at which cells of one block are as large as they get. */
  readonly closest: number;
  readonly gridAt: (level: number) => Grid;
}

/**
 * Cells are at least `CELL_PX[cellSize]`, and larger when the whole disk leaves room for it, so that the widest view
 * fills its place. The grid stays the same down to single blocks; from there on it grows.
 */
export function scaleOf(size: Size, cellSize: CellSize, blocks: number): Scale {
  const smallest = CELL_PX[cellSize];
  const widest = fitLevel(blocks, capacity(gridOf(size, smallest)));
  const needed = Math.ceil(blocks / blocksPerCell(widest));
  let cell: number = smallest;
  const largest = cellSize === 'fine' ? 5 : LARGEST_CELL_PX;
  while (cell < largest && capacity(gridOf(size, cell + 1)) >= needed) cell += 1;
  const closest = cell >= LARGEST_CELL_PX ? 0 : -Math.ceil((LARGEST_CELL_PX - cell) / GROWTH_PX);
  return {
    blocks,
    widest,
    closest: Math.min(closest, widest),
    gridAt: (level) => gridOf(size, level >= 0 ? cell : Math.min(LARGEST_CELL_PX, cell - level * GROWTH_PX)),
  };
}

/** Blocks that the window covers. */
export function windowOf(view: View, scale: Scale): { first: number; count: number } {
  const wide = capacity(scale.gridAt(view.level)) * blocksPerCell(view.level);
  return { first: view.first, count: Math.min(wide, scale.blocks - view.first) };
}

/** The nearest view that lies on the disk, aligned to its cells. */
export function clampView(view: View, scale: Scale): View {
  const level = Math.min(scale.widest, Math.max(scale.closest, view.level));
  const per = blocksPerCell(level);
  const { columns, rows } = scale.gridAt(level);
  const cells = Math.ceil(scale.blocks / per);
  // The last row of the window may be left half empty rather than move every row when the end comes near.
  const lastFirst = Math.max(0, Math.ceil(cells / columns) - rows) * columns;
  const spare = cells <= columns * rows ? 0 : Math.max(lastFirst, cells - columns * rows);
  const first = Math.min(Math.max(0, Math.floor(view.first / per)), spare);
  return { first: first * per, level };
}

export function wholeView(scale: Scale): View {
  return { first: 0, level: scale.widest };
}

/** Moves the window by cells; positive is towards the end of the disk. */
export function pan(view: View, cells: number, scale: Scale): View {
  return clampView({ ...view, first: view.first + cells * blocksPerCell(view.level) }, scale);
}

/**
 * Zooms by `steps` (positive is closer), keeping `block` at the same place of the window.
 *
 * @param place - where in the window `block` is: 0 first cell, up to 1 the last
 */
export function zoomAt(view: View, block: number, place: number, steps: number, scale: Scale): View {
  const level = Math.min(scale.widest, Math.max(scale.closest, view.level - steps));
  const per = blocksPerCell(level);
  const index = Math.round(place * capacity(scale.gridAt(level)));
  return clampView({ first: (Math.floor(block / per) - index) * per, level }, scale);
}

/** The view moved, if it must be, so that `block` is in the window. */
export function reveal(view: View, block: number, scale: Scale): View {
  const { first, count } = windowOf(view, scale);
  if (block >= first && block < first + count) return view;
  return zoomAt(view, block, 0.5, 0, scale);
}

/** Index of the cell at a point of the window, null beside the cells. */
export function indexAt(grid: Grid, x: number, y: number): number | null {
  const column = Math.floor(x / grid.cell);
  const row = Math.floor(y / grid.cell);
  if (column < 0 || row < 0 || column >= grid.columns || row >= grid.rows) return null;
  return row * grid.columns + column;
}

/** The blocks of the cell at `index` of the window, null past the end of the disk. */
export function blocksAt(view: View, index: number, blocks: number): { first: number; count: number } | null {
  const per = blocksPerCell(view.level);
  const first = view.first + index * per;
  return first >= blocks ? null : { first, count: Math.min(per, blocks - first) };
}

/** Index in the window of the cell that holds `block`; may lie outside of the window. */
export function indexOf(view: View, block: number): number {
  return Math.floor((block - view.first) / blocksPerCell(view.level));
}
