import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { HealthCell } from '../../../app/domain/target.ts';
import { appError } from '../../../app/errors.ts';
import { codes } from './cells.ts';
import { riskLayer, stateLayer } from './layer.ts';
import type { FetchHealth } from './range.ts';
import { TILE_CELLS, Tiles } from './tiles.ts';

const told = (cell: number, part: Partial<HealthCell> = {}): HealthCell => ({
  cell,
  scannedBlocks: 1,
  mapped: 0,
  pending: 0,
  soft: 0,
  slow: 0,
  averageLatencyUs: 100,
  worstLatencyUs: 100,
  risk: 0,
  confidence: 0,
  ...part,
});

function open(blocks: number, fetch: FetchHealth) {
  const asked = vi.fn(fetch);
  let changed = 0;
  const waiting: { count: number; done: () => void }[] = [];
  const tiles = new Tiles(asked, blocks, () => {
    changed += 1;
    for (const { count, done } of waiting) if (changed >= count) done();
  });
  const changes = (count: number) =>
    new Promise<void>((done) => (changed >= count ? done() : waiting.push({ count, done })));
  const read = (level: number, first: number, count: number) => {
    const out = new Uint8Array(count);
    tiles.codes(stateLayer, level, first, count, out);
    return [...out];
  };
  return { tiles, asked, changes, read };
}

describe('Tiles', () => {
  it('asks for the tiles of a window once, and for a shorter last cell by itself', async () => {
    const blocks = TILE_CELLS * 4 + 6;
    const { tiles, asked, changes, read } = open(blocks, (_first, _count, cells) =>
      Promise.resolve(cells === 1 ? [told(0, { pending: 1 })] : [told(2, { mapped: 1 })]),
    );
    tiles.want(2, 0, blocks);
    await changes(1);
    expect(asked.mock.calls).toEqual([
      [0, TILE_CELLS * 4, TILE_CELLS],
      [TILE_CELLS * 4, 4, 1],
      [TILE_CELLS * 4 + 4, 2, 1],
    ]);
    expect(read(2, 0, 4)).toEqual([codes.unread, codes.unread, codes.moved, codes.unread]);
    expect(read(2, TILE_CELLS * 4, 2)).toEqual([codes.pending, codes.pending]);
    tiles.want(2, 0, blocks);
    expect(asked).toHaveBeenCalledTimes(3);
  });

  it('shows the wider cell while the closer ones are on their way', async () => {
    const { tiles, changes, read } = open(8192, () => Promise.resolve([told(0, { pending: 1 })]));
    tiles.want(1, 0, 8192);
    await changes(1);
    expect(read(0, 0, 3)).toEqual([codes.pending, codes.pending, codes.unread]);
    expect(read(3, 0, 1)).toEqual([codes.loading]);
  });

  it('asks again for the tiles around a block that changed, and shows the old one until then', async () => {
    let state: Partial<HealthCell> = { soft: 1 };
    const { tiles, asked, changes, read } = open(TILE_CELLS * 2, () => Promise.resolve([told(0, state)]));
    tiles.want(0, 0, TILE_CELLS * 2);
    await changes(1);
    state = { mapped: 1 };
    tiles.invalidate(3);
    tiles.want(0, 0, TILE_CELLS * 2);
    expect(read(0, 0, 1)).toEqual([codes.soft]);
    await changes(2);
    expect(read(0, 0, 1)).toEqual([codes.moved]);
    expect(asked).toHaveBeenCalledTimes(3);
  });

  it('keeps the reason of a failure until an answer comes', async () => {
    let fail = true;
    const { tiles, asked, changes } = open(10, () =>
      fail ? Promise.reject(appError('helper-died', 'It died.', 'Open it again.')) : Promise.resolve([]),
    );
    tiles.want(0, 0, 10);
    await changes(1);
    expect(tiles.error?.code).toBe('helper-died');
    // A view wants again on every change, and the failure was one.
    tiles.want(0, 0, 10);
    expect(asked).toHaveBeenCalledTimes(1);
    fail = false;
    tiles.invalidateAll();
    expect(tiles.error?.code).toBe('helper-died');
    tiles.want(0, 0, 10);
    await changes(2);
    expect(tiles.error).toBeNull();
    expect(tiles.known(0, 0)).toBe(true);
  });

  it('holds no failure against a device that can be asked again', async () => {
    const { tiles, asked, changes } = open(10, () => Promise.reject(appError('helper-died', 'It died.', 'Again.')));
    tiles.want(0, 0, 10);
    await changes(1);
    tiles.reconnected();
    expect(tiles.error).toBeNull();
    tiles.want(0, 0, 10);
    expect(asked).toHaveBeenCalledTimes(2);
  });

  describe('of a window of several tiles', () => {
    beforeEach(() => vi.useFakeTimers());
    afterEach(() => vi.useRealTimers());

    /** Answers that come when they are let, in the order they were asked for. */
    function held() {
      const waiting: (() => void)[] = [];
      const told = vi.fn();
      const fetch: FetchHealth = () => new Promise((resolve) => waiting.push(() => resolve([])));
      const tiles = new Tiles(fetch, TILE_CELLS * 4, told);
      tiles.want(0, 0, TILE_CELLS * 4);
      const answer = async (): Promise<void> => {
        waiting.shift()?.();
        await vi.advanceTimersByTimeAsync(0);
      };
      return { tiles, told, answer };
    }

    it('tells once when the answers come together', async () => {
      const { tiles, told, answer } = held();
      for (let number = 0; number < 4; number += 1) {
        expect(told).not.toHaveBeenCalled();
        await answer();
      }
      expect(told).toHaveBeenCalledTimes(1);
      expect(tiles.known(0, TILE_CELLS * 3)).toBe(true);
      await vi.runAllTimersAsync();
      expect(told).toHaveBeenCalledTimes(1);
    });

    it('tells of what is there while the rest lets wait for itself', async () => {
      const { told, answer } = held();
      await answer();
      await answer();
      await vi.runAllTimersAsync();
      expect(told).toHaveBeenCalledTimes(1);
      await answer();
      expect(told).toHaveBeenCalledTimes(1);
      await answer();
      expect(told).toHaveBeenCalledTimes(2);
    });

    it('tells nobody who has gone', async () => {
      const { tiles, told, answer } = held();
      await answer();
      tiles.hush();
      await vi.runAllTimersAsync();
      expect(told).not.toHaveBeenCalled();
    });
  });

  it('counts a range that begins and ends within tiles', async () => {
    const blocks = TILE_CELLS * 3;
    const every = Array.from({ length: TILE_CELLS }, (_, at) =>
      told(at, at % 2 === 0 ? {} : { scannedBlocks: 0, mapped: 1 }),
    );
    const { tiles, changes } = open(blocks, () => Promise.resolve(every));
    tiles.want(0, 0, blocks);
    await changes(1);
    const counts = tiles.count(stateLayer, 0, 3, TILE_CELLS * 2 - 3, TILE_CELLS * 2 - 3);
    expect(counts).toMatchObject({ read: TILE_CELLS - 2, moved: TILE_CELLS - 1, unread: 0 });
    expect(counts.classes[0]).toBe(TILE_CELLS - 2);
    expect(tiles.cell(0, 9)?.cell).toBe(9);
  });

  it('counts what is still asked for as that, not as unread', async () => {
    const cells = 10;
    const blocks = (TILE_CELLS * 2 + cells) * 4 - 3;
    let hold = false;
    const { tiles, changes } = open(blocks, (first, _count, all) =>
      hold
        ? new Promise(() => undefined)
        : Promise.resolve(first === 0 && all > 1 ? [told(5, { scannedBlocks: 4 })] : []),
    );
    const count = (from: number, many: number) => {
      const { unheard, unread, read } = tiles.count(
        stateLayer,
        2,
        from * 4,
        many,
        Math.min(many * 4, blocks - from * 4),
      );
      return [unheard, unread, read];
    };
    expect(count(0, TILE_CELLS * 2 + cells)).toEqual([blocks, 0, 0]);
    tiles.want(2, 0, TILE_CELLS * 4);
    await changes(1);
    hold = true;
    tiles.want(2, 0, blocks);
    expect(count(0, TILE_CELLS)).toEqual([0, TILE_CELLS * 4 - 4, 4]);
    expect(count(TILE_CELLS - 1, 3)).toEqual([8, 4, 0]);
    expect(count(TILE_CELLS, TILE_CELLS + cells)).toEqual([TILE_CELLS * 4 + cells * 4 - 3, 0, 0]);
  });

  it('draws and counts the same cells anew in another layer', async () => {
    const { tiles, changes } = open(100, () => Promise.resolve([told(1, { risk: 50, confidence: 80 }), told(2)]));
    tiles.want(0, 0, 100);
    await changes(1);
    const out = new Uint8Array(3);
    tiles.codes(stateLayer, 0, 0, 3, out);
    expect([...out]).toEqual([codes.unread, codes.good + 2, codes.good + 2]);
    tiles.codes(riskLayer, 0, 0, 3, out);
    expect([...out]).toEqual([codes.unread, codes.good + 11, codes.good]);
    expect(tiles.count(riskLayer, 0, 0, 3, 3).classes.slice(0, 4)).toEqual([1, 0, 0, 1]);
  });
});
