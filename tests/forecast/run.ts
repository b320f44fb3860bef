import { parseArgs } from 'node:util';

import { tableLines } from '../../bench/frame/table.ts';
import { HORIZON_DAYS } from '../../app/forecast/output.ts';
import { countArgument } from '../suites/arguments.ts';
import { diskKinds } from './kinds.ts';
import { brier, frequency, judge, leadTime, reliability, thresholdFor, type Alarm } from './metrics.ts';
import { replay, type Observation } from './replay.ts';
import { makeTrace, TRACE_DAYS, type Trace } from './trace.ts';
import { judgeWhere, WHERE_DAYS } from './where-judge.ts';

/**
 * Replays made-up lives of disks and says how good the forecast is on the later half of them, beside the rules of
 * CrystalDiskInfo and Scrutiny: `node tests/forecast/run.ts [--disks n] [--seed n]`, disks of each kind. The earlier half
 * is used for the thresholds alone. docs/forecast.md says what this can show and what not.
 */
const { values } = parseArgs({
  options: { disks: { type: 'string', default: '4000' }, seed: { type: 'string', default: '1' } },
});
const disks = countArgument('disks', values.disks);
const seed = countArgument('seed', values.seed);

/** Days between two looks at a disk. */
const EVERY_DAYS = 7;
/** The earlier half is cut off early enough that nothing it is judged by lies in the later one. */
const SPLIT_DAY = TRACE_DAYS / 2;

function daysBetween(from: number, to: number): number[] {
  return Array.from({ length: Math.floor((to - from) / EVERY_DAYS) + 1 }, (_, index) => from + index * EVERY_DAYS);
}

const earlierDays = daysBetween(0, SPLIT_DAY - HORIZON_DAYS);
const laterDays = daysBetween(SPLIT_DAY, TRACE_DAYS - HORIZON_DAYS);
const traces: Trace[] = diskKinds.flatMap((kind, at) =>
  Array.from({ length: disks }, (_, index) => makeTrace(kind, (seed * 7919 + at) * 1_000_003 + index)),
);

const earlier: Observation[] = [];
const later: Observation[] = [];
traces.forEach((trace, number) => {
  for (const one of replay(trace, number, [...earlierDays, ...laterDays])) {
    (one.day < SPLIT_DAY ? earlier : later).push(one);
  }
});

interface Rule {
  readonly name: string;
  readonly alarm: Alarm;
}

const aboveThreshold = (falseAlarms: number): Alarm => {
  const threshold = thresholdFor(earlier, falseAlarms);
  return ({ score }) => score >= threshold;
};
const plain: readonly Rule[] = [
  { name: 'CrystalDiskInfo', alarm: ({ crystalDiskInfo }) => crystalDiskInfo },
  { name: 'Scrutiny, failed', alarm: ({ scrutiny }) => scrutiny },
];
const rules: readonly Rule[] = [
  { name: 'forecast at 2 %', alarm: aboveThreshold(0.02) },
  { name: 'forecast at 10 %', alarm: aboveThreshold(0.1) },
  ...plain.flatMap(({ name, alarm }) => [
    { name, alarm },
    { name: 'forecast, no more false alarms', alarm: aboveThreshold(judge(earlier, alarm).falseAlarms) },
  ]),
];

const percent = (part: number): string => `${(part * 100).toFixed(part < 0.1 ? 2 : 1)} %`;
const failsDay = (trace: number): number => traces[trace]?.failsDay ?? 0;
const numbers = (columns: number): ReadonlySet<number> =>
  new Set(Array.from({ length: columns }, (_, index) => index + 1));
function print(title: string, head: string[], body: string[][]): void {
  console.log(['', title, '', ...tableLines(head, body, numbers(head.length - 1))].join('\n'));
}

console.log(
  `${traces.length} disks of ${diskKinds.length} kinds, seed ${seed}; ${later.length} looks at them in the later half, ` +
    `${later.filter(({ fails }) => fails).length} of them within ${HORIZON_DAYS} days of a failure.`,
);

print(
  'Alarms',
  ['rule', 'precision', 'recall', 'false alarms', 'disks caught', 'a week before', 'median lead'],
  rules.map(({ name, alarm }) => {
    const { precision, recall, falseAlarms } = judge(later, alarm);
    const lead = leadTime(later, alarm, failsDay);
    return [
      name,
      percent(precision),
      percent(recall),
      percent(falseAlarms),
      `${percent(lead.caught)} of ${lead.failed}`,
      percent(lead.caughtAWeekBefore),
      `${lead.medianDays.toFixed(0)} days`,
    ];
  }),
);

const baseRate = frequency(earlier, () => true);
const asProbability = (alarm: Alarm): ((one: Observation) => number) => {
  const flagged = frequency(earlier, alarm);
  const others = frequency(earlier, (one) => !alarm(one));
  return (one) => (alarm(one) ? flagged : others);
};
const scored: readonly (readonly [string, (one: Observation) => number])[] = [
  ['always the base rate', () => baseRate],
  ['forecast', ({ probability }) => probability],
  ...plain.map(({ name, alarm }) => [name, asProbability(alarm)] as const),
];
print(
  'Brier score (the rules are given the failure rates that they had in the earlier half)',
  ['rule', 'score', 'gain over the base rate'],
  scored.map(([name, probability]) => {
    const score = brier(later, probability);
    return [name, score.toFixed(6), percent(1 - score / brier(later, () => baseRate))];
  }),
);

print(
  'Reliability of the forecast',
  ['said', 'looks', 'mean said', 'came'],
  reliability(later).map(({ from, to, count, said, came }) => [
    `${percent(from)} to ${percent(to)}`,
    String(count),
    percent(said),
    count === 0 ? '' : percent(came),
  ]),
);

print(
  'Recall by kind of disk, the forecast at 2 % false alarms',
  ['kind', 'recall', 'false alarms'],
  diskKinds.map(({ name }) => {
    const { recall, falseAlarms } = judge(
      later.filter(({ kind }) => kind === name),
      aboveThreshold(0.02),
    );
    return [name, percent(recall), percent(falseAlarms)];
  }),
);

const where = judgeWhere(traces, laterDays);
console.log(
  [
    '',
    `Where: ${where.predictions} predictions; of ${where.errors} errors in the ${WHERE_DAYS} days after, ` +
      `${percent(where.hit)} lay in predicted blocks, by chance ${(where.chance * 100).toPrecision(2)} % ` +
      `(${(where.hit / where.chance).toPrecision(2)} times chance).`,
    `Of ${where.ranges} ranges predicted with 50 %, ${percent(where.rangesHit)} had another error within a month.`,
  ].join('\n'),
);
