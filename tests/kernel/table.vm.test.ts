import { describe, expect, it } from 'vitest';
import type { ExecOutcome } from '../../lab/index.ts';
import { errnoOf, tableLine, useKernelLab, type Pair } from './harness/index.ts';
import { SpareImage } from './harness/spare-image.ts';
import { CORE_DEFAULTS, CORE_RANGES, readTable } from './harness/table-words.ts';

const UUID = '6f1cbb1e-4a3c-4f0e-9d55-0a1b2c3d4e5f';
const OTHER_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const fixture = useKernelLab();

async function numberOf(device: string): Promise<string> {
  const { stdout } = await fixture.kernelLab.run('/usr/bin/cat', [`/sys/class/block/${device.slice(5)}/dev`]);
  return stdout.trim();
}

async function moduleLines(act: () => Promise<unknown>): Promise<string[]> {
  const lines = await fixture.kernelLab.logged(act);
  return lines.filter((line) => line.includes('device-mapper: remap:'));
}

describe('the table line', () => {
  it('gives back both devices, every core arg with its default and a random uuid, never format', async () => {
    const bare = { features: [], core: { retries: 3, retry_delay_ms: 10, soft_threshold: 2 } };
    const { target, main, spare } = await fixture.pair(bare);
    const table = readTable(await target.table());
    const { uuid, ...numbers } = table.core;
    expect(table).toMatchObject({
      start: 0,
      length: main.bytes / 512,
      main: await numberOf(fixture.kernelLab.device('main')),
      spare: await numberOf(fixture.kernelLab.device('spare')),
      blockSectors: 8,
      features: ['no_scan'],
    });
    expect(numbers).toEqual(Object.fromEntries(Object.entries(CORE_DEFAULTS).map(([key, n]) => [key, String(n)])));
    expect(uuid).toMatch(OTHER_UUID);
    const image = new SpareImage(spare, 8);
    expect(image.super(0)).toMatchObject({ uuid, mainSectors: main.bytes / 512, blockSectors: 8, mainId: '' });
    expect(image.copiesAgree()).toBe(true);
    expect(spare.stats.dirtySectors, 'a formatted spare is durable').toBe(0);

    await target.remove();
    const second = await fixture.pair(bare);
    expect(readTable(await second.target.table()).core['uuid']).not.toBe(uuid);
  });

  it('stores and gives back uuid and main_id as they were given', async () => {
    const mainId = `wwn-0x5000c500a1b2c3d4,${'x'.repeat(41)}`;
    expect(mainId).toHaveLength(64);
    const { target, spare, table } = await fixture.pair({ core: { uuid: UUID, main_id: mainId } });
    expect(readTable(await target.table()).core).toMatchObject({ uuid: UUID, main_id: mainId });
    expect(new SpareImage(spare, 8).super(1)).toMatchObject({ uuid: UUID, mainId });
    await target.remove();

    // Found again on the spare when the table does not name them.
    const { uuid: _uuid, main_id: _mainId, ...core } = table.core ?? {};
    const again = fixture.target();
    await again.create(tableLine({ ...table, core }));
    expect(readTable(await again.table()).core).toMatchObject({ uuid: UUID, main_id: mainId });
  });

  it('gives back every value that was given, at both ends of its range', async () => {
    for (const end of [0, 1] as const) {
      const core = Object.fromEntries(Object.entries(CORE_RANGES).map(([key, range]) => [key, range[end]]));
      const { target } = await fixture.pair({ core, features: ['no_auto_remap'] });
      const table = readTable(await target.table());
      expect([...table.features].sort()).toEqual(['no_auto_remap', 'no_scan']);
      expect(table.core).toMatchObject(
        Object.fromEntries(Object.entries(core).map(([key, value]) => [key, String(value)])),
      );
      await target.remove();
    }
  });

  it('can be loaded again as it was given back, and with other values, and keeps the mappings', async () => {
    const { target } = await fixture.pair();
    await target.ask('remap', 5, 3);
    const before = await target.remaps();
    expect(before.map(({ block, state, cause }) => ({ block, state, cause }))).toEqual(
      [5, 6, 7].map((block) => ({ block, state: 'mapped', cause: 'manual' })),
    );

    const own = await target.table();
    await target.reload(own);
    await target.resume();
    expect(await target.table()).toBe(own);
    expect(await target.remaps()).toEqual(before);

    const changed = own.replace(/ retries \d+/, ' retries 7').replace(/ slow_ms \d+/, ' slow_ms 1234');
    await target.reload(changed);
    await target.resume();
    expect(await target.table()).toBe(changed);
    expect(await target.remaps()).toEqual(before);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 3, manual: 3 });
  });

  it('is refused on reload when it names another pair, and the live one goes on', async () => {
    const { target } = await fixture.pair({ core: { uuid: UUID } });
    await target.ask('remap', 9);
    const own = await target.table();
    const other = own.replace(UUID, '00000000-0000-4000-8000-000000000000');
    const refused = await target.tryReload(other);
    expect(errnoOf(refused)).toBe('EINVAL');
    expect(await target.table()).toBe(own);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 1 });
  });

  it('names both devices to dmsetup deps', async () => {
    const { target } = await fixture.pair();
    const { stdout } = await fixture.kernelLab.dmsetup(['deps', target.name]);
    const found = [...stdout.matchAll(/\((\d+), (\d+)\)/g)].map(([, major = '', minor = '']) => `${major}:${minor}`);
    const paths = ['main', 'spare'].map((name) => fixture.kernelLab.device(name));
    expect(found.sort()).toEqual((await Promise.all(paths.map(numberOf))).sort());
    expect(stdout).toMatch(/^2 dependencies/);
  });
});

describe('messages', () => {
  async function refusesAll({ target }: Pair, messages: readonly (readonly (string | number)[])[]): Promise<void> {
    const before = [await target.table(), await target.statusLine()];
    for (const words of messages) {
      const what = `message "${words.join(' ')}"`;
      let outcome: ExecOutcome | undefined;
      const lines = await moduleLines(async () => {
        // The two dashes keep dmsetup from taking a negative number for an option.
        outcome = await fixture.kernelLab.dmsetup(['message', '--', target.name, '0', ...words.map(String)]);
      });
      expect(outcome === undefined ? undefined : errnoOf(outcome), what).toBe('EINVAL');
      expect(lines, `log of ${what}`).toHaveLength(1);
    }
    expect([await target.table(), await target.statusLine()]).toEqual(before);
  }

  it('set changes every core arg within its range, at once and with an event', async () => {
    const { target } = await fixture.pair();
    const first = (await target.status()).lastEvent;
    for (const end of [1, 0] as const) {
      const values = Object.entries(CORE_RANGES).map(([key, range]) => [key, String(range[end])] as const);
      for (const [key, value] of values) expect(await target.ask('set', key, value)).toBe('');
      expect(readTable(await target.table()).core).toMatchObject(Object.fromEntries(values));
    }
    const events = await target.events(first);
    expect(events.map(({ type }) => type)).toEqual(Array.from({ length: 18 }, () => 'set'));
    expect(events[0]?.detail).toBe('retries=16');
  });

  it('set refuses everything else and leaves the value as it was', async () => {
    const pair = await fixture.pair();
    const outOfRange = Object.entries(CORE_RANGES).flatMap(([key, [low, high]]) =>
      [high + 1, ...(low > 0 ? [low - 1] : [])].map((value) => ['set', key, value]),
    );
    const notNumbers = ['-1', '+1', '0x10', '1k', '1.5', 'two', '18446744073709551616', '4294967297'];
    await refusesAll(pair, [
      ...outOfRange,
      ...notNumbers.map((value) => ['set', 'retries', value]),
      ['set'],
      ['set', 'retries'],
      ['set', 'retries', 1, 2],
      ['set', 'uuid', UUID],
      ['set', 'main_id', 'x'],
      ['set', 'colour', 1],
    ]);
  });

  it('refuses what is unknown or malformed', async () => {
    const pair = await fixture.pair();
    const blocks = pair.main.bytes / 4096;
    await refusesAll(pair, [
      ['frobnicate'],
      ['remap'],
      ['remap', -1],
      ['remap', 'all'],
      ['remap', 0, 0],
      ['remap', blocks],
      ['remap', blocks - 1, 2],
      ['remap', 1, '18446744073709551615'],
      ['remap', 1, 1, 1],
      ['remaps'],
      ['remaps', 0],
      ['remaps', 0, 'x'],
      ['remaps', -1, 5],
      ['events'],
      ['events', 0],
      ['events', 'x', 1],
      ['health', 0, 1],
      ['health', 0, 0, 1],
      ['health', 0, 1, 0],
      ['health', 0, 1, 65537],
      ['health', blocks, 1, 1],
      ['save', 'now'],
      ['continue', 'now'],
    ]);
    expect(await pair.target.status()).toMatchObject({ spareUsed: 0, manual: 0, mode: 'rw' });
  });

  it('save makes events and counters durable before it returns', async () => {
    const { target, spare } = await fixture.pair({ core: { save_interval: 86400 } });
    await target.ask('remap', 3, 2);
    const { lastEvent } = await target.status();
    await target.ask('save');
    expect(spare.stats.dirtySectors).toBe(0);
    const state = new SpareImage(spare, 8).state();
    expect(state?.lastEvent).toBeGreaterThanOrEqual(lastEvent);
    expect(state?.events.filter(({ type }) => type === 1).map(({ block }) => Number(block))).toEqual([3, 4]);
  });
});
