import { describe, expect, it } from 'vitest';

import { expectRefusal, useHelper } from './harness.ts';

const fixture = useHelper();

/** The sentences of the reasons that block, by their code. */
const blocks = (plan: { reasons: { code: string; level: string; sentence: string }[] }): Record<string, string> =>
  Object.fromEntries(
    plan.reasons.filter(({ level }) => level === 'block').map(({ code, sentence }) => [code, sentence]),
  );

describe('a plan to create', () => {
  it('tells what would happen to which device and changes nothing', async () => {
    const before = fixture.bytes();
    const plan = await fixture.plan(fixture.createIntent());
    expect(plan).toMatchObject({
      applicable: true,
      reasons: [],
      confirm: { kind: 'serial-tail', text: '0002' },
    });
    expect(plan.entries.map(({ role, destructive, device }) => [role, destructive, device?.serial])).toEqual([
      ['main', false, 'MAIN-0001'],
      ['spare', true, 'SPARE-0002'],
      ['mapping', false, undefined],
    ]);
    expect(plan.spareBlocks).toBeGreaterThan(3000);
    expect(plan.commands[0]).toMatch(/^wipefs --all \/dev\/sd[a-z]$/);
    expect(plan.commands.at(-1)).toMatch(
      /^dmsetup create disk --uuid DMREMAP-[0-9a-f-]{36} --table '0 65536 remap .* format /,
    );
    expect(fixture.bytes()).toBe(before);
    expect(await fixture.mappings()).toEqual([]);
  });

  it('blocks a main that is its own spare', async () => {
    const plan = await fixture.plan(fixture.createIntent({ spare: fixture.ref('main') }));
    expect(plan.applicable).toBe(false);
    expect(blocks(plan)).toHaveProperty('same-disk');
    await expectRefusal(fixture, 'device-unusable', () =>
      fixture.client.refused('apply', { token: plan.token, confirmation: '0001' }),
    );
  });

  it('blocks a mounted spare, and says where it is mounted', async () => {
    await fixture.sh(`mkfs.ext4 -q ${fixture.path('spare')}; mkdir -p /mnt/s; mount ${fixture.path('spare')} /mnt/s`);
    const plan = await fixture.plan(fixture.createIntent({ eraseSpare: true }));
    expect(blocks(plan)).toMatchObject({ mounted: 'It is mounted at /mnt/s. Unmount it first.' });
    await fixture.sh('sync');
    await expectRefusal(fixture, 'device-unusable', () =>
      fixture.client.refused('apply', { token: plan.token, confirmation: '0002' }),
    );
  });

  it('blocks a disk that is a part of another mapping', async () => {
    await fixture.sh(`dmsetup create over --table "0 2048 linear ${fixture.path('main')} 0"`);
    const plan = await fixture.plan(fixture.createIntent());
    expect(blocks(plan)).toMatchObject({ held: 'It is in use by over. Close that first.' });
  });

  it('blocks a spare with a file system unless it may be erased', async () => {
    await fixture.sh(`mkfs.ext4 -q -L photos ${fixture.path('spare')}; sync`);
    const kept = await fixture.plan(fixture.createIntent());
    expect(blocks(kept)['has-content']).toMatch(/ext4 file system labelled "photos"/);
    await expectRefusal(fixture, 'device-unusable', () =>
      fixture.client.refused('apply', { token: kept.token, confirmation: '0002' }),
    );
    expect((await fixture.plan(fixture.createIntent({ eraseSpare: true }))).applicable).toBe(true);
  });

  it('blocks a spare with data of an unknown kind unless it may be erased', async () => {
    fixture.disk('spare').writeSectors(0, Buffer.alloc(512, 0xa5));
    const plan = await fixture.plan(fixture.createIntent());
    expect(blocks(plan)['has-content']).toMatch(/a kind that is not known/);
  });

  it('blocks a spare that is too small and says how much is needed', async () => {
    const plan = await fixture.plan(fixture.createIntent({ spare: fixture.ref('tiny'), blockSectors: 128 }));
    expect(blocks(plan)).toEqual({ 'too-small': 'The spare is too small: at least 2 MiB are needed.' });
  });

  it('blocks a spare that cannot be read', async () => {
    fixture.disk('spare').faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: 0, count: 8 }] });
    await fixture.lab.faultsSettled();
    const plan = await fixture.plan(fixture.createIntent({ eraseSpare: true }));
    expect(blocks(plan)).toHaveProperty('unreadable');
  });

  it('is refused for a device that is not there, a block size that cannot be and a name that is taken', async () => {
    const gone = fixture.createIntent({ spare: { devno: '8:240' } });
    expect(
      await expectRefusal(fixture, 'device-gone', () => fixture.client.refused('plan', { intent: gone })),
    ).toMatchObject({
      sentence: expect.stringContaining('spare') as string,
    });
    const odd = fixture.createIntent({ blockSectors: 12 });
    await expectRefusal(fixture, 'bad-request', () => fixture.client.refused('plan', { intent: odd }));
    await fixture.sh('dmsetup create disk --table "0 8 error"');
    const taken = fixture.createIntent();
    await expectRefusal(fixture, 'name-taken', () => fixture.client.refused('plan', { intent: taken }));
  });
});

describe('apply', () => {
  it('wants the end of the spare’s serial typed, and takes it after a wrong try', async () => {
    const { token } = await fixture.plan(fixture.createIntent());
    for (const confirmation of [null, '', '0001', '002', 'SPARE-0002', ' 0002']) {
      await expectRefusal(fixture, 'confirmation-wrong', () =>
        fixture.client.refused('apply', { token, confirmation }),
      );
    }
    expect(await fixture.client.call('apply', { token, confirmation: '0002' })).toEqual({
      name: 'disk',
      path: '/dev/mapper/disk',
    });
  });

  it('takes a token once', async () => {
    const { token } = await fixture.plan(fixture.createIntent());
    await fixture.client.call('apply', { token, confirmation: '0002' });
    await expectRefusal(fixture, 'plan-unknown', () =>
      fixture.client.refused('apply', { token, confirmation: '0002' }),
    );
    await expectRefusal(fixture, 'plan-unknown', () =>
      fixture.client.refused('apply', { token: '0'.repeat(32), confirmation: '0002' }),
    );
  });

  it('changes nothing when the spare got a file system since the plan', async () => {
    const { token } = await fixture.plan(fixture.createIntent({ eraseSpare: true }));
    await fixture.sh(`mkfs.ext4 -q ${fixture.path('spare')}; sync`);
    await expectRefusal(fixture, 'device-changed', () =>
      fixture.client.refused('apply', { token, confirmation: '0002' }),
    );
    // The token was used up: what was agreed to is not there any more.
    await expectRefusal(fixture, 'plan-unknown', () =>
      fixture.client.refused('apply', { token, confirmation: '0002' }),
    );
  });

  it('changes nothing when bytes without any signature appeared on the spare since the plan', async () => {
    const { token } = await fixture.plan(fixture.createIntent({ eraseSpare: true }));
    fixture.disk('spare').writeSectors(20, Buffer.alloc(512, 0x5a));
    await expectRefusal(fixture, 'device-changed', () =>
      fixture.client.refused('apply', { token, confirmation: '0002' }),
    );
  });

  it('changes nothing when main was mounted since the plan', async () => {
    await fixture.sh(`mkfs.ext4 -q ${fixture.path('main')}`);
    const { token } = await fixture.plan(fixture.createIntent());
    await fixture.sh(`mkdir -p /mnt/m; mount -o ro,noload ${fixture.path('main')} /mnt/m; sync`);
    await expectRefusal(fixture, 'device-changed', () =>
      fixture.client.refused('apply', { token, confirmation: '0002' }),
    );
  });

  it('changes nothing when a disk was pulled since the plan', async () => {
    const { token } = await fixture.plan(fixture.createIntent());
    await fixture.pull('spare');
    const error = await expectRefusal(fixture, 'device-gone', () =>
      fixture.client.refused('apply', { token, confirmation: '0002' }),
    );
    expect(error.sentence).toContain('spare');
    expect(error.remedy).not.toBe('');
  });

  it('does not take another disk in the place of the one that was meant', async () => {
    const { token } = await fixture.plan(fixture.createIntent());
    const before = fixture.ref('spare').devno;
    await fixture.pull('spare');
    await fixture.plug('spare');
    // The same disk again, under the same number or not: it is not the one that was looked at.
    const code = fixture.ref('spare').devno === before ? 'device-changed' : 'device-gone';
    await expectRefusal(fixture, code, () => fixture.client.refused('apply', { token, confirmation: '0002' }));
  });

  it('does one change at a time', async () => {
    const [first, second] = [await fixture.plan(fixture.createIntent()), await fixture.plan(fixture.createIntent())];
    const answers = await Promise.allSettled([
      fixture.client.call('apply', { token: first.token, confirmation: '0002' }),
      fixture.client.call('apply', { token: second.token, confirmation: '0002' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(answers[1]).toMatchObject({ reason: { code: 'busy' } });
    expect(await fixture.mappings()).toEqual(['disk']);
  });

  it('undoes what it can and says the state when the spare fails in the middle', async () => {
    const { token } = await fixture.plan(fixture.createIntent());
    const main = fixture.disk('main').hash();
    fixture.disk('spare').faults.add({ kind: 'medium', operations: ['write'] });
    await fixture.lab.faultsSettled();
    const error = await fixture.client.refused('apply', { token, confirmation: '0002' });
    expect(error.code).toBe('device-unusable');
    expect(error.sentence).toContain('The aging disk was not touched');
    expect(await fixture.mappings()).toEqual([]);
    expect(fixture.disk('main').hash()).toBe(main);
    expect(fixture.client.notes.at(-1)).toMatchObject({
      name: 'plan.progress',
      params: { step: 'erase', state: 'failed' },
    });
  });
});
