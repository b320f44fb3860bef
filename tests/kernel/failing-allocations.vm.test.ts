import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../lab/disk/random.ts';
import { FailingAllocations, SHORT, type Attempt, type Command } from './harness/failing-allocations.ts';
import {
  contentOf,
  failUnreadable,
  MAIN_TAG,
  parseRemaps,
  parseStatus,
  read,
  resetToBlank,
  succeed,
  tableLine,
  tags,
  useKernelLab,
  write,
  type Pair,
  type TableOptions,
  type Target,
} from './harness/index.ts';
import { failReads, failWrites, reopen } from './harness/pairs.ts';

const MIB = 1024 * 1024;
const MAIN_SECTORS = (2 * MIB) / 512;
/** Sectors that the tests look at, of 4096 in all. */
const SECTORS = 1024;
const BLOCKS = SECTORS / 8;
const SPARE_SECTORS = (2 * MIB) / 512;
const NEW_TAG = 50;
const ENOMEM = 12;

const SPARE = '/tmp/spare';

/** A table as the words of a command. */
function tableWords(options: TableOptions): readonly string[] {
  const [start = '', length = '', type = '', ...words] = tableLine(options).split(' ');
  return [start, length, type, words.join(' ')];
}

/** What is to be seen of a device: its status, its remaps and its first sectors. */
function looks(when: string, name: string, sectors: number): readonly Command[] {
  return [
    [when, 'status', name],
    [when, 'message', name, 'remaps 0 1000'],
    [when, 'read', name, String(sectors)],
  ];
}

interface Outcome {
  /** Shortage and the number of the allocation, to be shown. */
  readonly what: string;
  readonly refused: boolean;
  /** What the commands gave. */
  readonly texts: readonly string[];
}

/** Holds attempts to their request being refused for want of memory, or taken, and to all else having been done. */
function judge(attempts: readonly Attempt[]): Outcome[] {
  return attempts.map(({ what, failed, request, answers }) => {
    const errnos = answers.map(({ errno }) => errno);
    const refused = failed && errnos[request] === ENOMEM;
    expect(errnos, what).toEqual(errnos.map((_, index) => (refused && index === request ? ENOMEM : 0)));
    return { what, refused, texts: answers.map(({ text }) => text) };
  });
}

/** What reading sectors with these contents gives; where there are none they cannot be read. */
function readable(...parts: readonly (readonly [tag: number | null, count: number])[]): string {
  let sector = 0;
  let crc = 0;
  let list = '';
  for (const [tag, count] of parts) {
    if (tag !== null) crc = crc32(contentOf(tag, sector, count), crc);
    else list += Array.from({ length: count }, (_, index) => ` ${String(sector + index)}`).join('');
    sector += count;
  }
  return `${String(crc)}${list}`;
}

// Without another kernel given there is none that can do this (scripts/debug-kernel.ts); no machine is started in vain.
describe.skipIf(process.env['REMAP_TEST_KERNEL'] === undefined)('when allocations fail', () => {
  const fixture = useKernelLab({
    disks: [
      { name: 'main', bytes: MAIN_SECTORS * 512, bus: 'nvme', serial: 'TEST-MAIN' },
      { name: 'spare', bytes: SPARE_SECTORS * 512, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
      { name: 'other-main', bytes: 2 * MIB, bus: 'virtio-blk', serial: 'TEST-OTHER-MAIN' },
      { name: 'other-spare', bytes: 2 * MIB, bus: 'virtio-blk', serial: 'TEST-OTHER-SPARE' },
    ],
  });
  let faults: FailingAllocations;

  beforeEach(async ({ skip }) => {
    const found = await FailingAllocations.find(fixture.kernelLab);
    if (found === undefined) skip('this kernel cannot make allocations fail');
    else faults = found;
  });

  async function contents(target: Target): Promise<readonly number[]> {
    return succeed(fixture.kernelLab.io, read(target, 0, SECTORS));
  }

  /**
   * Loads a table for a new device while each allocation of it fails in turn, and makes the device of those that were
   * taken although one failed. Each outcome's texts: status, remaps and first `sectors` of the device, then the spare as it was
   * after a refusal.
   */
  async function load(options: TableOptions, sectors: number): Promise<Outcome[]> {
    const { name } = fixture.target();
    await fixture.kernelLab.dmsetup(['create', name, '--notable']);
    const outcomes = judge(
      await faults.each(() => [
        [SHORT, 'load', name, ...tableWords(options)],
        ['taken', 'resume', name],
        ...looks('taken', name, sectors),
        ['taken', 'remove', name],
        ['taken', 'copy', SPARE, options.spare],
        ['taken', 'create', name],
        ['refused', 'read', options.spare, String(SPARE_SECTORS)],
        // 6.1 adds a device's disk with its first table. Where that fails late it takes the disk away again, and the device
        // fails all I/O with any later table, dm-linear's too.
        ['refused', 'remove', name],
        ['refused', 'create', name],
      ]),
    );
    return outcomes.map(({ texts, ...rest }) => ({ ...rest, texts: [...texts.slice(2, 5), texts[8] ?? ''] }));
  }

  /**
   * Resumes a device for the first time, with the spare as it is now, while each allocation of it fails in turn; after a
   * refusal the device is made anew by the same line. The outcomes' texts are those of `load`.
   */
  async function resume(options: TableOptions, sectors: number): Promise<Outcome[]> {
    const { name } = fixture.target();
    const table = tableWords(options);
    const outcomes = judge(
      await faults.each(() => [
        ['-', 'copy', SPARE, options.spare],
        ['-', 'create', name],
        ['-', 'load', name, ...table],
        [SHORT, 'resume', name],
        ['refused', 'remove', name],
        ['refused', 'read', options.spare, String(SPARE_SECTORS)],
        ['refused', 'create', name],
        ['refused', 'load', name, ...table],
        ['refused', 'resume', name],
        ...looks('-', name, sectors),
        ['-', 'remove', name],
      ]),
    );
    return outcomes.map(({ texts, ...rest }) => ({ ...rest, texts: [...texts.slice(9, 12), texts[5] ?? ''] }));
  }

  /**
   * Another device, which is there all the time: the kernel then has the caches that devices of this kind share. 6.1
   * itself loses the name of a cache that it cannot make for want of memory.
   */
  async function makeOther(): Promise<void> {
    await fixture.pair({ main: 'other-main', spare: 'other-spare' });
  }

  /** Keeps in the guest what the spare holds, and returns what reading it gives. */
  async function keepSpare({ spare }: Pair): Promise<string> {
    const path = fixture.kernelLab.device('spare');
    await fixture.kernelLab.run('/usr/bin/sh', ['-c', `dd if=${path} of=${SPARE} bs=1M iflag=direct 2>/dev/null`]);
    return String(crc32(spare.readSectors({ first: 0, count: SPARE_SECTORS })));
  }

  it('a new pair is made, or is not and can be made by the same line', async () => {
    await makeOther();
    const pair = await fixture.pair();
    await pair.target.remove();
    resetToBlank(pair.spare);
    const blank = await keepSpare(pair);
    const before = pair.main.hash();
    const table = { ...pair.table, features: ['no_scan', 'format'] };
    let loads: Outcome[] = [];
    const log = await fixture.kernelLab.logged(async () => {
      loads = await load(table, SECTORS);
    });
    expect(log.some((line) => line.includes('remap: Out of memory'))).toBe(true);
    for (const { what, texts } of loads.filter(({ refused }) => refused)) expect(texts[3], what).toBe(blank);
    const resumes = await resume(table, SECTORS);
    expect(resumes.filter(({ refused }) => refused).length).toBeGreaterThan(1);
    for (const { what, texts } of [...loads.filter(({ refused }) => !refused), ...resumes]) {
      const [status = '', remaps, found] = texts;
      expect(parseStatus(status), what).toMatchObject({ mode: 'rw', spareUsed: 0 });
      expect([remaps, found], what).toEqual(['end', readable([MAIN_TAG, SECTORS])]);
    }
    expect(pair.main.hash()).toBe(before);
  });

  /** Block 3 has lost sectors, 10 is there in part, 11 by hand, 20 cannot be read. */
  async function makeHistory(): Promise<Pair> {
    const { io } = fixture.kernelLab;
    const pair = await fixture.pair({ core: { storm_limit: 0 } });
    const { target, spare } = pair;
    await target.ask('remap', 3);
    const [moved] = await target.remaps();
    if (typeof moved?.spareBlock !== 'number') throw new Error('block 3 was not moved');
    spare.faults.add({ kind: 'medium', ranges: [{ first: moved.spareBlock * 8, count: 8 }] });
    await failUnreadable(io, read(target, 24, 8));
    await succeed(io, write(target, 24, 1, NEW_TAG));
    await failUnreadable(io, read(target, 25, 1));
    failWrites(pair, 10);
    await succeed(io, write(target, 82, 2, NEW_TAG));
    await target.ask('remap', 11);
    failReads(pair, 20);
    await failUnreadable(io, read(target, 160, 8));
    return pair;
  }

  async function expectHistory(target: Target): Promise<void> {
    const { io } = fixture.kernelLab;
    expect(await succeed(io, read(target, 24, 1))).toEqual([NEW_TAG]);
    await failUnreadable(io, read(target, 25, 1), read(target, 160, 8));
    const tenth = await succeed(io, read(target, 80, 8));
    expect(tenth).toEqual([...tags(MAIN_TAG, 2), NEW_TAG, NEW_TAG, ...tags(MAIN_TAG, 4)]);
    expect(await succeed(io, read(target, 88, 8))).toEqual(tags(MAIN_TAG, 8));
  }

  it('a pair is activated, or is not and nothing of it is changed', async () => {
    await makeOther();
    const pair = await makeHistory();
    const rows = (await pair.target.ask('remaps', 0, 1000)).trimEnd();
    await pair.target.remove();
    // What is lost is told by the metadata; the spare itself can be read again.
    pair.spare.faults.clear();
    const kept = await keepSpare(pair);
    const before = pair.main.hash();
    const history = readable(
      [MAIN_TAG, 24],
      [NEW_TAG, 1],
      [null, 7],
      [MAIN_TAG, 50],
      [NEW_TAG, 2],
      [MAIN_TAG, 76],
      [null, 8],
      [MAIN_TAG, 8],
    );
    const loads = await load(pair.table, 176);
    expect(loads.filter(({ refused }) => refused).length).toBeGreaterThan(1);
    const resumes = await resume(pair.table, 176);
    expect(resumes.filter(({ refused }) => refused).length).toBeGreaterThan(1);
    for (const { what, texts } of [...loads.filter(({ refused }) => !refused), ...resumes]) {
      const [status = '', ...seen] = texts;
      expect([parseStatus(status).mode, ...seen.slice(0, 2)], `${what}: ${status}`).toEqual(['rw', rows, history]);
    }
    for (const { what, texts } of [...loads, ...resumes].filter(({ refused }) => refused)) {
      expect(texts[3], what).toBe(kept);
    }
    expect(pair.main.hash()).toBe(before);
  });

  it.each(['remap', 'unmap'] as const)('a block is moved, or stays where it was: %s', async (verb) => {
    const { target, main } = await fixture.pair();
    const { name } = target;
    const before = main.hash();
    const log = await fixture.kernelLab.logged(async () => {
      const outcomes = judge(
        await faults.each((n) => {
          const message = (word: string): Command => ['message', name, `${word} ${String(n % BLOCKS)}`];
          return [
            verb === 'unmap' ? ['-', ...message('remap')] : ['-', 'status', name],
            [SHORT, ...message(verb)],
            ['-', 'message', name, 'remaps 0 10'],
            ['refused', ...message(verb)],
            ['-', 'read', name, String(SECTORS)],
            verb === 'remap' ? ['-', ...message('unmap')] : ['-', 'status', name],
          ];
        }),
      );
      for (const { what, refused, texts } of outcomes) {
        const [, , rows = '', , found] = texts;
        const isMapped = (verb === 'remap') !== refused;
        expect(parseRemaps(rows).rows.length, what).toBe(isMapped ? 1 : 0);
        expect(found, what).toBe(readable([MAIN_TAG, SECTORS]));
      }
    });
    expect(log.some((line) => line.includes('not all blocks were moved: error -12'))).toBe(true);
    expect(main.hash()).toBe(before);
  });

  it('a question is answered in full or not at all', async () => {
    const { target } = await makeHistory();
    for (const question of ['remaps 0 1000', 'events 0 1000', 'health 0 512 64', 'save', 'set retries 1']) {
      const right = (await target.ask(...question.split(' '))).trimEnd();
      const outcomes = judge(await faults.each(() => [[SHORT, 'message', target.name, question]]));
      for (const { what, refused, texts } of outcomes) expect(texts, what).toEqual([refused ? '' : right]);
      expect(
        outcomes.some(({ refused }) => refused),
        question,
      ).toBe(true);
    }
    await expectHistory(target);
  });

  it.each([2, 20, 100])(
    '%i of 100: writes that move blocks succeed or fail, and no other data changes',
    async (percent) => {
      const { io } = fixture.kernelLab;
      const pair = await fixture.pair({ core: { storm_limit: 0 } });
      const random = seededRandom(percent);
      const allowed = Array.from({ length: SECTORS }, () => [MAIN_TAG]);
      let tag = 1000;
      let failed = 0;
      let errors = 0;
      for (let round = 0; round < 10; round++) {
        for (let n = 0; n < 4; n++) failWrites(pair, Math.floor((random() * SECTORS) / 8));
        const writes = Array.from({ length: 16 }, (_, place) => {
          const count = 1 + Math.floor(random() * 24);
          const sector = place * 64 + Math.floor(random() * (64 - count));
          return {
            sector,
            count,
            tag: ++tag,
            operation: write(pair.target, sector, count, tag, { durable: random() < 0.3 }),
          };
        });
        const under = await faults.during(percent, () => io.together(writes.map(({ operation }) => operation)));
        failed += under.failed;
        under.result.forEach(({ error }, index) => {
          const one = writes[index];
          if (one === undefined) return;
          if (error !== null) errors += 1;
          for (let sector = one.sector; sector < one.sector + one.count; sector++) {
            allowed[sector] = error === null ? [one.tag] : [...(allowed[sector] ?? []), one.tag];
          }
        });
        const found = await contents(pair.target);
        found.forEach((is, sector) => {
          expect(allowed[sector], `sector ${String(sector)} in round ${String(round)}`).toContain(is);
          allowed[sector] = [is];
        });
      }
      expect(failed).toBeGreaterThan(0);
      if (percent === 100) expect(errors).toBeGreaterThan(0);

      // Memory is there again: what failed can be written, and all of it is there at the next activation.
      await succeed(io, write(pair.target, 0, SECTORS, NEW_TAG));
      expect(await pair.target.status()).toMatchObject({ mode: 'rw' });
      await pair.target.remove();
      const again = await reopen(fixture, pair);
      expect(await contents(again)).toEqual(tags(NEW_TAG, SECTORS));
    },
  );
});
