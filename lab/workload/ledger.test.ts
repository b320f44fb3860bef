import { expect, test } from 'vitest';
import type { ScanRun } from '../guest/protocol.ts';
import { Ledger, type Verdict } from './ledger.ts';

const SEED = 9;
const make = (): Ledger => new Ledger({ first: 100, count: 80 }, 8, SEED);
const found = (first: number, count: number, generation: number, seed = SEED): ScanRun => ({
  first,
  count,
  state: 'valid',
  seed,
  generation,
});
const verdicts = (ledger: Ledger, run: ScanRun): Verdict[] => ledger.judge(run).map((each) => each.verdict);

test('owes nothing where nothing was acknowledged', () => {
  expect(make().judge(found(100, 80, 5))).toEqual([]);
});

test('accepts the acknowledged write and a later one, and calls an older one stale', () => {
  const ledger = make();
  ledger.acknowledged(4, 108);
  expect(verdicts(ledger, found(108, 8, 4))).toEqual(['ok']);
  expect(verdicts(ledger, found(108, 8, 5))).toEqual(['ok']);
  expect(verdicts(ledger, found(108, 8, 3))).toEqual(['stale']);
  expect(ledger.judge(found(108, 8, 3))[0]).toMatchObject({ first: 108, count: 8, generation: 3, expected: 4 });
});

test('judges each sector of a torn block for itself', () => {
  const ledger = make();
  ledger.acknowledged(4, 108);
  expect(ledger.judge(found(112, 4, 3))).toMatchObject([{ first: 112, count: 4, verdict: 'stale' }]);
});

test.each<[ScanRun['state'], Verdict]>([
  ['blank', 'stale'],
  ['foreign', 'stale'],
  ['corrupt', 'corrupt'],
  ['unreadable', 'unreadable'],
])('calls a %s sector that is owed %s', (state, verdict) => {
  const ledger = make();
  ledger.acknowledged(1, 100);
  expect(verdicts(ledger, { first: 100, count: 8, state })).toEqual([verdict]);
});

test('takes the writes of another workload for a loss', () => {
  const ledger = make();
  ledger.acknowledged(1, 100);
  expect(verdicts(ledger, found(100, 8, 9, SEED + 1))).toEqual(['stale']);
});

test('after a power cut owes what was durable, and only that', () => {
  const ledger = make();
  ledger.acknowledged(1, 100);
  ledger.acknowledged(2, 108);
  ledger.durable(2);
  ledger.acknowledged(3, 100);
  ledger.acknowledged(4, 116);
  ledger.powerCut();
  expect([ledger.owed(100), ledger.owed(108), ledger.owed(116)]).toEqual([1, 2, 0]);
  expect(ledger.blocks).toBe(2);
});

test('a flush does not make later writes durable', () => {
  const ledger = make();
  ledger.acknowledged(1, 100);
  ledger.acknowledged(2, 100);
  ledger.durable(1);
  ledger.powerCut();
  expect(ledger.owed(100)).toBe(0);
});

test('names the sectors of which something is owed, neighbours joined', () => {
  const ledger = make();
  expect(ledger.owedRuns()).toEqual([]);
  ledger.acknowledged(1, 164);
  ledger.acknowledged(2, 108);
  ledger.acknowledged(3, 116);
  expect(ledger.owedRuns()).toEqual([
    { first: 108, count: 16 },
    { first: 164, count: 8 },
  ]);
});
