import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { appError } from '../app/errors.ts';
import { HotPlug, MOST_RETRY_MS, RETRY_MS } from './hot-plug.ts';

/** A `udevadm monitor` that the test speaks and ends for. */
interface Monitor {
  readonly line: (line: string) => void;
  readonly end: (thrown?: Error) => void;
}

const HEADING = 'monitor will print the received events for:';
const added = (name: string) => `UDEV  [1.5] add      /devices/pci0000:00/ata1/host0/block/${name} (block)`;

describe('disks that come and go', () => {
  let monitors: Monitor[];
  let plugged: Map<string, string>;
  let told: string[][];
  let hotPlug: HotPlug;

  beforeEach(() => {
    vi.useFakeTimers();
    monitors = [];
    told = [];
    plugged = new Map([['sda', '8:0 1']]);
    hotPlug = new HotPlug((names) => told.push(names), {
      plugged: () => new Map(plugged),
      tell: (_tool, _args, line) => {
        const { promise, resolve, reject } = Promise.withResolvers<undefined>();
        monitors.push({ line, end: (thrown) => (thrown === undefined ? resolve(undefined) : reject(thrown)) });
        return { done: promise, stop: () => undefined };
      },
    });
  });

  afterEach(() => {
    hotPlug.stop();
    vi.useRealTimers();
  });

  async function end(thrown?: Error): Promise<void> {
    monitors.at(-1)?.end(thrown);
    await vi.advanceTimersByTimeAsync(0);
  }

  it('are told as udev tells them, those of one moment together', async () => {
    hotPlug.start();
    monitors[0]?.line(HEADING);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([]);
    monitors[0]?.line(added('sdb'));
    monitors[0]?.line(added('sdb/sdb1'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual([['sdb', 'sdb1']]);
  });

  it('are not looked for again where udev is not installed', async () => {
    hotPlug.start();
    await end(appError('tool-missing', 'The program udevadm is not installed.', 'Install it.'));
    await vi.advanceTimersByTimeAsync(MOST_RETRY_MS * 4);
    expect([monitors.length, told]).toEqual([1, []]);
  });

  it('are told by nothing while each monitor ends at once, and that is tried less and less often', async () => {
    hotPlug.start();
    plugged.set('sdb', '8:16 2');
    await end();
    for (const wait of [RETRY_MS, 2 * RETRY_MS, 4 * RETRY_MS]) {
      const before = monitors.length;
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(monitors).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(monitors).toHaveLength(before + 1);
      await end(appError('tool-failed', 'It failed.', 'Again.'));
    }
    expect(told).toEqual([]);
  });

  it('while no monitor listened are told when the next one does, and only if there are any', async () => {
    hotPlug.start();
    monitors[0]?.line(HEADING);
    for (const change of [() => undefined, () => plugged.set('sdb', '8:16 2'), () => plugged.set('sda', '8:0 3')]) {
      await end();
      change();
      await vi.advanceTimersByTimeAsync(RETRY_MS);
      monitors.at(-1)?.line(HEADING);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(told).toEqual([['sdb'], ['sda']]);
  });

  it('are told by a monitor that says nothing but stays', async () => {
    hotPlug.start();
    await end();
    plugged.delete('sda');
    await vi.advanceTimersByTimeAsync(RETRY_MS);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told).toEqual([['sda']]);
  });
});
