import { beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../lab/disk/random.ts';
import { FailingAllocations, type AllocationFault } from './harness/failing-allocations.ts';
import {
  errnoOf,
  failUnreadable,
  MAIN_TAG,
  read,
  resetToBlank,
  resetToContents,
  succeed,
  tableLine,
  tags,
  useKernelLab,
  write,
  type Pair,
  type Target,
} from './harness/index.ts';
import { failReads, failWrites, reopen } from './harness/pairs.ts';

const MIB = 1024 * 1024;
/** Sectors that the tests look at, of 4096 in all. */
const SECTORS = 1024;
const NEW_TAG = 50;

// Without another kernel given there is none that can do this (scripts/debug-kernel.ts); no machine is started in vain.
describe.skipIf(process.env['REMAP_TEST_KERNEL'] === undefined)('when allocations fail', () => {
  const fixture = useKernelLab({
    disks: [
      { name: 'main', bytes: 2 * MIB, bus: 'nvme', serial: 'TEST-MAIN' },
      { name: 'spare', bytes: 4 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
    ],
  });
  let faults: FailingAllocations;

  beforeEach(async ({ skip }) => {
    const found = await FailingAllocations.find(fixture.kernelLab);
    if (found === undefined) skip('this kernel cannot make allocations fail');
    else faults = found;
  });

  const names = (functions: readonly { name: string }[]): string[] => functions.map(({ name }) => name);

  async function contents(target: Target): Promise<readonly number[]> {
    return succeed(fixture.kernelLab.io, read(target, 0, SECTORS));
  }

  it('a new pair is made, or is not and can be made by the same line', async () => {
    const { lab } = fixture.kernelLab;
    const [main, spare] = [lab.disk('main'), lab.disk('spare')];
    resetToContents(main);
    const table = tableLine({
      length: main.bytes / 512,
      main: fixture.kernelLab.device('main'),
      spare: fixture.kernelLab.device('spare'),
      blockSectors: 8,
      features: ['no_scan', 'format'],
    });
    const before = main.hash();
    let refused = 0;
    const attempt = async (fault: AllocationFault): Promise<number> => {
      resetToBlank(spare);
      const target = fixture.target();
      const { result, failed } = await faults.during(fault, () => target.tryCreate(table));
      if (failed === 0) expect(result.code).toBe(0);
      if (result.code !== 0) {
        refused += 1;
        expect(errnoOf(result), names(fault.functions).slice(0, 3).join()).toBe('ENOMEM');
        await target.create(table);
      }
      expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 0 });
      expect(await contents(target)).toEqual(tags(MAIN_TAG, SECTORS));
      await target.remove();
      expect(main.hash()).toBe(before);
      return failed;
    };
    const found = names(await faults.everywhere(attempt));
    expect(found).toEqual(expect.arrayContaining(['remap_ctr', 'remap_load']));
    expect(refused).toBeGreaterThan(1);
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
    const pair = await makeHistory();
    const remaps = await pair.target.remaps();
    await pair.target.remove();
    const [main, spare] = [pair.main.snapshot(), pair.spare.snapshot()];
    const [mainHash, spareHash] = [pair.main.hash(), pair.spare.hash()];
    let refused = 0;
    const attempt = async (fault: AllocationFault): Promise<number> => {
      pair.main.restore(main);
      pair.spare.restore(spare);
      const target = fixture.target();
      const { result, failed } = await faults.during(fault, () => target.tryCreate(tableLine(pair.table)));
      if (failed === 0) expect(result.code).toBe(0);
      if (result.code !== 0) {
        refused += 1;
        expect(errnoOf(result), names(fault.functions).slice(0, 3).join()).toBe('ENOMEM');
        expect(pair.spare.hash()).toBe(spareHash);
        await target.create(tableLine(pair.table));
      }
      await expectHistory(target);
      expect(await target.remaps()).toEqual(remaps);
      await target.remove();
      expect(pair.main.hash()).toBe(mainHash);
      return failed;
    };
    const found = names(await faults.everywhere(attempt));
    expect(found).toEqual(expect.arrayContaining(['remap_ctr', 'remap_load']));
    expect(refused).toBeGreaterThan(1);
  });

  it('a block is moved and moved back, or stays where it was', async () => {
    const { target } = await fixture.pair();
    const isMapped = async (block: number): Promise<boolean> =>
      (await target.remaps()).some((row) => row.block === block && row.state === 'mapped');
    let next = 0;
    let refused = 0;
    const attempt = async (verb: string, block: number, fault: AllocationFault): Promise<number> => {
      const before = await isMapped(block);
      const { result, failed } = await faults.during(fault, () => target.message(verb, block));
      if (failed === 0) expect(result.code).toBe(0);
      if (result.code !== 0) {
        refused += 1;
        expect(errnoOf(result), `${verb} ${names(fault.functions).slice(0, 3).join()}`).toBe('ENOMEM');
        expect(await isMapped(block)).toBe(before);
        await target.ask(verb, block);
      }
      expect(await isMapped(block)).toBe(!before);
      expect(await contents(target)).toEqual(tags(MAIN_TAG, SECTORS));
      return failed;
    };
    const moving = await faults.everywhere((fault) => attempt('remap', next++, fault));
    expect(names(moving)).toContain('remap_move');
    const back = await faults.everywhere(async (fault) => {
      const block = next++;
      await target.ask('remap', block);
      return attempt('unmap', block, fault);
    });
    expect(names(back).length).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(1);
  });

  it('a question is answered in full or not at all', async () => {
    const { target } = await makeHistory();
    const questions = [
      ['remaps', 0, 1000],
      ['events', 0, 1000],
      ['health', 0, 512, 64],
      ['save'],
      ['set', 'retries', 1],
    ] as const;
    for (const question of questions) {
      const right = await target.ask(...question);
      await faults.everywhere(async (fault) => {
        const { result, failed } = await faults.during(fault, () => target.message(...question));
        if (result.code === 0) expect(result.stdout).toBe(right);
        else expect(errnoOf(result), question.join(' ')).toBe('ENOMEM');
        return failed;
      });
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
        const under = await faults.during({ functions: faults.functions, percent }, () =>
          io.together(writes.map(({ operation }) => operation)),
        );
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
