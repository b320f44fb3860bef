import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { TargetStatus } from '../../../app/domain/target.ts';
import { figuresOf, type Reading } from '../../../app/history/figures.ts';
import { GAP_MS, READ_EVERY_MS } from '../../../app/history/schema.ts';
import { sceneStatus } from '../../../tests/doubles/scene.ts';
import { KEEP_EVERY_MS, Recorder } from './recorder.ts';

const well: TargetStatus = sceneStatus([], 1_000, 0);

function setUp() {
  const kept: Reading[] = [];
  let uptime = 0;
  const recorder = new Recorder(
    (reading) => kept.push(reading),
    () => uptime,
  );
  const hear = (at: number, part: Partial<TargetStatus> = {}): void => {
    uptime = at;
    recorder.heard({ ...well, ...part }, at);
  };
  return { kept, recorder, hear };
}

describe('readings', () => {
  it('are kept at once at first and when something changed, but not more often than the least spacing', () => {
    const { kept, hear } = setUp();
    hear(0);
    hear(1, { pending: 1 });
    hear(2, { pending: 5 });
    hear(KEEP_EVERY_MS - 1, { pending: 2 });
    expect(kept).toHaveLength(1);
    hear(KEEP_EVERY_MS, { pending: 3 });
    expect(kept).toHaveLength(2);
    const second = kept[1];
    expect([second?.min.pending, second?.max.pending, second?.last.pending]).toEqual([1, 5, 3]);
    expect([second?.from, second?.to, second?.count]).toEqual([1, KEEP_EVERY_MS, 4]);
  });

  it('are kept for a spike that is over by the time one may be kept', () => {
    const { kept, hear } = setUp();
    hear(0);
    hear(1, { pending: 9 });
    hear(KEEP_EVERY_MS);
    expect(kept[1]?.max.pending).toBe(9);
  });

  it('of what stays as it is, or of a scan that goes on, show only that the device was watched', () => {
    const { kept, hear } = setUp();
    for (let at = 0; at <= 10 * READ_EVERY_MS; at += KEEP_EVERY_MS) hear(at, { scanBlock: at });
    expect(kept).toHaveLength(11);
    expect(READ_EVERY_MS).toBeLessThan(GAP_MS / 2);
  });

  it('miss nothing that was heard once they are flushed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30_000), fc.nat(50)), { minLength: 1 }), (heard) => {
        const { kept, recorder, hear } = setUp();
        let at = 0;
        for (const [wait, pending] of heard) hear((at += wait), { pending });
        recorder.flush();
        recorder.flush();
        const all = heard.map(([, pending]) => pending);
        expect(kept.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
        expect(Math.max(...kept.map(({ max }) => max.pending))).toBe(Math.max(...all));
        expect(Math.min(...kept.map(({ min }) => min.pending))).toBe(Math.min(...all));
        expect(kept.at(-1)?.last).toEqual(figuresOf({ ...well, pending: all.at(-1) ?? 0 }));
      }),
    );
  });
});
