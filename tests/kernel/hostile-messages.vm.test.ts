import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lab/disk/random.ts';
import {
  errnoOf,
  MAIN_TAG,
  parseEvents,
  parseHealth,
  parseRemaps,
  read,
  succeed,
  tags,
  useKernelLab,
} from './harness/index.ts';
import { forEachLine, type BatchOutcome } from './harness/guest-batch.ts';
import { splitMessage } from './harness/hostile-words.ts';
import { makeMessage, MessageModel } from './harness/message-model.ts';
import { readTable } from './harness/table-words.ts';

const MIB = 1024 * 1024;
const SEED = Number(process.env['REMAP_SEED'] ?? 1);
const LINES = Number(process.env['REMAP_FUZZ_LINES'] ?? 120);
const SECTORS = MIB / 512;
const BLOCKS = SECTORS / 8;
const MAPPED = [10, 11, 12, 40, 255];

/**
 * Sends the line, then shows each field of the status and each core arg, which costs less than a question. First words
 * only: what the scanner does is told with the time since it began.
 */
const PIECE = `step dmsetup message -- "$1" 0 "$line"
  fields=; for file in "$2"/*; do read -r field rest < "$file"; fields="$fields $field"; done; show "$fields"`;

const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: MIB, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 4 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
  ],
});

/** What the module said while one message was dealt with. */
function sentences({ log }: BatchOutcome): readonly string[] {
  return log.filter((line) => line.includes('device-mapper: remap:'));
}

/** Refused as it should be: the errno, one sentence with the device's name, and the status as it was. */
function expectRefusal(line: string, outcome: BatchOutcome, errnos: readonly string[]): void {
  const [sent] = outcome.steps;
  expect(sent === undefined ? undefined : errnoOf(sent), line).toBeOneOf([...errnos]);
  expect(sentences(outcome), line).toEqual([expect.stringMatching(/remap: \d+:\d+: \S+ \S+ \S+/)]);
}

describe(`messages made from the grammar and broken by seed ${SEED}`, () => {
  it('are taken or refused as the interface says; a refused one changes nothing', async () => {
    const random = seededRandom(SEED);
    const { target, main, spare } = await fixture.pair({ core: { save_interval: 86400 } });
    const { kernelLab } = fixture;
    for (const block of MAPPED) await target.ask('remap', block);
    await target.ask('save');
    const model = new MessageModel(BLOCKS, MAPPED);
    const lines = Array.from({ length: LINES }, () => makeMessage(random, BLOCKS));
    const refused = lines.filter((line) => model.judge(line) === 'refused');
    const rest = lines.filter((line) => model.judge(line) !== 'refused');
    expect(Math.min(refused.length, rest.length)).toBeGreaterThan(LINES / 20);

    const traces = (): unknown => [main, spare].map((disk) => [disk.hash(), disk.stats.writes, disk.stats.trims]);
    const { stdout: minor } = await kernelLab.dmsetup(['info', '-c', '--noheadings', '-o', 'minor', target.name]);
    const args = [target.name, `/sys/block/dm-${minor.trim()}/remap`];
    const [shown] = await forEachLine(kernelLab, ['save'], PIECE, args);
    const before = [traces(), await target.table(), await target.statusLine(), await target.remaps()];
    for (const [index, outcome] of (await forEachLine(kernelLab, refused, PIECE, args)).entries()) {
      const line = refused[index] ?? '';
      const isScan = splitMessage(line)[0] === 'scan';
      expectRefusal(line, outcome, isScan ? ['EINVAL', 'EOPNOTSUPP'] : ['EINVAL']);
      expect(outcome.steps[1]?.stdout, line).toBe(shown?.steps[1]?.stdout);
    }
    expect([traces(), await target.table(), await target.statusLine(), await target.remaps()]).toEqual(before);

    for (const [index, outcome] of (await forEachLine(kernelLab, rest, PIECE, args)).entries()) {
      const line = rest[index] ?? '';
      // A message of before may have mapped the block or given it back.
      const verdict = model.judge(line);
      const [sent] = outcome.steps;
      if (verdict === 'refused' || (verdict === 'open' && sent?.code !== 0)) {
        expectRefusal(line, outcome, verdict === 'open' ? ['EINVAL', 'EOPNOTSUPP'] : ['EINVAL']);
        continue;
      }
      expect(sent?.code, `${line}: ${String(sent?.stderr)}`).toBe(0);
      expectAnswer(model, line, sent?.stdout ?? '');
      model.take(line);
    }
    expect((await target.remaps()).map(({ block }) => block)).toEqual([...model.mapped].sort((a, b) => a - b));
    const { core } = readTable(await target.table());
    for (const [key, value] of model.core) expect(core[key], key).toBe(String(value));
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: model.mapped.size, partial: 0 });
    expect(await succeed(kernelLab.io, read(target, 0, SECTORS))).toEqual(tags(MAIN_TAG, SECTORS));

    await target.remove();
    await kernelLab.run('/usr/sbin/rmmod', ['dm_remap']);
    await kernelLab.run('/usr/sbin/modprobe', ['dm-remap']);
  });
});

/** The answer to a message that was taken, where the model knows it. */
function expectAnswer(model: MessageModel, line: string, answer: string): void {
  const [what, first = '', second = ''] = splitMessage(line);
  switch (what) {
    case 'remaps': {
      const blocks = [...model.mapped].sort((a, b) => a - b).filter((block) => BigInt(block) >= BigInt(first));
      const page = blocks.filter((_, index) => BigInt(index) < BigInt(second));
      const found = parseRemaps(answer);
      expect(
        found.rows.map(({ block }) => block),
        line,
      ).toEqual(page);
      expect(found.next !== null, line).toBe(page.length < blocks.length);
      break;
    }
    case 'events':
      expect(BigInt(parseEvents(answer).rows.length) <= BigInt(second), line).toBe(true);
      break;
    case 'health': {
      const end = Number(first) + Number(second);
      const inside = [...model.mapped].filter((block) => block >= Number(first) && block < end);
      const counted = parseHealth(answer).reduce((sum, { mapped }) => sum + mapped, 0);
      expect(counted, line).toBe(inside.length);
      break;
    }
    default:
      expect(answer, line).toBe('');
  }
}
