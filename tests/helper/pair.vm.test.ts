import { describe, expect, it } from 'vitest';

import { defaultSettings } from '../../app/domain/settings.ts';
import { superblockPlaces } from '../../helper/layout.ts';
import { expectRefusal, useHelper } from './harness.ts';

const fixture = useHelper();

const target = { name: 'disk' };

describe('a pair that was made', () => {
  it('is listed with its identity, and its disks are told as its parts', async () => {
    await fixture.createPair();
    const { targets } = await fixture.client.call('targets.list', {});
    expect(targets).toMatchObject([
      {
        name: 'disk',
        path: '/dev/mapper/disk',
        mainId: 'naa.5000c50000000001',
        mainDevno: fixture.ref('main').devno,
        spareDevno: fixture.ref('spare').devno,
        lengthSectors: 65_536,
        blockSectors: 8,
        mountedAt: [],
        suspended: false,
        status: { mode: 'rw', spareUsed: 0, metadataGood: 2, metadataCopies: 2 },
      },
    ]);
    expect(await fixture.sh('dmsetup info -c --noheadings -o uuid disk')).toBe(`DMREMAP-${targets[0]?.uuid ?? ''}\n`);
    const [main, spare] = [await fixture.device('main'), await fixture.device('spare')];
    expect(main.asMain).toMatchObject([{ code: 'already-protected', level: 'block' }]);
    expect(spare.asSpare).toMatchObject([{ code: 'already-spare', level: 'block' }]);
    expect(spare.spareOf).toMatchObject({
      uuid: targets[0]?.uuid,
      live: true,
      mainDevno: main.devno,
      mainSectors: 65_536,
    });
  });

  it('erased the file system that the spare had, once that was agreed to, and kept main byte for byte', async () => {
    await fixture.sh(`mkfs.ext4 -q ${fixture.path('spare')}; mkfs.ext4 -q ${fixture.path('main')}; sync`);
    const main = fixture.disk('main').hash();
    await fixture.do(fixture.createIntent({ eraseSpare: true }));
    expect(fixture.disk('main').hash()).toBe(main);
    expect((await fixture.device('spare')).content).toMatchObject({ type: 'dm_remap_spare', usage: 'spare' });
    expect(
      await fixture.sh('mkdir -p /mnt/d; mount /dev/mapper/disk /mnt/d; echo kept > /mnt/d/file; cat /mnt/d/file'),
    ).toBe('kept\n');
    const { targets } = await fixture.client.call('targets.list', {});
    expect(targets[0]?.mountedAt).toEqual(['/mnt/d']);
  });

  it('moves blocks on request and tells them, its events and its health in pages', async () => {
    await fixture.createPair();
    const status = await fixture.client.call('target.remap', { ...target, block: 5, blockCount: 3 });
    expect(status).toMatchObject({ spareUsed: 3, manual: 3 });
    expect(await fixture.client.call('target.status', target)).toMatchObject({ spareUsed: 3 });

    const first = await fixture.client.call('target.remaps', { ...target, cursor: 0, max: 2 });
    expect(first).toMatchObject({
      rows: [{ block: 5, state: 'mapped', cause: 'manual', residency: 'ff' }, { block: 6 }],
      next: 7,
    });
    const rest = await fixture.client.call('target.remaps', { ...target, cursor: 7, max: 2 });
    expect(rest).toMatchObject({ rows: [{ block: 7 }], next: null });

    const events = await fixture.client.call('target.events', { ...target, after: 1, max: 2 });
    expect(events).toMatchObject({
      events: [
        { number: 2, type: 'remap', block: 5 },
        { number: 3, block: 6 },
      ],
      next: 3,
    });

    const range = { firstBlock: 0, blockCount: 8192, cells: 8 };
    const { cells } = await fixture.client.call('target.health', { ...target, ...range });
    expect(cells).toMatchObject([{ cell: 0, mapped: 3, pending: 0 }]);
  });

  it('refuses messages that cannot be, with the reason of the kernel', async () => {
    await fixture.createPair();
    const error = await expectRefusal(fixture, 'target-refused', () =>
      fixture.client.refused('target.remap', { ...target, block: 8192, blockCount: 1 }),
    );
    expect(error.sentence).toContain('not within');
    expect(error.detail).toMatch(/device-mapper: remap: \S+: /);
    const full = await fixture.client.refused('target.remap', { ...target, block: 0, blockCount: 8000 });
    expect(full).toMatchObject({ code: 'no-spare-left' });
  });

  it.each(['target.status', 'target.continue'] as const)('%s is refused for a name that is no pair', async (method) => {
    await fixture.sh('dmsetup create other --table "0 8 error"');
    for (const name of ['nothing', 'other']) {
      expect(
        await expectRefusal(fixture, 'target-missing', () => fixture.client.refused(method, { name })),
      ).toMatchObject({
        sentence: expect.stringContaining(`"${name}"`) as string,
      });
    }
  });

  it('tells queries about a name that is no pair', async () => {
    await fixture.sh('dmsetup create other --table "0 8 error"');
    const other = { name: 'other' };
    const { client } = fixture;
    expect(await client.refused('target.remaps', { ...other, cursor: 0, max: 1 })).toMatchObject({
      code: 'target-missing',
    });
    expect(await client.refused('target.events', { ...other, after: 0, max: 1 })).toMatchObject({
      code: 'target-missing',
    });
    const range = { firstBlock: 0, blockCount: 1, cells: 1 };
    expect(await client.refused('target.health', { ...other, ...range })).toMatchObject({ code: 'target-missing' });
    expect(await client.refused('target.remap', { ...other, block: 0, blockCount: 1 })).toMatchObject({
      code: 'target-missing',
    });
  });
});

describe('deactivate and activate', () => {
  it('keep the moved blocks', async () => {
    await fixture.createPair();
    await fixture.client.call('target.remap', { ...target, block: 9, blockCount: 1 });
    expect(await fixture.do({ action: 'deactivate', name: 'disk' })).toEqual({ name: 'disk', path: null });
    expect(await fixture.mappings()).toEqual([]);
    const spare = await fixture.device('spare');
    expect(spare.spareOf).toMatchObject({ live: false, mainDevno: fixture.ref('main').devno });

    const pair = { main: fixture.ref('main'), spare: fixture.ref('spare') };
    expect(await fixture.do({ action: 'activate', ...pair, name: 'again' })).toEqual({
      name: 'again',
      path: '/dev/mapper/again',
    });
    const { rows } = await fixture.client.call('target.remaps', { name: 'again', cursor: 0, max: 10 });
    expect(rows.map(({ block }) => block)).toEqual([9]);
  });

  it('take what was set, which is the usual otherwise', async () => {
    await fixture.createPair();
    const told = async (): Promise<unknown> => (await fixture.client.call('targets.list', {})).targets[0]?.settings;
    expect(await told()).toEqual(defaultSettings);
    const set = await fixture.client.call('target.set', {
      ...target,
      settings: { scanRateKib: 0, softThreshold: 5 },
    });
    expect(set).toEqual({ ...defaultSettings, scanRateKib: 0, softThreshold: 5 });
    expect(await told()).toEqual(set);
    expect(await fixture.sh('dmsetup table disk')).toMatch(/ soft_threshold 5 .* scan_rate 0 /);
    const other = { name: 'other', settings: { softThreshold: 1 } };
    await expect(fixture.client.call('target.set', other)).rejects.toMatchObject({ code: 'target-missing' });

    await fixture.do({ action: 'deactivate', name: 'disk' });
    const pair = { main: fixture.ref('main'), spare: fixture.ref('spare'), name: 'disk' };
    await fixture.do({ action: 'activate', ...pair });
    expect(await told()).toEqual(defaultSettings);
    await fixture.do({ action: 'deactivate', name: 'disk' });
    const settings = { scanRateKib: 1024, scanIntervalSeconds: 0, softThreshold: 0, lowSparePercent: 100 };
    const plan = await fixture.plan({ action: 'activate', ...pair, settings });
    expect(plan.commands.join()).toContain('scan_rate 1024 scan_interval 0 soft_threshold 0 low_spare 100');
    await fixture.client.call('apply', { token: plan.token, confirmation: null });
    expect(await told()).toEqual(settings);
  });

  it('are refused while the device is mounted or open, saying by what', async () => {
    await fixture.createPair();
    await fixture.sh('mkfs.ext4 -q /dev/mapper/disk; mkdir -p /mnt/d; mount /dev/mapper/disk /mnt/d; sync');
    const plan = await fixture.plan({ action: 'deactivate', name: 'disk' });
    expect(plan).toMatchObject({ applicable: false, reasons: [{ code: 'mounted', level: 'block' }] });
    expect(plan.reasons[0]?.sentence).toBe('"disk" is mounted at /mnt/d. End that first.');
    expect(await fixture.client.refused('apply', { token: plan.token, confirmation: null })).toMatchObject({
      code: 'device-unusable',
    });
    expect(await fixture.mappings()).toEqual(['disk']);
    await fixture.sh(
      'umount /mnt/d; udevadm settle; tail -f /dev/null 3</dev/mapper/disk >/dev/null 2>&1 & echo $! > /tmp/holder',
    );
    const open = await fixture.plan({ action: 'deactivate', name: 'disk' });
    expect(open.reasons[0]?.sentence).toMatch(/^"disk" is opened by .*\(pid \d+\)\. Close that first\.$/);
    await fixture.sh('kill $(cat /tmp/holder)');
  });

  it('refuse a spare of another main', async () => {
    await fixture.createPair();
    await fixture.do({ action: 'deactivate', name: 'disk' });
    const intent = {
      action: 'activate' as const,
      main: fixture.ref('other'),
      spare: fixture.ref('spare'),
      name: 'disk',
    };
    const plan = await fixture.plan(intent);
    expect(plan.applicable).toBe(false);
    expect(plan.reasons).toMatchObject([
      { code: 'not-its-main', sentence: expect.stringContaining('naa.5000c50000000001') as string },
    ]);
    await expectRefusal(fixture, 'device-unusable', () =>
      fixture.client.refused('apply', { token: plan.token, confirmation: null }),
    );
    const swapped = await fixture.plan({ ...intent, main: fixture.ref('spare'), spare: fixture.ref('main') });
    expect(swapped.reasons.map(({ code }) => code)).toContain('not-a-spare');
    const blank = await fixture.plan({ ...intent, spare: fixture.ref('tiny') });
    expect(blank.reasons.map(({ code }) => code)).toContain('not-a-spare');
  });

  it('take the disk that is named where the spare knows only the size of its main, and never erase that spare', async () => {
    const uuid = '5c1f0a52-0f0e-4b11-9a63-6a0a7b1c2d3e';
    const table = `0 65536 remap ${fixture.path('main')} ${fixture.path('spare')} 8 1 format 2 uuid ${uuid}`;
    await fixture.sh(
      `dmsetup create nameless --uuid DMREMAP-${uuid} --table "${table}"; dmsetup remove --retry nameless; udevadm settle`,
    );
    const [main, other, spare] = [fixture.ref('main'), fixture.ref('other'), fixture.ref('spare')];
    const { spareOf } = await fixture.device('spare');
    expect(spareOf).toMatchObject({ live: false, mainId: null, mainDevno: null });
    expect(new Set(spareOf?.mayBeMain)).toEqual(new Set([main.devno, other.devno]));

    const erased = await fixture.plan(fixture.createIntent({ main: fixture.ref('tiny'), eraseSpare: true }));
    expect(erased).toMatchObject({ applicable: false, reasons: [{ code: 'already-spare', level: 'block' }] });
    const anew = { main: fixture.ref('tiny'), spare: other };
    const refused = await fixture.plan(fixture.createIntent(anew));
    expect(refused).toMatchObject({ applicable: false, reasons: [{ code: 'already-protected', level: 'block' }] });
    expect(refused.reasons[0]?.sentence).toMatch(/Agree to that, or choose another spare\.$/);
    const agreed = await fixture.plan(fixture.createIntent({ ...anew, eraseSpare: true }));
    expect(agreed).toMatchObject({ applicable: true, reasons: [{ code: 'already-protected', level: 'warn' }] });

    const plan = await fixture.plan({ action: 'activate', main, spare, name: 'disk' });
    expect(plan).toMatchObject({ applicable: true, reasons: [{ code: 'not-its-main', level: 'warn' }] });
    await fixture.client.call('apply', { token: plan.token, confirmation: null });
    expect((await fixture.device('spare')).spareOf).toMatchObject({ live: true, mainDevno: main.devno, mayBeMain: [] });
  });

  it('pass on what the kernel says of metadata that it refuses', async () => {
    await fixture.createPair();
    await fixture.client.call('target.remap', { ...target, block: 9, blockCount: 1 });
    await fixture.do({ action: 'deactivate', name: 'disk' });
    const spare = fixture.disk('spare');
    const intent = {
      action: 'activate' as const,
      main: fixture.ref('main'),
      spare: fixture.ref('spare'),
      name: 'disk',
    };
    // All of the table, in both copies; the superblocks stay as they are.
    const [first, , , , second] = superblockPlaces(spare.bytes / 512).map((bytes) => bytes / 512);
    for (const place of [first ?? 0, second ?? 0]) {
      for (let at = 8; at < 8 * 80 * 2; at += 8) spare.writeSectors(place + at, Buffer.alloc(4096, 0xee));
    }
    const plan = await fixture.plan(intent);
    expect(plan.applicable).toBe(true);
    const error = await expectRefusal(fixture, 'spare-refused', () =>
      fixture.client.refused('apply', { token: plan.token, confirmation: null }),
    );
    expect(error.sentence).toContain('damaged in every copy');
    expect(error.sentence).toContain('The pair is not active');
    expect(error.detail).toMatch(/device-mapper: remap: \S+: /);
  });
});

describe('remove', () => {
  it('ends a pair and makes the spare an ordinary disk', async () => {
    await fixture.createPair();
    const main = fixture.disk('main').hash();
    const plan = await fixture.plan({ action: 'remove', name: 'disk' });
    expect(plan).toMatchObject({ applicable: true, confirm: { kind: 'serial-tail', text: '0002' } });
    await fixture.client.call('apply', { token: plan.token, confirmation: '0002' });
    expect(await fixture.mappings()).toEqual([]);
    expect(fixture.disk('main').hash()).toBe(main);
    expect(await fixture.device('spare')).toMatchObject({ spareOf: null, content: null });
    expect((await fixture.device('main')).asMain).toEqual([]);
  });

  it('is refused while blocks live on the spare, and between plan and apply too', async () => {
    await fixture.createPair();
    const { token } = await fixture.plan({ action: 'remove', name: 'disk' });
    await fixture.client.call('target.remap', { ...target, block: 1, blockCount: 1 });
    await expectRefusal(fixture, 'blocks-on-spare', () =>
      fixture.client.refused('plan', { intent: { action: 'remove', name: 'disk' } }),
    );
    await expectRefusal(fixture, 'blocks-on-spare', () =>
      fixture.client.refused('apply', { token, confirmation: '0002' }),
    );
    expect(await fixture.client.call('target.status', target)).toMatchObject({ mode: 'rw', spareUsed: 1 });
  });
});
