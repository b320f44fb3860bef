import { renderHook } from '@testing-library/react';
import { expect, it } from 'vitest';

import { codes } from './cells.ts';
import { stateLayer } from './layer.ts';
import { useCells, type CellsInput } from './use-cells.ts';

const grid = { columns: 4, rows: 2, cell: 8 };

/** A canvas that is emptied by another size, and a painter that keeps what it drew, as the real ones do. */
function canvasOf(known: { now: boolean }) {
  const canvas = document.createElement('canvas');
  const shown: { cells: number[] | null } = { cells: null };
  let kept: string | null = null;
  canvas.getContext = (() => ({ canvas })) as unknown as HTMLCanvasElement['getContext'];
  const painter = {
    draw: (_context: unknown, picture: { codes: Uint8Array }) => {
      const key = `${canvas.width} ${picture.codes.join()}`;
      if (key !== kept) shown.cells = [...picture.codes];
      kept = key;
    },
    forget: () => {
      kept = null;
    },
  };
  const tiles = {
    codes: (_layer: unknown, _level: number, _first: number, _count: number, out: Uint8Array) => {
      out.fill(known.now ? codes.moved : codes.loading);
    },
  };
  const resize = (width: number): void => {
    canvas.width = width;
    shown.cells = null;
  };
  const data = { view: { first: 0, level: 0 }, tiles, partial: new Set<number>(), revision: 0 };
  const input = {
    data,
    layer: stateLayer,
    painter,
    grid,
    count: 8,
    ratio: 1,
    dimExcept: null,
    runs: [],
    ready: () => true,
  };
  // Only what the hook touches of its input is there.
  const withSheet = (sheet: object, more: Partial<CellsInput> = {}): CellsInput =>
    ({ ...input, sheet, ...more }) as unknown as CellsInput;
  return { canvas, shown, resize, withSheet };
}

it('a canvas of which nothing is known is left to the style, until something is', () => {
  const known = { now: false };
  const { canvas, shown, withSheet } = canvasOf(known);
  const hook = renderHook((sheet: object) => useCells({ current: canvas }, withSheet(sheet)), { initialProps: {} });
  expect([shown.cells, canvas.className]).toEqual([null, 'heat-waiting']);
  known.now = true;
  hook.rerender({});
  expect([shown.cells?.length, canvas.className]).toEqual([8, '']);
  // What was there must go, also when nothing is known of what comes.
  known.now = false;
  hook.rerender({});
  expect([shown.cells?.[0], canvas.className]).toEqual([codes.loading, '']);
});

it('a picture is drawn again when its canvas was of another size meanwhile, of which nothing was known', () => {
  const known = { now: true };
  const { canvas, shown, resize, withSheet } = canvasOf(known);
  const hook = renderHook((sheet: object) => useCells({ current: canvas }, withSheet(sheet)), { initialProps: {} });
  expect(shown.cells).toHaveLength(8);
  known.now = false;
  resize(500);
  hook.rerender({});
  expect([shown.cells, canvas.className]).toEqual([null, 'heat-waiting']);
  known.now = true;
  resize(300);
  hook.rerender({});
  expect([shown.cells?.length, canvas.className]).toEqual([8, '']);
});

it('the first picture waits for the size that is meant for it; a later one does not', () => {
  const room = { ready: false };
  const { canvas, shown, resize, withSheet } = canvasOf({ now: true });
  const input = (): CellsInput => withSheet({}, { ready: () => room.ready });
  const hook = renderHook(() => useCells({ current: canvas }, input()));
  expect([shown.cells, canvas.className]).toEqual([null, 'heat-waiting']);
  room.ready = true;
  resize(500);
  hook.rerender();
  expect([shown.cells?.length, canvas.className]).toEqual([8, '']);
  // While somebody resizes the window there is always a next size: cells are shown meanwhile.
  room.ready = false;
  resize(400);
  hook.rerender();
  expect([shown.cells?.length, canvas.className]).toEqual([8, '']);
});
