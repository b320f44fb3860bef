import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lab/disk/random.ts';
import { PairModel, type ExpectedRead } from './harness/model.ts';
import {
  MAIN_TAG,
  read,
  tableLine,
  tags,
  UNREADABLE,
  useKernelLab,
  write,
  type IoOperation,
  type IoOutcome,
  type Pair,
} from './harness/index.ts';

/** `REMAP_TEST_SEEDS`: how many runs of each kind; `REMAP_TEST_SEED`: the first seed. A failure names its seed. */
const SEEDS = Number(process.env['REMAP_TEST_SEEDS'] ?? '1');
const FIRST_SEED = Number(process.env['REMAP_TEST_SEED'] ?? '20');
const ROUNDS = Number(process.env['REMAP_TEST_ROUNDS'] ?? '20');

const MIB = 1024 * 1024;
const TAIL_SECTORS = 5;
const fixture = useKernelLab({
  disks: [
    { name: 'nvme', bytes: 4 * MIB + TAIL_SECTORS * 512, bus: 'nvme', serial: 'TEST-NVME' },
    { name: 'virtio', bytes: 4 * MIB + TAIL_SECTORS * 512, bus: 'virtio-blk', serial: 'TEST-VIRTIO' },
    { name: 'spare', bytes: 8 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
  ],
});

const runs = Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index).flatMap((seed) => [
  { seed, blockSectors: 1, main: 'nvme' },
  { seed, blockSectors: 8, main: 'virtio' },
  { seed, blockSectors: 8, main: 'nvme' },
  { seed, blockSectors: 128, main: 'nvme' },
]);

/** Choices of a run, all of which follow from its seed. */
class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A whole number from `low` to `high`. */
  between(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }
}

/** A range in the last few blocks, so that states meet often and the short last block is among them. */
function someRange(dice: Dice, model: PairModel): { first: number; count: number } {
  const window = Math.max(24, 6 * model.blockSectors + TAIL_SECTORS);
  const start = model.sectors - window;
  const first = dice.between(start, model.sectors - 1);
  const longest = dice.chance(0.3) ? 3 * model.blockSectors : model.blockSectors;
  return { first, count: Math.min(model.sectors - first, dice.between(1, Math.max(2, longest))) };
}

function breakSome(dice: Dice, model: PairModel, { main }: Pair): void {
  const faults = dice.between(1, 3);
  for (let index = 0; index < faults; index++) {
    const { first } = someRange(dice, model);
    const kind = dice.chance(0.5) ? 'read' : 'both';
    model.break(first, kind);
    main.faults.add({
      kind: 'medium',
      operations: kind === 'read' ? ['read'] : ['read', 'write'],
      ranges: [{ first, count: 1 }],
    });
  }
}

function matches({ error, tags: found }: IoOutcome, expected: ExpectedRead): boolean {
  if (expected === 'error') return error !== null && UNREADABLE.test(error);
  return error === null && found.length === expected.length && found.every((tag, index) => tag === expected[index]);
}

async function expectStateOf(model: PairModel, { target }: Pair, when: string): Promise<void> {
  const rows = (await target.remaps()).map(({ block, state, cause, residency }) => ({
    block,
    state,
    cause,
    residency,
  }));
  const expected = model.remaps();
  expect(rows, when).toEqual(expected);
  const mapped = expected.filter(({ state }) => state === 'mapped');
  expect(await target.status(), when).toMatchObject({
    mode: 'rw',
    spareUsed: mapped.length,
    spareBad: 0,
    pending: expected.length - mapped.length,
    partial: model.partial,
    auto: mapped.filter(({ cause }) => cause === 'auto').length,
    manual: mapped.filter(({ cause }) => cause === 'manual').length,
  });
}

/** Reads everything in its place, sector by sector near the end. */
async function expectContentOf(model: PairModel, pair: Pair, when: string): Promise<void> {
  const { io } = fixture.kernelLab;
  const singles = Math.min(model.sectors, 7 * model.blockSectors + 24);
  const ranges: [number, number][] = [[0, 256]];
  for (let sector = model.sectors - singles; sector < model.sectors; sector++) ranges.push([sector, 1]);
  const expected = ranges.map(([first, count]) => model.read(first, count));
  const outcomes = await io.each(ranges.map(([first, count]) => read(pair.target, first, count)));
  outcomes.forEach((outcome, index) => {
    const right = matches(outcome, expected[index] ?? 'error');
    expect(right, `${when}: sector ${String(ranges[index]?.[0])} gave ${JSON.stringify(outcome)}`).toBe(true);
  });
}

describe('a random sequence of reads, writes and moves, while faults come and go', () => {
  it.each(runs)('gives what the model gives: seed $seed, blocks of $blockSectors on $main', async (run) => {
    const { kernelLab } = fixture;
    const pair = await fixture.pair({ ...run, core: { storm_limit: 0 } });
    const dice = new Dice(run.seed * 1000 + run.blockSectors);
    const model = new PairModel(pair.main.bytes / 512, run.blockSectors, MAIN_TAG);
    let tag = 100;
    const history: string[] = [];

    for (let round = 0; round < ROUNDS; round++) {
      if (dice.chance(0.15)) {
        model.clearFaults();
        pair.main.faults.clear();
      }
      if (dice.chance(0.6)) breakSome(dice, model, pair);
      if (dice.chance(0.2)) {
        const block = Math.floor(someRange(dice, model).first / run.blockSectors);
        model.move(block);
        history.push(`move ${String(block)}`);
        await pair.target.ask('remap', block);
      }
      const operations: IoOperation[] = [];
      const expected: ExpectedRead[] = [];
      for (let index = 0; index < 8; index++) {
        const { first, count } = someRange(dice, model);
        if (dice.chance(0.5)) {
          operations.push(read(pair.target, first, count));
          expected.push(model.read(first, count));
        } else {
          operations.push(write(pair.target, first, count, ++tag));
          model.write(first, count, tag);
          expected.push([]);
        }
        history.push(JSON.stringify(operations.at(-1)));
      }
      const outcomes = await kernelLab.io.each(operations);
      outcomes.forEach((outcome, index) => {
        if (matches(outcome, expected[index] ?? [])) return;
        const told = { ...outcome, expected: expected[index], last: history.slice(-20) };
        expect.fail(`round ${String(round)}: ${JSON.stringify(operations[index])} gave ${JSON.stringify(told)}`);
      });
      if (round % 5 === 4) await expectStateOf(model, pair, `round ${String(round)}`);
    }

    await expectContentOf(model, pair, 'at the end');
    await expectStateOf(model, pair, 'at the end');
    await pair.target.remove();
    await pair.target.create(tableLine(pair.table));
    await expectStateOf(model, pair, 'after it was activated again');
    model.clearFaults();
    pair.main.faults.clear();
    await expectContentOf(model, pair, 'after it was activated again');
  });

  it.each(runs)(
    'keeps every write beside moves of its block: seed $seed, blocks of $blockSectors on $main',
    async (run) => {
      const { io } = fixture.kernelLab;
      const pair = await fixture.pair({ ...run, core: { storm_limit: 0 } });
      const dice = new Dice(run.seed * 1000 + run.blockSectors + 500);
      const sectors = pair.main.bytes / 512;
      const ranges = Math.ceil(ROUNDS / 2);
      let tag = 100;

      for (let round = 0; round < ranges; round++) {
        // A range that nothing was done to yet; the last one ends with main, in the middle of a block.
        const start = sectors - TAIL_SECTORS - (ranges - round) * 256;
        const content = tags(MAIN_TAG, 256 + (round === ranges - 1 ? TAIL_SECTORS : 0));
        const bad = Array.from({ length: 4 }, () => dice.between(start, start + content.length - 1));
        const faults = bad.map((first) => ({ first, count: 1 }));
        pair.main.faults.add({ kind: 'medium', operations: ['write'], ranges: faults });
        const firstBlock = Math.floor(start / run.blockSectors);
        const blocks = Math.ceil((start + content.length) / run.blockSectors) - firstBlock;
        const moving = dice.chance(0.7) ? pair.target.ask('remap', firstBlock, blocks) : undefined;
        for (let turn = 0; turn < 4; turn++) {
          const cuts = new Set(Array.from({ length: 17 }, () => dice.between(0, content.length)));
          const places = [...cuts].sort((a, b) => a - b);
          // Every other piece, so that much stays as it was beside what is written.
          const writes = places.flatMap((first, index) => {
            const count = (places[index + 1] ?? first) - first;
            if (index % 2 === 1 || count === 0) return [];
            content.fill(++tag, first, first + count);
            return [write(pair.target, start + first, count, tag)];
          });
          const outcomes = await io.together(dice.chance(0.5) ? writes : writes.reverse());
          expect(outcomes.filter(({ error }) => error !== null)).toEqual([]);
        }
        await moving;
        const outcome = await io.one(read(pair.target, start, content.length));
        expect(outcome, `round ${String(round)}`).toEqual({ error: null, tags: content });
      }
      expect(await pair.target.status()).toMatchObject({ mode: 'rw', spareBad: 0, pending: 0 });
    },
  );
});
