import { describe, expect, it } from 'vitest';

import { scanProgress } from './scan.ts';
import type { TargetEvent } from './target.ts';

const MIB = 256;
const device = { lengthSectors: 2048 * 300, blockSectors: 8 };

function at(scanBlock: number, events: readonly TargetEvent[] = []): number | undefined {
  return scanProgress(device, { scanState: 'running', scanBlock }, events)?.part;
}

function started(block: number, blocks: number): TargetEvent {
  return {
    number: 5,
    milliseconds: 1000,
    type: 'scan_start',
    block,
    spareBlock: null,
    detail: String(blocks),
  };
}

describe('how far a scan is', () => {
  it('is told only of one that is under way', () => {
    for (const scanState of ['idle', 'off'] as const) {
      expect(scanProgress(device, { scanState, scanBlock: 0 }, [])).toBeNull();
    }
    expect(scanProgress(device, { scanState: 'paused', scanBlock: 0 }, [])).toMatchObject({ part: 0 });
  });

  it('follows the staggered order: a MiB of each 128 MiB, then the next', () => {
    const order = [];
    for (let row = 0; row < 128; row += 1) {
      for (let region = 0; region < 3; region += 1) {
        const block = (region * 128 + row) * MIB;
        if (block < 300 * MIB) order.push(block);
      }
    }
    expect(order).toHaveLength(300);
    order.forEach((block, index) => expect(at(block), String(block)).toBeCloseTo(index / 300, 9));
  });

  it('counts within the range that was asked for', () => {
    const events = [started(1000, 512)];
    expect(at(1000, events)).toBe(0);
    expect(at(1256, events)).toBe(0.5);
    expect(scanProgress(device, { scanState: 'running', scanBlock: 1256 }, events)).toEqual({
      part: 0.5,
      began: 1000,
      first: 1000,
      blocks: 512,
    });
  });
});
