import { expect } from 'vitest';
import type { Target } from './target.ts';

/** Waits until the mapped device has one write, or discard, that is not answered. */
export async function untilInFlight({ kernelLab, name }: Target): Promise<void> {
  const { stdout: minor } = await kernelLab.dmsetup(['info', '-c', '--noheadings', '-o', 'minor', name]);
  const file = `/sys/block/dm-${minor.trim()}/inflight`;
  const waiting = async (): Promise<number> =>
    Number((await kernelLab.run('/usr/bin/cat', [file])).stdout.trim().split(/\s+/)[1]);
  await expect.poll(waiting, { timeout: 30_000 }).toBe(1);
}

/**
 * For what goes on while a test does something else: should it fail before the test awaits it, the test fails there and
 * not the whole run.
 */
export function meanwhile<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}
