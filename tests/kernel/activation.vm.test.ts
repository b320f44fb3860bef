import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  contentOf,
  failUnreadable,
  MAIN_TAG,
  read,
  succeed,
  tableLine,
  tags,
  useKernelLab,
  write,
} from './harness/index.ts';
import type { Pair, RemapRow, Status, Target } from './harness/index.ts';
import { failReads, failWrites, reopen } from './harness/pairs.ts';
import { SpareImage } from './harness/spare-image.ts';

const fixture = useKernelLab();

/** Rounds of the search for a window in which old data can be read. */
const ROUNDS = Number(process.env['REMAP_ACTIVATIONS'] ?? 15);

const NEW_TAG = 50;

interface History {
  readonly status: Status;
  readonly remaps: readonly RemapRow[];
}

/**
 * Remaps by hand (blocks 3, 4), by a write error (block 10, 2 of 8 sectors; block 11), and a pending block (20), which
 * gives read errors.
 */
async function makeHistory(pair: Pair): Promise<History> {
  const { io } = fixture.kernelLab;
  const { target } = pair;
  await target.ask('remap', 3, 2);
  failWrites(pair, 10, 2);
  failReads(pair, 20);
  await succeed(io, write(target, 82, 2, NEW_TAG), write(target, 88, 8, NEW_TAG), write(target, 24, 8, NEW_TAG));
  await failUnreadable(io, read(target, 160, 8));
  const status = await target.status();
  expect(status).toMatchObject({
    mode: 'rw',
    spareUsed: 4,
    pending: 1,
    partial: 1,
    auto: 2,
    manual: 2,
    writeErrors: 2,
  });
  return { status, remaps: await target.remaps() };
}

/** Reads what `makeHistory` has left; main need not be asked for any of the moved sectors. */
async function expectData(target: Target): Promise<void> {
  const { io } = fixture.kernelLab;
  const [third, fourth, tenth, eleventh, twelfth] = await io.each(
    [24, 32, 80, 88, 96].map((at) => read(target, at, 8)),
  );
  expect(third?.tags).toEqual(tags(NEW_TAG, 8));
  expect(fourth?.tags).toEqual(tags(MAIN_TAG, 8));
  expect(tenth?.tags).toEqual([...tags(MAIN_TAG, 2), ...tags(NEW_TAG, 2), ...tags(MAIN_TAG, 4)]);
  expect(eleventh?.tags).toEqual(tags(NEW_TAG, 8));
  expect(twelfth?.tags).toEqual(tags(MAIN_TAG, 8));
  await failUnreadable(io, read(target, 160, 8));
}

function withoutLastEvent({ lastEvent: _, ...rest }: Status): Omit<Status, 'lastEvent'> {
  return rest;
}

describe('activation', () => {
  it('after a clean removal brings back mappings, counters, pending blocks and every event', async () => {
    const pair = await fixture.pair();
    const { status, remaps } = await makeHistory(pair);
    const events = await pair.target.events();
    await pair.target.remove();
    const mainAsLeft = pair.main.hash();

    const target = await reopen(fixture, pair);
    expect(withoutLastEvent(await target.status())).toEqual(withoutLastEvent(status));
    expect(await target.remaps()).toEqual(remaps);
    const later = await target.events();
    expect(later.slice(0, events.length)).toEqual(events);
    expect(later.slice(events.length).map(({ type }) => type)).toEqual(['deactivate', 'activate']);
    expect(later.map(({ number }) => number)).toEqual(later.map((_, index) => (events[0]?.number ?? 0) + index));
    expect((await target.status()).lastEvent).toBe(later.at(-1)?.number);
    await expectData(target);
    expect(pair.main.hash(), 'activation writes nothing to main').toBe(mainAsLeft);
  });

  it('after a power cut brings back every mapping, what was saved, and numbers that were never used', async () => {
    const pair = await fixture.pair({ core: { save_interval: 86400 } });
    const { io } = fixture.kernelLab;
    await makeHistory(pair);
    await pair.target.ask('save');
    const saved = await pair.target.events();
    // Not saved by anyone, but each mapping is durable by itself.
    failWrites(pair, 40, 3);
    await succeed(io, write(pair.target, 320, 24, NEW_TAG));
    const { lastEvent } = await pair.target.status();
    const remaps = await pair.target.remaps();

    await fixture.kernelLab.powerCycle({ lose: 'all' });

    pair.main.faults.clear();
    failReads(pair, 20);
    const target = await reopen(fixture, pair);
    expect(await target.remaps()).toEqual(remaps);
    expect(await target.status()).toMatchObject({
      mode: 'rw',
      spareUsed: 7,
      pending: 1,
      partial: 1,
      auto: 5,
      manual: 2,
      copiesGood: 2,
      copies: 2,
    });
    await expectData(target);
    expect(await succeed(fixture.kernelLab.io, read(target, 320, 24))).toEqual(tags(NEW_TAG, 24));
    const events = await target.events();
    const fresh = events.filter(({ number }) => number > lastEvent);
    expect(fresh.map(({ type }) => type)).toContain('activate');
    expect(events.slice(0, saved.length), 'the audit trail up to the save').toEqual(saved);
  });

  it('works right after the first create, even when the power is cut at once', async () => {
    const pair = await fixture.pair();
    const table = await pair.target.table();
    await fixture.kernelLab.powerCycle({ lose: 'all' });
    const target = await reopen(fixture, pair);
    expect(await target.table()).toBe(table);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 0, copiesGood: 2 });
  });

  it('serves no old data at its first instant, by create or by resume of a new table', async () => {
    const pair = await fixture.pair();
    failWrites(pair, 11);
    await succeed(fixture.kernelLab.io, write(pair.target, 88, 8, NEW_TAG));
    await pair.target.remove();
    const good = createHash('sha256')
      .update(contentOf(NEW_TAG, 88, 8))
      .digest('hex');
    const stale = createHash('sha256')
      .update(contentOf(MAIN_TAG, 88, 8))
      .digest('hex');
    const target = fixture.target();
    const script = `
      export DM_DISABLE_UDEV=1
      rounds=$1 name=$2 table=$3
      # Nothing else has the device open, so that its page cache is empty and each look asks the device.
      look() { dd if=/dev/mapper/$name bs=4096 skip=11 count=1 2>/dev/null | sha256sum | cut -c 1-64; }
      for round in $(seq $rounds); do
        dmsetup create $name --table "$table" && look
        # A reader that waits for the resume is served by the first instant of the new table.
        dmsetup suspend $name
        dmsetup reload $name --table "$table"
        look > /tmp/look &
        dmsetup resume $name
        wait $!
        cat /tmp/look
        dmsetup remove $name || exit 1
      done`;
    const args = ['-c', script, 'sh', String(ROUNDS), target.name, tableLine(pair.table)];
    const { stdout } = await fixture.kernelLab.run('/usr/bin/sh', args, { timeoutMs: 60_000 + ROUNDS * 5_000 });
    const seen = stdout.trim().split('\n');
    expect(seen).not.toContain(stale);
    expect(seen).toEqual(Array.from({ length: 2 * ROUNDS }, () => good));
  });

  it('never hands out a spare block that is in use, however often it happens', async () => {
    const pair = await fixture.pair();
    const { io } = fixture.kernelLab;
    // One spare block is bad and must stay out of use too.
    const badBlock = 82;
    await pair.target.ask('remap', 1);
    const [row] = await pair.target.remaps();
    const used = row?.spareBlock ?? -1;
    pair.spare.faults.add({ kind: 'medium', ranges: [{ first: (used + 1) * 8, count: 8 }] });
    await pair.target.ask('remap', badBlock);
    expect(await pair.target.status()).toMatchObject({ spareUsed: 2, spareBad: 1 });
    let target = pair.target;
    for (let round = 0; round < 5; round++) {
      const first = 100 + round * 10;
      failWrites(pair, first, 4);
      await succeed(io, ...[0, 1, 2, 3].map((n) => write(target, (first + n) * 8, 8, NEW_TAG + round)));
      await target.remove();
      target = await reopen(fixture, pair);
    }
    const rows = await target.remaps();
    expect(rows).toHaveLength(22);
    const spareBlocks = rows.map(({ spareBlock }) => spareBlock);
    expect(new Set(spareBlocks).size).toBe(22);
    expect(spareBlocks).not.toContain(used + 1);
    const image = new SpareImage(pair.spare, 8);
    expect(image.mapped().map(({ block, spareBlock }) => [block, spareBlock])).toEqual(
      rows.map(({ block, spareBlock }) => [block, spareBlock]),
    );
    expect(
      image
        .entries()
        .filter(({ state }) => state === 'bad')
        .map(({ spareBlock }) => spareBlock),
    ).toEqual([used + 1]);
    for (let round = 0; round < 5; round++) {
      const found = await succeed(io, read(target, (100 + round * 10) * 8, 32));
      expect(found).toEqual(tags(NEW_TAG + round, 32));
    }
  });

  it('does not mind a clock that was set back by a year', async () => {
    const pair = await fixture.pair();
    const { status, remaps } = await makeHistory(pair);
    const events = await pair.target.events();
    await pair.target.remove();
    const now = Math.floor(Date.now() / 1000);
    const setClock = (seconds: number): Promise<unknown> =>
      fixture.kernelLab.run('/usr/bin/busybox', ['date', '-s', `@${String(seconds)}`]);
    await setClock(now - 365 * 86400);
    try {
      let target = await reopen(fixture, pair);
      expect(withoutLastEvent(await target.status())).toEqual(withoutLastEvent(status));
      expect(await target.remaps()).toEqual(remaps);
      await expectData(target);
      await target.ask('remap', 5);
      await target.remove();
      target = await reopen(fixture, pair);
      expect((await target.remaps()).map(({ block }) => block)).toEqual([3, 4, 5, 10, 11, 20]);
      const later = await target.events();
      expect(later.slice(0, events.length)).toEqual(events);
      expect(later.map(({ number }) => number)).toEqual(later.map((_, index) => (events[0]?.number ?? 0) + index));
      await expectData(target);
    } finally {
      await setClock(now);
    }
  });
});
