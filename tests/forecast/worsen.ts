import { DAY_MS } from '../../app/forecast/hazard.ts';
import type { Counter, ForecastInput, NvmeHealth } from '../../app/forecast/input.ts';

/** Makes one input worse by an amount from 0, or leaves it where it can get no worse. */
export type Worsen = (input: ForecastInput, by: number) => ForecastInput;

type CounterChange = (counter: Counter, by: number) => Counter;

const raise: CounterChange = (counter, by) => ({
  ...counter,
  value: Math.min(Number.MAX_SAFE_INTEGER, (counter.value ?? 0) + by),
});
/** Nearer to now: a rise that was not seen before counts as one. */
const freshen: CounterChange = (counter, by) => ({
  ...counter,
  rose: counter.rose === null ? Date.UTC(2020, 0, 1) : counter.rose + by * DAY_MS,
});

const changes: readonly (readonly [string, CounterChange])[] = [
  ['is higher', raise],
  ['rose later', freshen],
];

const attributeNames = [
  'reallocated',
  'spinRetries',
  'uncorrectable',
  'reallocationEvents',
  'pending',
  'offlineUncorrectable',
  'linkErrors',
] as const;
const ownNames = ['pendingBlocks', 'movedBlocks', 'scanErrors', 'softErrors', 'slowReads'] as const;
const bits = ['spareLow', 'temperature', 'degraded', 'readOnly', 'backupFailed', 'persistentMemoryReadOnly'] as const;

function onNvme(change: (nvme: NvmeHealth, by: number) => NvmeHealth): Worsen {
  return (input, by) => (input.nvme === null ? input : { ...input, nvme: change(input.nvme, by) });
}

/** Every input of the forecast, each made worse by itself. */
export const worsenings: Readonly<Record<string, Worsen>> = {
  ...Object.fromEntries(
    changes.flatMap(([how, change]) => [
      ...attributeNames.map((name): [string, Worsen] => [
        `${name} ${how}`,
        (input, by) => ({
          ...input,
          attributes: { ...input.attributes, [name]: change(input.attributes[name], by) },
        }),
      ]),
      ...ownNames.map((name): [string, Worsen] => [
        `${name} ${how}`,
        (input, by) => ({ ...input, own: { ...input.own, [name]: change(input.own[name], by) } }),
      ]),
      [`mediaErrors ${how}`, onNvme((nvme, by) => ({ ...nvme, mediaErrors: change(nvme.mediaErrors, by) }))],
    ]),
  ),
  ...Object.fromEntries(
    bits.map((bit) => [
      `the bit ${bit} is set`,
      onNvme((nvme) =>
        nvme.criticalWarning === null ? nvme : { ...nvme, criticalWarning: { ...nvme.criticalWarning, [bit]: true } },
      ),
    ]),
  ),
  'more of the endurance is used': onNvme((nvme, by) => ({
    ...nvme,
    percentageUsed: Math.min(255, (nvme.percentageUsed ?? 0) + (by % 256)),
  })),
  'less spare flash is left': onNvme((nvme, by) => ({
    ...nvme,
    availableSpare: Math.max(0, (nvme.availableSpare ?? 255) - (by % 256)),
  })),
  'the limit for spare flash is higher': onNvme((nvme, by) => {
    const limit = nvme.availableSpareThreshold ?? 0;
    // Above 100 it is no limit.
    return limit > 100 ? nvme : { ...nvme, availableSpareThreshold: Math.min(100, limit + (by % 101)) };
  }),
  'the drive says that it fails': (input) => ({ ...input, ownVerdict: 'failed' }),
  'it is older': (input, by) =>
    input.powerOnHours === null ? input : { ...input, powerOnHours: input.powerOnHours + by },
  'it answers slower': (input, by) => ({
    ...input,
    speed: { places: input.speed?.places ?? [], score: (input.speed?.score ?? 0) + by / 100 },
  }),
};
