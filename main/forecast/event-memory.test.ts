import { describe, expect, it } from 'vitest';

import type { TargetEvent } from '../../app/domain/target.ts';
import { MAX_SLOW, nothingMet, type EventTimes } from '../../app/history/event-times.ts';
import { EventMemory } from './event-memory.ts';

function event(number: number, type: TargetEvent['type'], part: Partial<TargetEvent> = {}): TargetEvent {
  return { number, milliseconds: number * 10, type, block: null, spareBlock: null, detail: null, ...part };
}

const found = (number: number, block: number): TargetEvent => event(number, 'pending', { block, detail: 'scan' });
const complete = (number: number): TargetEvent => event(number, 'scan_end', { detail: 'complete' });

/** All that it tells, to be compared. */
function tellsOf({ soft, slow, pending, foundByScan, slowBlocks, wholeScan }: EventTimes): EventTimes {
  return { soft, slow, pending, foundByScan, slowBlocks, wholeScan };
}

describe('what events tell', () => {
  it('is the same however often and in what order they come', () => {
    const events = [
      found(1, 7),
      event(2, 'soft'),
      event(3, 'slow', { block: 9 }),
      found(4, 8),
      found(5, 7),
      event(6, 'pending', { block: 5 }),
    ];
    const once = new EventMemory(nothingMet);
    once.add(events);
    expect(tellsOf(once)).toEqual({
      soft: { count: 0, firstSeen: 20, rose: 20 },
      slow: { count: 0, firstSeen: 30, rose: 30 },
      pending: { firstSeen: 10, rose: 60 },
      foundByScan: { blocks: new Set([7, 8]), firstSeen: 10, rose: 50 },
      slowBlocks: [{ block: 9, milliseconds: 30 }],
      wholeScan: false,
    });
    const often = new EventMemory(once);
    often.add(events.slice(3));
    often.add(events);
    expect(tellsOf(often)).toEqual(tellsOf(once));
  });

  it('goes on from what is remembered', () => {
    const past: EventTimes = {
      soft: { count: 5, firstSeen: 1, rose: 2 },
      slow: { count: 1, firstSeen: 3, rose: 3 },
      pending: { firstSeen: 2, rose: 5 },
      foundByScan: { blocks: new Set([70]), firstSeen: 4, rose: 4 },
      slowBlocks: [{ block: 71, milliseconds: 3 }],
      wholeScan: true,
    };
    const memory = new EventMemory(past);
    memory.add([event(900, 'soft'), event(901, 'slow', { block: 71 }), found(902, 72)]);
    expect(tellsOf(memory)).toEqual({
      soft: { count: 5, firstSeen: 1, rose: 9000 },
      slow: { count: 1, firstSeen: 3, rose: 9010 },
      pending: { firstSeen: 2, rose: 9020 },
      foundByScan: { blocks: new Set([70, 72]), firstSeen: 4, rose: 9020 },
      slowBlocks: [{ block: 71, milliseconds: 9010 }],
      wholeScan: true,
    });
  });

  it('is of a whole scan only where no number is missing from its beginning to its end', () => {
    const isWhole = (...batches: TargetEvent[][]): boolean => {
      const memory = new EventMemory(nothingMet);
      for (const batch of batches) memory.add(batch);
      return memory.wholeScan;
    };
    expect(isWhole([event(1, 'scan_start')], [event(2, 'soft')], [complete(3)])).toBe(true);
    expect(isWhole([event(1, 'scan_start')], [complete(3)])).toBe(false);
    expect(isWhole([event(1, 'scan_start'), complete(2 + 65_536)])).toBe(false);
    expect(isWhole([event(1, 'scan_start'), event(2, 'scan_end', { detail: 'stopped' }), complete(3)])).toBe(false);
  });

  it('is of so many slow blocks only: those that were slow last', () => {
    const memory = new EventMemory(nothingMet);
    for (let block = 0; block <= MAX_SLOW; block += 1) memory.add([event(block + 1, 'slow', { block })]);
    memory.add([event(MAX_SLOW + 2, 'slow', { block: 1 }), event(MAX_SLOW + 3, 'slow', { block: MAX_SLOW + 1 })]);
    const blocks = memory.slowBlocks.map(({ block }) => block);
    expect(blocks).toHaveLength(MAX_SLOW);
    expect([blocks.includes(0), blocks.includes(1), blocks.includes(2), blocks[0]]).toEqual([false, true, false, 3]);
  });
});
