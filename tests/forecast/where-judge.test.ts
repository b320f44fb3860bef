import { expect, it } from 'vitest';

import { diskKinds } from './kinds.ts';
import { makeTrace, TRACE_DAYS } from './trace.ts';
import { judgeWhere } from './where-judge.ts';

/** Far more than enough predictions for the factor to be of the forecast and not of the seed. */
const DISKS = 300;
const weeks = Array.from({ length: Math.floor(TRACE_DAYS / 7) }, (_, week) => week * 7);

it.each(diskKinds.map((kind, at) => ({ kind, at })))(
  '$kind.name: predicted blocks are hit at least ten times as often as chance would hit them',
  ({ kind, at }) => {
    const traces = Array.from({ length: DISKS }, (_, index) => makeTrace(kind, at * 1_000_003 + index));
    const { predictions, errors, hit, chance } = judgeWhere(traces, weeks);
    expect(predictions).toBeGreaterThan(10);
    expect(errors).toBeGreaterThan(50);
    expect(chance).toBeGreaterThan(0);
    expect(hit).toBeGreaterThanOrEqual(10 * chance);
  },
);
