import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { tableLines } from '../../../bench/frame/table.ts';
import { countArgument } from '../../suites/arguments.ts';
import { compare, FALSE_ALARMS, judgeSpeed, scoreDisk, thresholdOf, type Scored } from './judge.ts';
import { speedKinds } from './kinds.ts';
import { seeDisk, seedOf, type Part, type ZoneLook } from './look.ts';
import { oddsOf, speedModelSchema } from './model.ts';

/**
 * Says how early slow zones are found on made-up disks by the statistics and by the learned model, on disks that neither was
 * fitted to: `node tests/forecast/speed/run.ts [--disks n] [--seed n]`, disks of each kind. docs/forecast.md says what
 * this can show and what not.
 */
const { values } = parseArgs({
  options: { disks: { type: 'string', default: '40' }, seed: { type: 'string', default: '1' } },
});
const disks = countArgument('disks', values.disks);
const seed = countArgument('seed', values.seed);
const RESAMPLES = 500;

const model = speedModelSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'weights.json'), 'utf8')));

const ways = {
  statistics: ({ statistics }) => statistics,
  'one look': ({ plain }) => plain,
  learned: ({ features }) => oddsOf(model, features),
} satisfies Record<string, (zone: ZoneLook) => number>;
type Way = keyof typeof ways;
const names = Object.keys(ways) as Way[];

type ByWay = Record<Way, Scored[]>;

function score(part: Part, kind: (typeof speedKinds)[number]): ByWay {
  const scored: ByWay = { statistics: [], 'one look': [], learned: [] };
  for (let index = 0; index < disks; index += 1) {
    const seen = seeDisk(kind, seedOf(part, kind, seed, index));
    for (const name of names) scored[name].push(scoreDisk(seen, ways[name]));
  }
  return scored;
}

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
const numbers = (columns: number): ReadonlySet<number> =>
  new Set(Array.from({ length: columns }, (_, index) => index + 2));

const chosen = speedKinds.filter(({ heldOut }) => !heldOut).map((kind) => score('choose', kind));
const thresholds = new Map(names.map((name) => [name, thresholdOf(chosen.flatMap((one) => one[name]))]));
const judged = speedKinds.map((kind) => ({ kind, scored: score('judge', kind) }));

const rows = judged.flatMap(({ kind, scored }) =>
  [
    ...names.map((name) => [name, name, thresholds.get(name) ?? Infinity] as const),
    // As the product shows it: a score of 1 is slow.
    ['statistics, from 1', 'statistics', 1] as const,
    ['one look, from 1', 'one look', 1] as const,
  ].map(([title, way, threshold]) => {
    const { falseAlarms, precision, recall, leadDays } = judgeSpeed(scored[way], threshold);
    return [
      `${kind.name}${kind.heldOut ? ' (held out)' : ''}`,
      title,
      percent(falseAlarms),
      percent(precision),
      percent(recall),
      `${leadDays} days`,
    ];
  }),
);
console.log(
  [
    `${disks} disks of each of ${speedKinds.length} kinds, seed ${seed}. Thresholds: ${percent(FALSE_ALARMS)} of the looks at ` +
      'other disks of the kinds that are not held out.',
    '',
    ...tableLines(['kind', 'way', 'false alarms', 'precision', 'recall', 'median lead'], rows, numbers(4)),
    '',
    `Recall where each way gives ${percent(FALSE_ALARMS)} false alarms on the very disks; difference with its 95 % interval.`,
    '',
    ...tableLines(
      ['kind', 'against', 'learned', 'other', 'difference'],
      judged.flatMap(({ kind, scored }) =>
        (['statistics', 'one look'] as const).map((name) => {
          const { one, other, low, high } = compare(scored.learned, scored[name], RESAMPLES, seed);
          return [
            kind.name,
            name,
            percent(one),
            percent(other),
            `${percent(one - other)} (${percent(low)} to ${percent(high)})`,
          ];
        }),
      ),
      numbers(3),
    ),
  ].join('\n'),
);
