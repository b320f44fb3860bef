import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lab/disk/random.ts';
import { useKernelLab, type Pair, type Target } from './harness/index.ts';
import { failWrites, reopen } from './harness/pairs.ts';

const MIB = 1024 * 1024;
const CACHE = { bus: 'virtio-blk', writeCacheBytes: 16 * MIB } as const;
const SEED = Number(process.env['REMAP_SEED'] ?? 1);
const FILES = 24;

const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 48 * MIB, serial: 'TEST-MAIN', ...CACHE },
    { name: 'spare', bytes: 16 * MIB, serial: 'TEST-SPARE', ...CACHE },
  ],
});

async function shell(script: string, input?: string): Promise<string> {
  const { stdout } = await fixture.kernelLab.run('/usr/bin/sh', ['-ec', script], input === undefined ? {} : { input });
  return stdout;
}

async function mount(target: Target, options: string): Promise<void> {
  await shell(`mkdir -p /tmp/fs; mount -o ${options} ${target.path} /tmp/fs`);
}

/** Writes files of random contents, in place when they are there, each made durable before the next; their checksums. */
async function writeFiles(folder: string): Promise<string> {
  return shell(`
    mkdir -p /tmp/fs/${folder}; cd /tmp/fs/${folder}
    for n in $(seq ${FILES}); do
      dd if=/dev/urandom of=file$n bs=32k count=$((n % 7 + 1)) conv=notrunc,fsync 2>/dev/null
    done
    sync
    sha256sum file*`);
}

async function expectFiles(folder: string, checksums: string): Promise<void> {
  expect(checksums.trim().split('\n')).toHaveLength(FILES);
  const checked = await shell(`cd /tmp/fs/${folder}; cat > /tmp/sums; sha256sum -c /tmp/sums`, checksums);
  expect(checked.trim().split('\n')).toEqual(
    checksums
      .trim()
      .split('\n')
      .map((line) => `${line.split('  ')[1] ?? ''}: OK`),
  );
}

/** The file system is whole; nothing is mended. */
async function expectClean(target: Target): Promise<void> {
  const { code, stdout } = await fixture.kernelLab.lab.exec('/usr/sbin/e2fsck', ['-fn', target.path]);
  expect({ code, stdout }).toMatchObject({ code: 0 });
}

/** Scattered blocks of main fail writes from now on. */
function scatterFaults(pair: Pair, count: number, random: () => number): void {
  const blocks = pair.main.bytes / 4096;
  for (let n = 0; n < count; n++) failWrites(pair, Math.floor(random() * blocks));
}

/** Makes the next blocks of main that are written fail, as they come: one of every `every` writes. */
function failAsWritten(pair: Pair, every: number): () => void {
  let seen = 0;
  return pair.main.log.onRequest(({ operation, sector }) => {
    if (operation !== 'write') return;
    seen += 1;
    if (seen % every === 0) failWrites(pair, Math.floor(sector / 8));
  });
}

describe('an ext4 file system', () => {
  it('keeps every file while sectors fail under it, over umount, a power cut and a cut while mounted', async () => {
    const pair = await fixture.pair({ core: { retries: 0, storm_limit: 0 } });
    const random = seededRandom(SEED);
    scatterFaults(pair, 100, random);
    await fixture.kernelLab.run('/usr/sbin/mkfs.ext4', ['-q', '-b', '4096', pair.target.path]);
    await mount(pair.target, 'rw');
    const stopFailing = failAsWritten(pair, 10);
    const first = await writeFiles('first');
    await shell('umount /tmp/fs');
    stopFailing();
    const status = await pair.target.status();
    expect(status).toMatchObject({ mode: 'rw', pending: 0, readErrors: 0 });
    expect(status.auto).toBeGreaterThan(10);
    await expectClean(pair.target);
    await fixture.kernelLab.powerCycle({ lose: 'all' });

    // Main works again: what it holds at the moved blocks must not be seen.
    pair.main.faults.clear();
    let target = await reopen(fixture, pair);
    await expectClean(target);
    await mount(target, 'rw');
    await expectFiles('first', first);
    const stopAgain = failAsWritten(pair, 10);
    await writeFiles('second');
    stopAgain();
    // Meets the blocks that have failed since they were written, and moves them.
    await writeFiles('second');
    const moved = (await target.status()).auto;
    expect(moved).toBeGreaterThan(status.auto);
    // Once more, in place and over moved blocks, with nothing left to move.
    const second = await writeFiles('second');
    const { auto } = await target.status();
    expect(auto).toBe(moved);
    await fixture.kernelLab.powerCycle({ lose: { seed: SEED } });

    pair.main.faults.clear();
    target = await reopen(fixture, pair);
    expect((await target.status()).auto).toBeGreaterThanOrEqual(auto);
    await mount(target, 'rw');
    await expectFiles('first', first);
    await expectFiles('second', second);
    await shell('umount /tmp/fs');
    await expectClean(target);
  });
});
