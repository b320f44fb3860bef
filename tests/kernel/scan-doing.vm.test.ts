import { describe, expect, it } from 'vitest';
import type { Fault, FaultHit, LabDisk } from '../../lab/index.ts';
import { meanwhile, succeed, useKernelLab, write, type Target } from './harness/index.ts';
import { follow } from './harness/follow.ts';
import { failReads, failWrites } from './harness/pairs.ts';

const fixture = useKernelLab();
const POLL = { timeout: 60_000 };

/** What the scanner says it does. */
interface Doing {
  readonly what: string;
  readonly block: number | null;
  readonly milliseconds: number;
}

async function doing(target: Target): Promise<Doing> {
  const { kernelLab } = fixture;
  const { stdout } = await kernelLab.dmsetup(['info', '-c', '--noheadings', '-o', 'minor', target.name]);
  const text = (await kernelLab.run('/usr/bin/cat', [`/sys/block/dm-${stdout.trim()}/remap/scan_doing`])).stdout;
  const parts = /^([a-z]+) (\d+|-) (\d+)\n$/.exec(text);
  if (parts === null) throw new Error(`not what the scanner does: ${JSON.stringify(text)}`);
  const [, what = '', block, milliseconds] = parts;
  return { what, block: block === '-' ? null : Number(block), milliseconds: Number(milliseconds) };
}

/** What and where, without the time. */
async function place(target: Target): Promise<readonly [string, number | null]> {
  const { what, block } = await doing(target);
  return [what, block];
}

/** Makes every read of a block hang once `after` has happened; resolves when the first does, with what ends it. */
function hangReads(main: LabDisk, block: number, after: Promise<unknown> = Promise.resolve()): Promise<() => void> {
  const fault: Fault = { kind: 'hang', operations: ['read'], ranges: [{ first: block * 8, count: 8 }] };
  return after.then(
    () =>
      new Promise((resolve) => {
        const id = main.faults.add(fault);
        const stop = main.faults.onHit((hit) => {
          if (hit.id !== id) return;
          stop();
          resolve(() => main.faults.remove(id));
        });
      }),
  );
}

function firstHit(main: LabDisk, id: number): Promise<FaultHit> {
  return new Promise((resolve) => {
    const stop = main.faults.onHit((hit) => {
      if (hit.id !== id) return;
      stop();
      resolve(hit);
    });
  });
}

describe('what the scanner is doing', () => {
  it('is told while it reads, while it tries a block again, and while it looks around an error', async () => {
    const pair = await fixture.pair({ core: { scan_rate: 0, retries: 16 } });
    const { target, main } = pair;
    expect(await place(target)).toEqual(['idle', null]);

    const { lastEvent } = await target.status();
    const reading = hangReads(main, 1000);
    await target.ask('scan', 'start', 1000, 400);
    const goOn = await reading;
    expect(await place(target)).toEqual(['reading', 1000]);
    // The read hangs and so does this: its time goes on.
    const { milliseconds } = await doing(target);
    await expect.poll(async () => (await doing(target)).milliseconds, POLL).toBeGreaterThan(milliseconds);
    expect(await place(target)).toEqual(['reading', 1000]);

    // Beyond what is read at first, in what is read around the error.
    const near = hangReads(main, 1300);
    const retrying = hangReads(main, 1005, firstHit(main, failReads(pair, 1005)));
    goOn();
    const giveUp = await retrying;
    expect(await place(target)).toEqual(['retrying', 1005]);
    giveUp();
    const over = await near;
    expect((await target.status()).pending).toBe(1);
    expect(await place(target)).toEqual(['near', 1262]);
    over();
    await follow(target, lastEvent, (rows) => rows.some(({ type }) => type === 'scan_end'));
    expect(await place(target)).toEqual(['idle', null]);
  });

  it('is told while it waits: for its rate, for whoever paused it, and for the device', async () => {
    // After the first 128 KiB it waits for two minutes.
    const { target } = await fixture.pair({ core: { scan_rate: 1 } });
    await target.ask('scan', 'start', 64, 1000);
    await expect.poll(() => place(target), POLL).toEqual(['pacing', 64 + 32]);
    await target.ask('scan', 'pause');
    expect(await place(target)).toEqual(['paused', null]);
    await target.suspend();
    await target.resume();
    await expect.poll(() => place(target), POLL).toEqual(['paused', null]);
    await target.ask('scan', 'resume');
    await target.suspend();
    expect(await place(target)).toEqual(['suspended', null]);
    await target.resume();
    await expect.poll(async () => (await place(target))[0], POLL).toBe('pacing');
    await target.ask('scan', 'stop');
    expect(await place(target)).toEqual(['idle', null]);
  });

  it('is told while it waits for a disk on which remapping is halted', async () => {
    const pair = await fixture.pair({ core: { scan_rate: 0, storm_limit: 1 } });
    const { target } = pair;
    failWrites(pair, 10, 2);
    await fixture.kernelLab.io.each([write(target, 80, 8, 5), write(target, 88, 8, 5)]);
    expect((await target.status()).mode).toBe('halted');
    await target.ask('scan', 'start', 500, 100);
    await expect.poll(() => place(target), POLL).toEqual(['halted', 500]);
    const { lastEvent } = await target.status();
    await target.ask('continue');
    await follow(target, lastEvent, (rows) => rows.some(({ type }) => type === 'scan_end'));
    expect(await place(target)).toEqual(['idle', null]);
  });

  it('is told while it gives way to somebody who uses the device', async () => {
    const pair = await fixture.pair({ core: { scan_rate: 0 } });
    const { target } = pair;
    const { kernelLab } = fixture;
    const { lastEvent } = await target.status();
    const script = `
      rm -f /tmp/enough
      while [ ! -e /tmp/enough ]; do dd if=${target.path} of=/dev/null bs=4k count=500 iflag=direct 2>/dev/null; done`;
    const user = meanwhile(kernelLab.run('/usr/bin/sh', ['-ec', script]));
    try {
      await target.ask('scan', 'start');
      await expect.poll(async () => (await place(target))[0], POLL).toBe('busy');
    } finally {
      await kernelLab.run('/usr/bin/touch', ['/tmp/enough']);
      await user;
    }
    await follow(target, lastEvent, (rows) => rows.some(({ type }) => type === 'scan_end'));
    await succeed(kernelLab.io, write(target, 0, 8, 7));
    expect(await place(target)).toEqual(['idle', null]);
  });
});
