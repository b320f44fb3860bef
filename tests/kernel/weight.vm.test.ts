import { describe, expect, it } from 'vitest';
import { follow } from './harness/follow.ts';
import { failUnreadable, MAIN_AND_SPARE, read, tableLine, useKernelLab, type Target } from './harness/index.ts';
import { failReads } from './harness/pairs.ts';

const fixture = useKernelLab();
const DAY_SECONDS = 86_400;
const blocks = (MAIN_AND_SPARE[0]?.bytes ?? 0) / 512 / 8;

async function scanAll(target: Target): Promise<void> {
  const { lastEvent } = await target.status();
  await target.ask('scan', 'start');
  await follow(target, lastEvent, (rows) => rows.some(({ type }) => type === 'scan_end'));
}

/** Risk after errors that weigh `own` by now, of which `recent` was gained within days. */
function riskOf(own: number, recent: number): number {
  const weight = own + recent / 2;
  return Math.round((100 * weight) / (weight + 1));
}

describe('what an error weighs', () => {
  it('falls with time, however often it is looked at', async () => {
    const pair = await fixture.pair();
    const { target } = pair;
    const { kernelLab } = fixture;
    failReads(pair, 10);
    await failUnreadable(kernelLab.io, read(target, 80, 8));
    // Half a minute at a time is less than a weight falls by in a step that can be told.
    const script = `
      [ -d /sys/kernel/debug/dm-remap ] || mount -t debugfs none /sys/kernel/debug
      for i in $(seq 60); do
        date -s "@$(($(date +%s) + 30))" > /dev/null
        dmsetup status --noflush ${target.name} > /dev/null
      done
      grep -v '^#' /sys/kernel/debug/dm-remap/${target.name}/regions`;
    const { stdout } = await kernelLab.run('/usr/bin/sh', ['-ec', script]);
    const weight = Number(stdout.trim().split(' ').at(-1));
    // 65536 less 30 minutes' part of the half that it loses in 14 days.
    expect(weight).toBeLessThanOrEqual(65_536 - 48);
    expect(weight).toBeGreaterThan(65_536 - 80);
    // The risk is 59.9 by then, and told to the nearest: it does not fall at the first second.
    expect((await target.status()).risk).toBe(60);
  });

  it('is kept when the machine starts with a clock that is years behind, which is then set', async () => {
    const pair = await fixture.pair();
    const { kernelLab } = fixture;
    const now = Math.floor(Date.now() / 1000);
    const setClock = (seconds: number): Promise<unknown> =>
      kernelLab.run('/usr/bin/busybox', ['date', '-s', `@${String(seconds)}`]);
    failReads(pair, 10, 20);
    await failUnreadable(kernelLab.io, read(pair.target, 80, 8));
    await pair.target.remove();
    try {
      await setClock(60);
      const target = fixture.target();
      await target.create(tableLine(pair.table));
      await failUnreadable(kernelLab.io, read(target, 160, 8));
      await setClock(now);
      expect((await target.status()).risk).toBe(riskOf(2, 2));
    } finally {
      await setClock(now);
    }
  });

  it('is half after 14 days, what it adds for being new after one, and a scan is believed for 14 to 60', async () => {
    const pair = await fixture.pair({ core: { scan_rate: 0 } });
    const { target } = pair;
    const now = Math.floor(Date.now() / 1000);
    const passDays = (days: number): Promise<unknown> =>
      fixture.kernelLab.run('/usr/bin/busybox', ['date', '-s', `@${String(now + days * DAY_SECONDS)}`]);
    await passDays(0);
    try {
      failReads(pair, 10);
      await scanAll(target);
      const told: Record<number, readonly [number, number]> = {};
      for (const day of [0, 1, 14, 28, 37, 70]) {
        await passDays(day);
        const { risk, confidence } = await target.status();
        told[day] = [risk, confidence];
      }
      // Between halvings a weight falls in a straight line.
      expect(told).toEqual({
        0: [riskOf(1, 1), 100],
        1: [riskOf(1 - 1 / 28, 1 / 2), 100],
        14: [riskOf(1 / 2, 0), 100],
        28: [riskOf(1 / 4, 0), Math.floor((80 * (60 - 28)) / 46) + 20],
        37: [riskOf((1 / 4) * (1 - 9 / 28), 0), 60],
        70: [riskOf(1 / 32, 0), 20],
      });

      await passDays(14);
      failReads(pair, 20);
      await scanAll(target);
      const { risk } = await target.status();
      expect(risk).toBe(riskOf(1 / 2 + 1, 1));
      expect(await target.health(0, blocks, 1)).toMatchObject([{ pending: 2, risk }]);
    } finally {
      await passDays(0);
    }
  });

  it('of a scan that found nothing is believed as long', async () => {
    const { target } = await fixture.pair({ core: { scan_rate: 0 } });
    const now = Math.floor(Date.now() / 1000);
    const setClock = (seconds: number): Promise<unknown> =>
      fixture.kernelLab.run('/usr/bin/busybox', ['date', '-s', `@${String(seconds)}`]);
    await setClock(now);
    try {
      await scanAll(target);
      const told: number[] = [];
      for (const day of [0, 14, 37, 60]) {
        await setClock(now + day * DAY_SECONDS);
        told.push((await target.status()).confidence);
      }
      expect(told).toEqual([80, 80, 40, 0]);
    } finally {
      await setClock(now);
    }
  });
});
