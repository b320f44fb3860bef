import { describe, expect, it } from 'vitest';

import {
  changedOutputSchema,
  doneOutputSchema,
  eventsOutputSchema,
  healthOutputSchema,
  importOutputSchema,
  listOutputSchema,
  planOutputSchema,
  remapsOutputSchema,
  setOutputSchema,
  statusOutputSchema,
  watchOutputSchema,
} from '../../app/cli/live.ts';
import { defaultSettings } from '../../app/domain/settings.ts';
import { useCli } from './harness.ts';

const cli = useCli({ tools: 'tests' });

const devices = (): string[] => ['--main', cli.machine.path('main'), '--spare', cli.machine.path('spare')];

describe('create', () => {
  it('shows what happens to which device, wants it typed, and makes the pair', async () => {
    const before = cli.machine.bytes();
    const { plan } = await cli.json(planOutputSchema, 'create', 'safe', ...devices(), '--plan');
    expect(plan).toMatchObject({ applicable: true, confirm: { kind: 'serial-tail', text: '0002' } });
    const shown = await cli.exits(0, 'create', 'safe', ...devices(), '--plan');
    expect(shown.stdout).toMatch(/^spare: \/dev\/sd\w, TEST SPARE, serial SPARE-0002, 16 MiB\n {2}holds nothing/m);
    expect(shown.stdout).toMatch(/^ {2}ERASED: Everything on it is erased/m);
    expect(cli.machine.bytes()).toBe(before);

    const main = cli.machine.disk('main').hash();
    const done = await cli.json(doneOutputSchema, 'create', 'safe', ...devices(), '--confirm', '0002');
    expect(done).toEqual({ version: 1, name: 'safe', action: 'create', path: '/dev/mapper/safe' });
    expect(await cli.machine.mappings()).toEqual(['safe']);
    expect(cli.machine.disk('main').hash()).toBe(main);
  });

  it('asks on a terminal, once, and takes what is typed', async () => {
    const before = cli.machine.bytes();
    for (const typed of ['0001\n', '\n', '']) {
      const { code, stderr } = await cli.run(['create', 'safe', ...devices()], typed);
      expect(code).toBe(2);
      expect(stderr).toContain('To go on, type the last four characters of the serial number of TEST SPARE');
    }
    expect([cli.machine.bytes(), await cli.machine.mappings()]).toEqual([before, []]);
    const { code, stdout } = await cli.run(['create', 'safe', ...devices()], '0002\n');
    expect([code, stdout]).toEqual([0, 'safe is active: use /dev/mapper/safe from now on.\n']);
  });

  it('changes nothing without the confirmation, with a wrong one, or with devices that cannot be', async () => {
    await cli.refuses(/no terminal to ask on.*--confirm/, 'create', 'safe', ...devices());
    await cli.refuses(/not the last four characters/, 'create', 'safe', ...devices(), '--confirm', '0001');
    const [, main = '', , spare = ''] = devices();
    await cli.refuses(
      /cannot be its own spare/,
      'create',
      'safe',
      '--main',
      main,
      '--spare',
      main,
      '--confirm',
      '0001',
    );
    await cli.refuses(
      /"\/dev\/nothing" is not a block device/,
      'create',
      'safe',
      '--main',
      '/dev/nothing',
      '--spare',
      spare,
    );
    await cli.refuses(/power of two, not 12/, 'create', 'safe', ...devices(), '--block-sectors', '12');
    await cli.refuses(/cannot be the name/, 'create', 'a b', ...devices());
    await cli.refuses(/--spare is missing/, 'create', 'safe', '--main', main);
    const tiny = ['--main', main, '--spare', cli.machine.path('tiny'), '--block-sectors', '128', '--confirm', '0004'];
    await cli.refuses(/too small: at least/, 'create', 'safe', ...tiny);
  });

  it('wants it said that a file system is erased, and never takes one that is mounted', async () => {
    const spare = cli.machine.path('spare');
    await cli.machine.sh(`mkfs.ext4 -q -L photos ${spare}; sync; udevadm settle; mkdir -p /mnt/s`);
    await cli.refuses(/ext4 file system labelled "photos"/, 'create', 'safe', ...devices(), '--confirm', '0002');
    await cli.machine.sh(`mount -o ro,noload ${spare} /mnt/s`);
    await cli.refuses(/mounted at \/mnt\/s/, 'create', 'safe', ...devices(), '--erase', '--confirm', '0002');
    await cli.machine.sh('umount /mnt/s; udevadm settle');
    await cli.exits(0, 'create', 'safe', ...devices(), '--erase', '--confirm', '0002');
    await cli.refuses(/mapping named "safe" already/, 'create', 'safe', ...devices(), '--confirm', '0002');
  });
});

describe('the listings', () => {
  it('tell pairs, state, moved blocks, health and events, for people and as JSON', async () => {
    expect((await cli.exits(0, 'list')).stdout).toBe('No pair is active.\n');
    expect(await cli.json(statusOutputSchema, 'status')).toEqual({ version: 1, targets: [] });
    await cli.create();
    const moved = await cli.json(changedOutputSchema, 'remap', 'safe', '5', '3');
    expect(moved).toMatchObject({ name: 'safe', status: { spareUsed: 3, manual: 3 } });
    // Sectors 799 to 800 are of blocks 99 and 100.
    await cli.exits(0, 'remap', 'safe', '799', '2', '--sectors');

    const { targets, waiting } = await cli.json(listOutputSchema, 'list');
    expect([targets.map(({ name }) => name), waiting]).toEqual([['safe'], []]);
    expect((await cli.exits(0, 'list')).stdout).toMatch(/^NAME .*\nsafe +rw +32 MiB +\/dev\/sd\w +\/dev\/sd\w +5\//);
    const all = await cli.json(listOutputSchema, 'list', '--devices');
    expect(all.devices?.map(({ serial }) => serial)).toContain('OTHER-0003');
    expect((await cli.exits(0, 'list', '--devices')).stdout).toContain('as spare: It is the spare of "safe"');

    expect(await cli.json(statusOutputSchema, 'status', 'safe')).toMatchObject({
      targets: [{ status: { spareUsed: 5 } }],
    });
    const status = (await cli.exits(0, 'status')).stdout;
    expect(status).toMatch(/^safe\n {2}mode +rw \(protected\)\n/);
    expect(status).not.toMatch(/\u001B/);

    const { remaps } = await cli.json(remapsOutputSchema, 'remaps', 'safe');
    expect(remaps.map(({ block, state, cause, residency }) => [block, state, cause, residency])).toEqual(
      [5, 6, 7, 99, 100].map((block) => [block, 'mapped', 'manual', 'ff']),
    );
    const some = await cli.json(remapsOutputSchema, 'remaps', 'safe', '--from', '6', '--max', '2');
    expect([some.remaps.map(({ block }) => block), some.next]).toEqual([[6, 7], 99]);
    expect((await cli.exits(0, 'remaps', 'safe')).stdout.split('\n')[1]).toMatch(/^5 +\d+ +mapped +manual +ff +\d{4}-/);

    const { events } = await cli.json(eventsOutputSchema, 'events', 'safe', '--after', '1', '--max', '2');
    expect(events).toMatchObject([
      { number: 2, type: 'remap', block: 5 },
      { number: 3, type: 'remap', block: 6 },
    ]);
    expect((await cli.exits(0, 'events', 'safe')).stdout).toMatch(/^NUMBER.*\n1 +\S+Z +activate/);

    const range = ['--first', '0', '--count', '100', '--cells', '10'];
    const health = await cli.json(healthOutputSchema, 'health', 'safe', ...range);
    expect(health).toMatchObject({
      blockCount: 100,
      cells: 10,
      health: [
        { cell: 0, mapped: 3 },
        { cell: 9, mapped: 1 },
      ],
    });
    expect((await cli.exits(0, 'health', 'safe', ...range)).stdout).toMatch(/^FROM-BLOCK .*\n0 +3 .*\n90 +1 /);
  });

  it('show and change how a pair scans and moves', async () => {
    await cli.create();
    expect((await cli.exits(0, 'set', 'safe')).stdout).toBe(
      'scan_rate       32768\nscan_interval   604800\nsoft_threshold  2\nlow_spare       10\n',
    );
    const { settings } = await cli.json(setOutputSchema, 'set', 'safe', 'low_spare', '100');
    expect(settings).toEqual({ ...defaultSettings, lowSparePercent: 100 });
    await cli.refuses(/low_spare cannot be 101: it is a whole number from 0 to 100/, 'set', 'safe', 'low_spare', '101');
    await cli.refuses(/KEY is one of scan_rate, scan_interval, soft_threshold, low_spare/, 'set', 'safe', 'uuid', '1');
    await cli.refuses(/soft_threshold needs a VALUE/, 'set', 'safe', 'soft_threshold');
    await cli.refuses(/no protected device named "other"/, 'set', 'other', 'low_spare', '1');
    expect(await cli.json(setOutputSchema, 'set', 'safe')).toMatchObject({ settings });
  });

  it('refuse names, blocks and ranges that cannot be', async () => {
    await cli.create();
    for (const verb of ['status', 'remaps', 'events', 'health', 'deactivate', 'remove', 'continue'] as const) {
      await cli.refuses(/no protected device named "other"/, verb, 'other');
    }
    await cli.refuses(/no protected device named "other"/, 'remap', 'other', '1');
    await cli.refuses(/no protected device named "other"/, 'scan', 'other', 'start');
    expect((await cli.exits(1, 'unmap', 'safe', '7')).stderr).toMatch(/is not mapped/);
    await cli.exits(0, 'remap', 'safe', '7');
    expect((await cli.exits(0, 'unmap', 'safe', '7')).stdout).toMatch(/^safe: rw .*, 0 of [\d,]+ spare blocks used/);
    await cli.refuses(/ACTION is one of start, stop, pause, resume/, 'scan', 'safe', 'begin');
    expect((await cli.exits(1, 'scan', 'safe', 'pause')).stderr).toMatch(/no scan is under way/);
    expect((await cli.exits(0, 'scan', 'safe', 'start')).stdout).toMatch(/^safe: rw/);
    await cli.exits(0, 'scan', 'safe', 'stop');
    await cli.refuses(/only start takes --first and --count/, 'scan', 'safe', 'stop', '--first', '5');
    await cli.refuses(
      /"safe" has [\d,]+ blocks, .* not all blocks from 5 to 99,999,999/,
      'scan',
      'safe',
      'start',
      '--first',
      '5',
      '--count',
      '99999995',
    );
    await cli.exits(0, 'scan', 'safe', 'start', '--first', '5', '--count', '3');
    await cli.exits(0, 'scan', 'safe', 'stop');
    await cli.refuses(/--max must be a number from 1 on, not "0"/, 'remaps', 'safe', '--max', '0');
    await cli.refuses(/--first must be below 8192/, 'health', 'safe', '--first', '8192');
    await cli.refuses(/--count must be a number from 1 to 8/, 'health', 'safe', '--first', '8184', '--count', '9');
    await cli.refuses(/at most 65536 blocks/, 'remap', 'safe', '0', '65537');
    const beyond = await cli.exits(1, 'remap', 'safe', '8192');
    expect(beyond.stderr).toMatch(/^dm-remap remap: .*not within/);
    expect(beyond.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('need root, and say so', async () => {
    const script = `node -e "
      const { spawnSync } = require('node:child_process');
      const { status, stderr } = spawnSync('/usr/bin/dm-remap', ['status'], { uid: 65534, gid: 65534 });
      console.log(status, String(stderr));"`;
    expect(await cli.machine.sh(script)).toMatch(/^1 dm-remap status: dm-remap status needs root\. Run it as root/);
  });
});

describe('status --watch', () => {
  it('tells each change as it happens, and ends when the pair goes', async () => {
    await cli.create();
    await cli.machine.sh(
      'dm-remap status safe --watch --json > /tmp/watch 2> /tmp/watch-errors & echo $! > /tmp/pid; until grep -q changed /tmp/watch; do sleep 0.05; done',
    );
    await cli.exits(0, 'remap', 'safe', '9');
    await cli.machine.sh(`until grep -q '"type":"remap"' /tmp/watch; do sleep 0.05; done`);
    await cli.exits(0, 'deactivate', 'safe');
    await cli.machine.sh(
      'while kill -0 $(cat /tmp/pid) 2>/dev/null; do sleep 0.05; done; cat /tmp/watch-errors; test ! -s /tmp/watch-errors',
    );
    const lines = (await cli.machine.sh('cat /tmp/watch')).trim().split('\n');
    const told = lines.map((line) => watchOutputSchema.parse(JSON.parse(line)));
    expect(told[0]).toMatchObject({ kind: 'targets', names: ['safe'] });
    expect(told.flatMap((one) => (one.kind === 'changed' ? one.events : []))).toMatchObject([
      { type: 'remap', block: 9 },
    ]);
    expect(told.at(-1)).toMatchObject({ kind: 'targets', names: [] });
  });

  it('ends with the signal that ends it, leaving no dmsetup behind', async () => {
    await cli.create();
    const script = `
      dm-remap status --watch > /tmp/watch & pid=$!
      until grep -q 'safe: ' /tmp/watch; do sleep 0.05; done
      until ps -o args | grep -q '[d]msetup wait'; do sleep 0.05; done
      kill -INT $pid
      wait $pid || echo "exit $?"
      while ps -o args | grep -q '[d]msetup wait'; do sleep 0.05; done`;
    expect(await cli.machine.sh(script)).toBe('exit 130\n');
  });
});

describe('deactivate, activate and remove', () => {
  it('keep what was moved, and find main by what the spare says', async () => {
    await cli.create();
    await cli.exits(0, 'remap', 'safe', '9');
    await cli.machine.sh(
      'mkfs.ext4 -q /dev/mapper/safe; mkdir -p /mnt/d; sync; mount -o ro,noload /dev/mapper/safe /mnt/d',
    );
    await cli.refuses(/mounted at \/mnt\/d/, 'deactivate', 'safe');
    await cli.machine.sh('umount /mnt/d; udevadm settle');
    const { stdout } = await cli.exits(0, 'deactivate', 'safe');
    expect(stdout).toBe('safe is not active any more.\n');
    expect(await cli.machine.mappings()).toEqual([]);

    const { waiting } = await cli.json(listOutputSchema, 'list');
    expect(waiting.map(({ serial }) => serial)).toEqual(['SPARE-0002']);
    const spare = cli.machine.path('spare');
    await cli.refuses(
      /belongs to another disk/,
      'activate',
      'safe',
      '--spare',
      spare,
      '--main',
      cli.machine.path('other'),
    );
    await cli.refuses(/not a spare/, 'activate', 'safe', '--spare', cli.machine.path('other'));
    await cli.exits(0, 'activate', 'again', '--spare', spare);
    expect((await cli.json(remapsOutputSchema, 'remaps', 'again')).remaps.map(({ block }) => block)).toContain(9);
    await cli.refuses(/would lose/, 'remove', 'again', '--confirm', '0002');
  });

  it('ask for main where the spare knows only its size, and say which it may be', async () => {
    const [main, spare, other] = ['main', 'spare', 'other'].map((name) => cli.machine.path(name));
    const table = `0 65536 remap ${main} ${spare} 8 1 format 2 uuid 5c1f0a52-0f0e-4b11-9a63-6a0a7b1c2d3e`;
    await cli.machine.sh(`dmsetup create nameless --table "${table}"; dmsetup remove --retry nameless; udevadm settle`);
    const maybe = `(${main} or ${other}|${other} or ${main})`;
    expect((await cli.exits(0, 'list')).stdout).toMatch(
      new RegExp(`${spare} is the spare of a disk that cannot be told; it may be ${maybe}\\. .* --main DEVICE`),
    );
    const activate = ['activate', 'safe', '--spare', spare ?? ''];
    await cli.refuses(new RegExp(`cannot be told; it may be ${maybe}\\. Name it with --main`), ...activate);
    await cli.exits(0, ...activate, '--main', main ?? '');
  });

  it('end a pair that holds nothing', async () => {
    await cli.create();
    await cli.refuses(/no terminal to ask on/, 'remove', 'safe');
    await cli.refuses(/not the last four/, 'remove', 'safe', '--confirm', 'SPARE-0002');
    expect(await cli.json(doneOutputSchema, 'remove', 'safe', '--confirm', '0002')).toMatchObject({ path: null });
    expect((await cli.json(listOutputSchema, 'list')).waiting).toEqual([]);
  });
});

describe('import', () => {
  it('moves just the blocks of a list that badblocks itself made', async () => {
    cli.machine.disk('main').faults.add({
      kind: 'medium',
      operations: ['read'],
      healOnWrite: false,
      ranges: [
        { first: 80, count: 1 },
        { first: 4000, count: 24 },
      ],
    });
    await cli.machine.lab.faultsSettled();
    const main = cli.machine.path('main');
    await cli.machine.sh(`badblocks -b 2048 -o /tmp/bad ${main}`);
    expect(await cli.machine.sh('cat /tmp/bad')).toMatch(/^20\n(21\n)?1000\n/);
    await cli.create();
    const plan = await cli.json(importOutputSchema, 'import', 'safe', '/tmp/bad', '--badblocks', '2048', '--dry-run');
    expect(plan).toMatchObject({ blocks: 4, alreadyMapped: 0, dryRun: true, status: { spareUsed: 0 } });
    await cli.exits(0, 'remap', 'safe', '500');
    const done = await cli.json(importOutputSchema, 'import', 'safe', '/tmp/bad', '--badblocks', '2048');
    expect(done).toMatchObject({ blocks: 4, alreadyMapped: 1, status: { spareUsed: 4 } });
    const { remaps } = await cli.json(remapsOutputSchema, 'remaps', 'safe');
    expect(remaps.map(({ block }) => block)).toEqual([10, 500, 501, 502]);
  });

  it('moves just the bad blocks of a ddrescue map, or the failed ones too', async () => {
    await cli.create();
    const map = [
      '0x0 ? 1',
      '0x0 0x100000 +',
      '0x100000 0x200 -',
      '0x100200 0xE00 +',
      '0x101000 0x2000 *',
      '0x103000 0x1EFD000 ?',
    ];
    await cli.machine.sh(`cat > /tmp/map <<'EOF'\n# Mapfile.\n${map.join('\n')}\nEOF`);
    expect((await cli.exits(0, 'import', 'safe', '/tmp/map', '--ddrescue')).stdout).toBe(
      'Moved 1 block of safe, 0 of them on the spare before.\n',
    );
    await cli.exits(0, 'import', 'safe', '/tmp/map', '--ddrescue', '--failed');
    const { remaps } = await cli.json(remapsOutputSchema, 'remaps', 'safe');
    expect(remaps.map(({ block }) => block)).toEqual([256, 257, 258]);
  });

  it('moves nothing of a list that is wrong, of another disk, or too long for the spare', async () => {
    await cli.create();
    await cli.machine.sh('echo 12 > /tmp/list; echo 0x13 >> /tmp/list; echo 65536 > /tmp/far; seq 0 8000 > /tmp/long');
    await cli.refuses(
      /line 2 of the badblocks list is not a block number/,
      'import',
      'safe',
      '/tmp/list',
      '--badblocks',
      '512',
    );
    await cli.refuses(
      /speaks of byte 33554432, and "safe" ends at 33554432/,
      'import',
      'safe',
      '/tmp/far',
      '--badblocks',
      '512',
    );
    await cli.refuses(
      /8,001 blocks to move, and the spare has [\d,]+ free/,
      'import',
      'safe',
      '/tmp/long',
      '--badblocks',
      '4096',
    );
    await cli.refuses(/either --badblocks BYTES or --ddrescue/, 'import', 'safe', '/tmp/list');
    await cli.refuses(/"\/tmp\/none" cannot be read \(ENOENT\)/, 'import', 'safe', '/tmp/none', '--ddrescue');
    await cli.refuses(/no protected device named "other"/, 'import', 'other', '/tmp/far', '--badblocks', '512');
  });
});
