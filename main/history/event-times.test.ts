import { expect, it } from 'vitest';

import type { TargetEvent } from '../../app/domain/target.ts';
import { nothingMet } from '../../app/history/event-times.ts';
import { memoryHistory, reading, SOME_PAIR } from '../../tests/doubles/history.ts';

const { uuid } = SOME_PAIR;
/** What the target numbers on by after a crash. */
const JUMP = 65_536;

function event(number: number, type: TargetEvent['type'], part: Partial<TargetEvent> = {}): TargetEvent {
  return { number, milliseconds: number * 10, type, block: null, spareBlock: null, detail: null, ...part };
}

const found = (number: number, block: number): TargetEvent => event(number, 'pending', { block, detail: 'scan' });
const complete = (number: number): TargetEvent => event(number, 'scan_end', { detail: 'complete' });

it('events tell of troubles long after the ring has dropped them, those of another pair not', () => {
  const history = memoryHistory();
  expect(history.eventTimes(uuid)).toEqual(nothingMet);
  history.addEvents({ ...SOME_PAIR, uuid: 'other' }, [found(1, 5), event(2, 'soft')]);
  history.addEvents(SOME_PAIR, [
    found(1, 7),
    event(2, 'pending', { block: 9 }),
    event(3, 'soft', { block: 3 }),
    event(4, 'slow', { block: 20 }),
    event(5, 'slow', { block: 21 }),
    event(6, 'slow', { block: 20 }),
  ]);
  history.addEvents(
    SOME_PAIR,
    Array.from({ length: 5000 }, (_, index) => event(7 + index, 'set')),
  );
  history.addEvents(SOME_PAIR, [
    found(JUMP, 7),
    found(JUMP + 1, 8),
    event(JUMP + 2, 'soft', { block: 3 }),
    event(JUMP + 3, 'pending', { block: 9 }),
  ]);
  expect(history.eventTimes(uuid)).toEqual({
    soft: { count: 2, firstSeen: 30, rose: (JUMP + 2) * 10 },
    slow: { count: 3, firstSeen: 40, rose: 60 },
    pending: { firstSeen: 10, rose: (JUMP + 3) * 10 },
    foundByScan: { blocks: new Set([7, 8]), firstSeen: 10, rose: (JUMP + 1) * 10 },
    slowBlocks: [
      { block: 20, milliseconds: 60 },
      { block: 21, milliseconds: 50 },
    ],
    wholeScan: false,
  });
});

it('the most that a reading ever counted is remembered, also when the target counts less after a crash', () => {
  const history = memoryHistory();
  history.addReading(SOME_PAIR, reading(10, { softErrors: 12, slowReads: 1 }));
  history.addReading(SOME_PAIR, reading(20, { softErrors: 4, slowReads: 0 }));
  history.addEvents(SOME_PAIR, [event(1, 'soft'), event(2, 'slow'), event(3, 'slow')]);
  const { soft, slow } = history.eventTimes(uuid);
  expect([soft.count, slow.count]).toEqual([12, 2]);
});

it.each<[string, TargetEvent[], boolean]>([
  ['from its beginning to its end', [event(1, 'scan_start'), event(2, 'soft'), complete(3)], true],
  ['whose beginning is not known', [event(2, 'soft'), complete(3)], false],
  ['with an event that was lost', [event(1, 'scan_start'), complete(3)], false],
  ['over a crash', [event(1, 'scan_start'), complete(2 + JUMP)], false],
  [
    'once, and later ones that are not known whole',
    [event(1, 'scan_start'), complete(2), event(3 + JUMP, 'scan_start'), complete(5 + JUMP)],
    true,
  ],
  ['that was stopped', [event(1, 'scan_start'), event(2, 'scan_end', { detail: 'stopped' })], false],
])('a scan %s is known whole only where all of it is kept', (_what, events, whole) => {
  const history = memoryHistory();
  history.addEvents(SOME_PAIR, events);
  expect(history.eventTimes(uuid).wholeScan).toBe(whole);
});
