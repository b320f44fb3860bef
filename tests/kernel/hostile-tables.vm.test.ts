import { beforeAll, describe, expect, it } from 'vitest';
import type { LabDisk } from '../../lab/index.ts';
import { seededRandom } from '../../lab/disk/random.ts';
import { errnoOf, resetToBlank, useKernelLab } from './harness/index.ts';
import { forEachLine, type BatchOutcome } from './harness/guest-batch.ts';
import { below, oneOf } from './harness/hostile-words.ts';
import { judgeTable, makeTable, type TableDevice, type TableVerdict, type TableWorld } from './harness/table-model.ts';
import { readTable } from './harness/table-words.ts';

const MIB = 1024 * 1024;
const SEED = Number(process.env['REMAP_SEED'] ?? 1);
const LINES = Number(process.env['REMAP_FUZZ_LINES'] ?? 100);
/** Lines that format are run one by one, as each needs its spare blank again. */
const FORMATS = Math.ceil(LINES / 40);
const UUID = '6f1cbb1e-4a3c-4f0e-9d55-0a1b2c3d4e5f';
const MAIN_ID = 'wwn-0x5000c500\\a1b2\\';
const SECTORS = MIB / 512;
const LAST_MAPPED = 200;

const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: MIB, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 4 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
    { name: 'coarse', bytes: 4 * MIB, bus: 'virtio-scsi', serial: 'TEST-COARSE', logicalBlockBytes: 4096 },
    { name: 'parted', bytes: 8 * MIB, bus: 'virtio-scsi', serial: 'TEST-PARTED' },
  ],
});

interface Line {
  readonly length: number;
  readonly words: string;
  readonly verdict: TableVerdict;
}

const NAME = 'hostile';
let world: TableWorld;
/** major:minor of each device, by path and by itself. */
const numbers = new Map<string, string>();

function disks(): LabDisk[] {
  return [...fixture.kernelLab.lab.disks.values()];
}

function traces(): unknown {
  return disks().map((disk) => [disk.name, disk.hash(), disk.stats.writes, disk.stats.trims]);
}

/** Two partitions that overlap, the first as large as main. */
async function partition(): Promise<readonly [string, string]> {
  const { kernelLab } = fixture;
  const table = Buffer.alloc(512);
  for (const [index, first, count] of [
    [0, 2048, SECTORS],
    [1, 3072, 12288],
  ] as const) {
    const entry = 446 + 16 * index;
    table.writeUInt8(0x83, entry + 4);
    table.writeUInt32LE(first, entry + 8);
    table.writeUInt32LE(count, entry + 12);
  }
  table.writeUInt16LE(0xaa55, 510);
  kernelLab.lab.disk('parted').writeSectors(0, table);
  const path = kernelLab.device('parted');
  await kernelLab.run('/usr/sbin/blockdev', ['--rereadpt', path]);
  return [`${path}1`, `${path}2`];
}

beforeAll(async () => {
  const { kernelLab } = fixture;
  for (const name of ['coarse', 'parted']) resetToBlank(kernelLab.lab.disk(name));
  const [part1, part2] = await partition();
  const { target } = await fixture.pair({ core: { uuid: UUID, main_id: MAIN_ID } });
  await target.ask('remap', LAST_MAPPED);
  await target.remove();

  const sectors = (bytes: number): number => bytes / 512;
  const [main, spare, coarse, parted] = ['main', 'spare', 'coarse', 'parted'].map((name) => kernelLab.device(name));
  const described: readonly (readonly [string | undefined, TableDevice])[] = [
    [main, { sectors: SECTORS, logical: 1, on: ['main'], holds: 'data' }],
    [spare, { sectors: sectors(4 * MIB), logical: 1, on: ['spare'], holds: 'pair' }],
    [coarse, { sectors: sectors(4 * MIB), logical: 8, on: ['coarse'], holds: 'nothing' }],
    [parted, { sectors: sectors(8 * MIB), logical: 1, on: ['parted'], holds: 'data' }],
    [part1, { sectors: SECTORS, logical: 1, on: ['parted'], holds: 'nothing' }],
    [part2, { sectors: 12288, logical: 1, on: ['parted'], holds: 'nothing' }],
  ];
  const devices = new Map<string, TableDevice>();
  for (const [path = '', device] of described) {
    const { stdout } = await kernelLab.run('/usr/bin/cat', [`/sys/class/block/${path.slice(5)}/dev`]);
    const number = stdout.trim();
    for (const name of [path, number]) {
      devices.set(name, device);
      numbers.set(name, number);
    }
  }
  const pair = { mainSectors: SECTORS, blockSectors: 8, uuid: UUID, mainId: MAIN_ID, mappedEnd: LAST_MAPPED + 1 };
  world = { devices, pair };
});

function makeLines(random: () => number, count = LINES): Line[] {
  const names = [...world.devices.keys()];
  const own = [names[0] ?? '', names[2] ?? ''] as const;
  return Array.from({ length: count }, () => {
    const edge = LAST_MAPPED * 8;
    const odd = oneOf(random, [1, 7, edge, edge + 1, SECTORS - 1, SECTORS + 1, 2 ** 40, 1 + below(random, SECTORS)]);
    const length = random() < 0.92 ? SECTORS : odd;
    const words = makeTable(random, world, own);
    return { length, words, verdict: judgeTable(world, length, words) };
  });
}

function lineOf({ length, words }: Line): string {
  return `${length} remap ${words}`;
}

function expectRefusal(line: Line, { steps, log }: BatchOutcome): void {
  const [created] = steps;
  const text = lineOf(line);
  expect(created === undefined ? undefined : errnoOf(created), `${text}\n${log.join('\n')}`).toBeOneOf([
    ...line.verdict.errnos,
  ]);
  // The module's own sentence, or what device-mapper makes of the target's.
  const told = log.filter((said) =>
    /device-mapper: (?:remap: |table: \S+ remap: |table: .* not aligned )\S+ \S+/.test(said),
  );
  expect(told, text).not.toEqual([]);
}

/** What a line that was taken gave back, and that it gives the same when it is loaded again. */
function expectRoundTrip(line: Line, { steps }: BatchOutcome): void {
  const [created, echoed, loaded, again] = steps;
  const text = lineOf(line);
  expect(created?.code, `${text}: ${String(created?.stderr)}`).toBe(0);
  const [main = '', spare = ''] = line.words.trim().split(/\s+/);
  const { core, features } = line.verdict;
  const { uuid = expect.stringMatching(/^[0-9a-f-]{36}$/) as string, ...given } = core;
  const table = readTable(echoed?.stdout ?? '');
  expect(table, text).toEqual({
    start: 0,
    length: line.length,
    main: numbers.get(main),
    spare: numbers.get(spare),
    blockSectors: expect.any(Number) as number,
    features: expect.any(Array) as string[],
    core: { uuid, ...given },
  });
  expect([...table.features].sort(), text).toEqual([...features].sort());
  expect(loaded?.code, `${String(echoed?.stdout)}: ${String(loaded?.stderr)}`).toBe(0);
  expect(again?.stdout, text).toBe(echoed?.stdout);
}

const USERS = 'read -r users < /sys/module/dm_remap/refcnt; show "$users"';
const REFUSED = `step dmsetup create "$1" --table "0 $line"
  if [ "$code" = 0 ]; then dmsetup remove "$1"; fi; ${USERS}`;
const ACCEPTED = `step dmsetup create "$1" --table "0 $line"
  if [ "$code" = 0 ]; then
    step dmsetup table "$1"
    step dmsetup reload "$1" --table "$answer"
    step dmsetup table --inactive "$1"
    dmsetup remove "$1"
  fi; ${USERS}`;

async function run(lines: readonly Line[], piece: string, judge: typeof expectRefusal): Promise<void> {
  const outcomes = await forEachLine(fixture.kernelLab, lines.map(lineOf), piece, [NAME]);
  for (const [index, outcome] of outcomes.entries()) {
    const line = lines[index];
    if (line === undefined) continue;
    const left = outcome.steps.at(-1)?.stdout;
    judge(line, outcome);
    expect(left, `users of the module after ${lineOf(line)}`).toBe('0');
  }
}

describe(`table lines made from the grammar and broken by seed ${SEED}`, () => {
  it('are taken or refused as the interface says; a refused one writes nothing', async () => {
    const { kernelLab } = fixture;
    const lines = makeLines(seededRandom(SEED));
    const by = (verdict: TableVerdict['verdict']): Line[] =>
      lines.filter(({ verdict: found }) => found.verdict === verdict);
    const refused = by('refused');
    const accepted = [...by('accepted'), ...by('open')].filter(({ verdict }) => !verdict.format);
    const formats = by('accepted').filter(({ verdict }) => verdict.format);
    expect(Math.min(refused.length, accepted.length)).toBeGreaterThan(LINES / 20);

    const before = traces();
    await run(refused, REFUSED, expectRefusal);
    expect(traces(), 'after refused lines').toEqual(before);
    await run(accepted, ACCEPTED, (line, outcome) => {
      if (line.verdict.verdict === 'open' && outcome.steps[0]?.code !== 0) {
        const verdict = { ...line.verdict, errnos: new Set(['EINVAL']) };
        expectRefusal({ ...line, verdict }, outcome);
      } else {
        expectRoundTrip(line, outcome);
      }
    });
    const snapshots = disks().map((disk) => [disk, disk.snapshot()] as const);
    for (const line of formats.slice(0, FORMATS)) {
      await run([line], ACCEPTED, expectRoundTrip);
      for (const [disk, snapshot] of snapshots) disk.restore(snapshot);
    }
    const { stdout } = await kernelLab.dmsetup(['ls']);
    expect(stdout.trim()).toBe('No devices found');
  });

  it('that ask for a format beside something wrong leave a blank spare blank', async () => {
    const { lab } = fixture.kernelLab;
    const own = lab.disk('spare').snapshot();
    resetToBlank(lab.disk('spare'));
    const blank = new Map(
      [...world.devices].map(([name, device]) => [
        name,
        device.holds === 'pair' ? { ...device, holds: 'nothing' as const } : device,
      ]),
    );
    const lines = makeLines(seededRandom(SEED + 1), 4 * LINES).map(({ length, words }) => ({
      length,
      words,
      verdict: judgeTable({ ...world, devices: blank }, length, words),
    }));
    const refused = lines.filter(({ words, verdict }) => verdict.verdict === 'refused' && words.includes('format'));
    expect(refused.length).toBeGreaterThan(LINES / 10);
    const before = traces();
    await run(refused, REFUSED, expectRefusal);
    expect(traces()).toEqual(before);
    lab.disk('spare').restore(own);
  });

  it('leave nothing in the way of unloading the module', async () => {
    await fixture.kernelLab.run('/usr/sbin/rmmod', ['dm_remap']);
    await fixture.kernelLab.run('/usr/sbin/modprobe', ['dm-remap']);
  });
});
