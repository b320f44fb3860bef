import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import type { RemapRow } from '../../../app/domain/target.ts';
import type { RemapsQuery } from '../../../app/bridge/schema.ts';
import { makeRows, queryRows } from '../../../tests/doubles/rows.ts';
import { RemapService } from './service.ts';
import { RemapTable } from './table.ts';
import { RemapView } from './view.ts';

const everything: Omit<RemapsQuery, 'connection' | 'name'> = {
  sort: 'block',
  descending: false,
  filter: { states: [], causes: [], fromBlock: null, toBlock: null, partialOnly: false },
  offset: 0,
  limit: 4096,
};
const LAST = Number.MAX_SAFE_INTEGER - 1;

function mapped(block: number, extra: Partial<RemapRow> = {}): RemapRow {
  return { block, spareBlock: block + 1, state: 'mapped', cause: 'auto', residency: 'ff', seconds: 1, ...extra };
}

/** A mask of up to 128 sectors that differs from block to block in every word. */
function maskOf(block: number): string {
  return (BigInt(block + 1) * 0x1_0000_0001_0000_0001_0000_0001n).toString(16);
}

function allRows(table: RemapTable): RemapRow[] {
  return Array.from({ length: table.length }, (_, index) => table.row(index));
}

describe('RemapTable', () => {
  it('gives back what it was given, at the edges of every column', () => {
    const rows: RemapRow[] = [
      { block: 0, spareBlock: null, state: 'pending', cause: null, residency: '0', seconds: 0 },
      mapped(2 ** 33, { spareBlock: 2 ** 40, cause: 'manual', residency: 'f'.repeat(32), seconds: 2 ** 33 }),
      mapped(2 ** 44, { spareBlock: 0, cause: 'proactive', residency: '80000000000000000000000000000001' }),
      mapped(2 ** 45, { residency: '100000000' }),
      { block: 2 ** 46, spareBlock: 9, state: 'pending', cause: 'auto', residency: '3', seconds: 7 },
    ];
    const table = new RemapTable(128);
    expect(table.replaceRange(0, LAST, rows)).toBe(true);
    expect(allRows(table)).toEqual(rows);
    expect(table.replaceRange(0, LAST, rows)).toBe(false);
  });

  it('agrees with a plain map after any replacements', () => {
    const rangeArbitrary = fc.record({
      from: fc.nat(400),
      length: fc.nat(60),
      offsets: fc.uniqueArray(fc.nat(60), { maxLength: 40 }),
      seconds: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(rangeArbitrary, { maxLength: 30 }), (ranges) => {
        const table = new RemapTable(128);
        const model = new Map<number, RemapRow>();
        for (const { from, length, offsets, seconds } of ranges) {
          const to = from + length;
          const blocks = offsets.map((offset) => from + offset).filter((block) => block <= to);
          const rows = blocks
            .sort((a, b) => a - b)
            .map((block) => mapped(block, { seconds, residency: maskOf(block) }));
          table.replaceRange(from, to, rows);
          for (const block of model.keys()) if (block >= from && block <= to) model.delete(block);
          for (const row of rows) model.set(row.block, row);
        }
        expect(allRows(table)).toEqual([...model.values()].sort((a, b) => a.block - b.block));
      }),
    );
  });

  it('gives memory back when most rows are gone', () => {
    const table = new RemapTable(8);
    table.replaceRange(
      0,
      LAST,
      Array.from({ length: 100_000 }, (_, block) => mapped(block)),
    );
    const full = table.byteLength;
    table.replaceRange(10, LAST, []);
    expect(table.length).toBe(10);
    expect(table.byteLength).toBeLessThan(full / 100);
  });
});

describe('RemapView', () => {
  const rows = makeRows(5_000, 700, 60, 8);
  const table = new RemapTable(8);
  table.replaceRange(0, LAST, rows);
  const view = new RemapView(table);

  it.each(['block', 'spareBlock', 'state', 'seconds', 'resident'] as const)(
    'sorts by %s as a plain sort does',
    (sort) => {
      const query = { ...everything, sort };
      const expected = queryRows(rows, { ...query, connection: 'lab', name: 'x' }, 8);
      if (sort !== 'state') expect(view.query(query)).toEqual(expected);
      const backwards = view.query({ ...query, descending: true }).rows;
      expect(backwards).toEqual(view.query(query).rows.reverse());
    },
  );

  it('puts pending blocks first when sorted by state, and rows without a cause last when sorted by cause', () => {
    const byState = view.query({ ...everything, sort: 'state' }).rows.map((row) => row.state);
    expect(byState.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 'pending'));
    const byCause = view.query({ ...everything, sort: 'cause' }).rows.map((row) => row.cause);
    expect(byCause.slice(-60)).toEqual(Array.from({ length: 60 }, () => null));
    expect(byCause[0]).toBe('auto');
  });

  it.each([
    { states: ['pending' as const] },
    { causes: ['manual' as const, 'proactive' as const] },
    { fromBlock: 1_000, toBlock: 2_000 },
    { partialOnly: true },
    { states: ['mapped' as const], causes: ['auto' as const], fromBlock: 900, partialOnly: true },
  ])('filters by %j as a plain filter does', (part) => {
    const filter = { ...everything.filter, ...part };
    const query = { ...everything, sort: 'seconds' as const, filter };
    expect(view.query(query)).toEqual(queryRows(rows, { ...query, connection: 'lab', name: 'x' }, 8));
  });

  it('cuts the range asked for and gives nothing past the end', () => {
    const middle = view.query({ ...everything, offset: 100, limit: 7 });
    expect(middle.rows).toEqual(rows.slice(100, 107));
    expect(view.query({ ...everything, offset: 760, limit: 7 })).toEqual({ rows: [], matched: 760, total: 760 });
    expect(view.rowsAt(rows[300]?.block ?? 0, 3)).toEqual(rows.slice(300, 303));
    expect(view.rowsAt(5_000, 3)).toEqual([]);
  });

  it('forgets what it kept when the table changed', () => {
    const own = new RemapTable(8);
    own.replaceRange(0, LAST, [mapped(1), mapped(5)]);
    const watching = new RemapView(own);
    expect(watching.query({ ...everything, sort: 'seconds' }).matched).toBe(2);
    own.replaceRange(3, 3, [mapped(3, { seconds: 0 })]);
    watching.invalidate();
    expect(watching.query({ ...everything, sort: 'seconds' }).rows.map((row) => row.block)).toEqual([3, 1, 5]);
  });
});

/** A target's table that can be changed while it is read; answers come when the test lets them. */
class FakeTarget {
  rows = new Map<number, RemapRow>();
  readonly calls: [number, number][] = [];
  onFetch: () => void = () => undefined;
  failNext = false;

  readonly fetch = async (cursor: number, max: number): Promise<{ rows: RemapRow[]; next: number | null }> => {
    this.calls.push([cursor, max]);
    if (this.failNext) {
      this.failNext = false;
      throw new Error('gone');
    }
    const ascending = [...this.rows.values()].filter((row) => row.block >= cursor).sort((a, b) => a.block - b.block);
    await Promise.resolve();
    this.onFetch();
    return { rows: ascending.slice(0, max), next: ascending[max]?.block ?? null };
  };

  put(...rows: RemapRow[]): void {
    for (const row of rows) this.rows.set(row.block, row);
  }
}

function serviceOf(target: FakeTarget): {
  service: RemapService;
  failures: unknown[];
  changes: () => number;
  loads: () => number;
} {
  const failures: unknown[] = [];
  let changes = 0;
  let loads = 0;
  const service = new RemapService(8, {
    fetch: target.fetch,
    changed: () => (changes += 1),
    loaded: () => (loads += 1),
    failed: (thrown) => failures.push(thrown),
  });
  return { service, failures, changes: () => changes, loads: () => loads };
}

function event(
  type: 'remap' | 'unmap' | 'pending' | 'recovered',
  block: number,
): Parameters<RemapService['follow']>[0] {
  return [{ number: 1, milliseconds: 1, type, block, spareBlock: null, detail: null }];
}

describe('RemapService', () => {
  it('loads all pages, then fetches only the blocks that events name', async () => {
    const target = new FakeTarget();
    target.put(...makeRows(200_000, 9_000, 100, 8));
    const { service, changes, loads } = serviceOf(target);
    expect(service.isKnown).toBe(false);
    service.reload();
    await service.settled();
    expect([service.isKnown, loads()]).toEqual([true, 1]);
    expect(target.calls.map(([, max]) => max)).toEqual([4096, 4096, 4096]);
    expect(service.query(everything)).toMatchObject({ total: 9_100, matched: 9_100 });

    const fresh = [...Array(200_000).keys()].find((block) => !target.rows.has(block)) ?? -1;
    target.put(mapped(fresh));
    const before = changes();
    service.follow(event('remap', fresh));
    await service.settled();
    expect(target.calls.slice(3)).toEqual([[fresh, 1]]);
    expect(service.rowsAt(fresh, 1)).toEqual([mapped(fresh)]);
    expect(changes()).toBe(before + 1);

    target.rows.delete(fresh);
    service.follow(event('unmap', fresh));
    await service.settled();
    expect(service.query(everything).total).toBe(9_100);
  });

  it('fetches neighbours of a burst together and far ones apart', async () => {
    const target = new FakeTarget();
    target.put(...Array.from({ length: 3_000 }, (_, index) => mapped(index * 10)));
    const { service } = serviceOf(target);
    service.reload();
    await service.settled();
    target.calls.length = 0;
    const burst = [5, 6, 7, 15, 20_001, 20_002];
    target.put(...burst.map((block) => mapped(block)));
    service.follow(burst.flatMap((block) => event('remap', block)));
    await service.settled();
    expect(target.calls.map(([cursor]) => cursor)).toEqual([5, 20_001]);
    expect(service.query(everything).total).toBe(3_006);
  });

  it('does not lose a change that comes while its block is being fetched', async () => {
    const target = new FakeTarget();
    const { service } = serviceOf(target);
    target.put(mapped(50, { residency: '1' }));
    let once = true;
    target.onFetch = () => {
      if (!once) return;
      once = false;
      target.put(mapped(50, { residency: 'ff' }));
      service.follow(event('remap', 50));
    };
    service.reload();
    await service.settled();
    expect(service.rowsAt(50, 1)).toEqual([mapped(50, { residency: 'ff' })]);
  });

  it('starts over when a reload is asked for during a load, and drops rows that are gone', async () => {
    const target = new FakeTarget();
    target.put(...Array.from({ length: 6_000 }, (_, block) => mapped(block)));
    const { service } = serviceOf(target);
    let once = true;
    target.onFetch = () => {
      if (!once) return;
      once = false;
      target.rows.delete(3);
      service.reload();
    };
    service.reload();
    await service.settled();
    expect(service.query(everything).total).toBe(5_999);
    expect(service.rowsAt(3, 1)[0]?.block).toBe(4);
  });

  it('keeps what it knows when a fetch fails and goes on when told to', async () => {
    const target = new FakeTarget();
    target.put(mapped(1));
    const { service, failures } = serviceOf(target);
    service.reload();
    await service.settled();
    target.put(mapped(2));
    target.failNext = true;
    service.follow(event('remap', 2));
    await service.settled();
    expect(failures).toHaveLength(1);
    expect(service.query(everything).total).toBe(1);
    service.resume();
    await service.settled();
    expect(service.query(everything).total).toBe(2);
  });

  it('refuses a page that leads back instead of asking for ever', async () => {
    const failures: unknown[] = [];
    const service = new RemapService(8, {
      fetch: () => Promise.resolve({ rows: [], next: 0 }),
      changed: () => undefined,
      loaded: () => undefined,
      failed: (thrown) => failures.push(thrown),
    });
    service.reload();
    await service.settled();
    expect(String(failures[0])).toContain('leads back');
  });
});

test('a million rows take at most 40 bytes each and answer every order and filter', { timeout: 60_000 }, async () => {
  const rows = makeRows(1_000_000, 990_000, 10_000, 8);
  const service = new RemapService(8, {
    fetch: (cursor, max) => {
      const end = Math.min(rows.length, cursor + max);
      return Promise.resolve({ rows: rows.slice(cursor, end), next: end === rows.length ? null : end });
    },
    changed: () => undefined,
    loaded: () => undefined,
    failed: (thrown) => {
      throw thrown;
    },
  });
  service.reload();
  await service.settled();
  expect(service.byteLength / 1_000_000).toBeLessThanOrEqual(40);

  const bySeconds = service.query({ ...everything, sort: 'seconds', descending: true, offset: 500_000 });
  expect(bySeconds.total).toBe(1_000_000);
  const seconds = bySeconds.rows.map((row) => row.seconds);
  expect(seconds).toEqual([...seconds].sort((a, b) => b - a));
  const ranked = rows.map((row) => row.seconds).sort((a, b) => b - a);
  expect(seconds[0]).toBe(ranked[500_000]);

  const pending = service.query({ ...everything, filter: { ...everything.filter, states: ['pending'] } });
  expect(pending.matched).toBe(10_000);
  expect(service.rowsAt(999_999, 10)).toEqual(rows.slice(-1));
});
