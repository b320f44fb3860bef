import { MAX_SAMPLES, type Sample } from '../../app/bridge/snapshot.ts';
import { spareFree } from '../../app/domain/spare.ts';
import type { TargetStatus } from '../../app/domain/target.ts';

/** Closest that two points of the chart stand at first, in milliseconds. Doubled each time the chart is full. */
export const FIRST_SPACING_MS = 250;

export function sampleOf(status: TargetStatus, milliseconds: number): Sample {
  return {
    milliseconds,
    moved: status.spareUsed,
    pending: status.pending,
    spareFree: spareFree(status),
    readErrors: status.readErrors,
    writeErrors: status.writeErrors,
  };
}

/**
 * The points of a device's chart: the newest is always what was heard last, the others stand evenly, and there are never
 * more than {@link MAX_SAMPLES} of them however long the program runs.
 */
export class SampleSeries {
  #spacingMs = FIRST_SPACING_MS;

  /** Adds to `samples` in place: only its end changes, but for once in {@link MAX_SAMPLES} / 2 points. */
  add(samples: Sample[], sample: Sample): void {
    // The clock was set back: the points so far would lie after the newest, until that time has come again.
    if (sample.milliseconds < (samples.at(-1)?.milliseconds ?? 0)) samples.splice(0);
    const before = samples.at(-2);
    const last = samples.at(-1);
    if (last !== undefined && before !== undefined && last.milliseconds - before.milliseconds < this.#spacingMs) {
      samples[samples.length - 1] = sample;
      return;
    }
    if (samples.length === MAX_SAMPLES) {
      // Counted from the newest, so that it stays.
      const kept = samples.filter((_, index) => (samples.length - 1 - index) % 2 === 0);
      samples.splice(0, samples.length, ...kept);
      this.#spacingMs *= 2;
    }
    samples.push(sample);
  }
}
