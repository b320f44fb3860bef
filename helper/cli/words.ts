import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { Mode, TargetEvent, TargetStatus } from '../../app/domain/target.ts';
import { formatBytes, formatCount, sectorsToBytes } from '../../app/domain/units.ts';
import { plain, type Colour, type Terminal } from './terminal.ts';

const modeColours: Record<Mode, Colour> = { rw: 'green', spent: 'yellow', halted: 'yellow', ro: 'red', fail: 'red' };
const modeSentences: Record<Mode, string> = {
  rw: 'protected',
  spent: 'no spare block is left; new errors pass through',
  halted: 'main looks lost, or errors came in a storm; nothing more is moved',
  ro: 'metadata can no longer be written to the spare; nothing more is moved',
  fail: 'every request errors',
};

export function modeWords(mode: Mode, terminal: Terminal): string {
  return `${terminal.colour(mode, modeColours[mode])} (${modeSentences[mode]})`;
}

/** The state of a pair, a fact a line. */
export function statusLines(status: TargetStatus, terminal: Terminal): string[] {
  const facts: readonly (readonly [string, string])[] = [
    ['mode', modeWords(status.mode, terminal)],
    ['block size', `${status.blockSectors} sectors`],
    [
      'spare blocks',
      `${formatCount(status.spareUsed)} used of ${formatCount(status.spareTotal)}, ${formatCount(status.spareBad)} bad`,
    ],
    ['pending blocks', formatCount(status.pending)],
    ['partly moved', formatCount(status.partial)],
    [
      'moved',
      `${formatCount(status.auto)} after errors, ${formatCount(status.manual)} on request, ${formatCount(status.proactive)} ahead of errors`,
    ],
    [
      'errors',
      `${formatCount(status.readErrors)} read, ${formatCount(status.writeErrors)} write, ${formatCount(status.softErrors)} soft`,
    ],
    ['slow reads', formatCount(status.slowReads)],
    ['metadata copies', `${status.metadataGood} of ${status.metadataCopies} good`],
    ['scan', `${status.scanState}, block ${formatCount(status.scanBlock)}, ${formatCount(status.scanPasses)} passes`],
    ['risk', `${status.risk} % (confidence ${status.confidence} %)`],
    ['last event', formatCount(status.lastEvent)],
  ];
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  return facts.map(([name, value]) => `${name.padEnd(width)}${value}`);
}

/** A state in one line. */
export function statusWords(status: TargetStatus, terminal: Terminal): string {
  const { mode, spareUsed, spareTotal, pending, metadataGood, metadataCopies } = status;
  const used = `${formatCount(spareUsed)} of ${formatCount(spareTotal)} spare blocks used`;
  return `${modeWords(mode, terminal)}, ${used}, ${formatCount(pending)} pending, ${metadataGood}/${metadataCopies} metadata copies`;
}

/** An event as words of a table row. */
export function eventRow({ number, milliseconds, type, block, spareBlock, detail }: TargetEvent): string[] {
  const time = new Date(milliseconds).toISOString();
  return [
    String(number),
    time,
    type,
    String(block ?? '-'),
    String(spareBlock ?? '-'),
    detail === null ? '-' : plain(detail),
  ];
}
export const eventHeading = ['NUMBER', 'TIME', 'EVENT', 'BLOCK', 'SPARE-BLOCK', 'DETAIL'] as const;

export function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** What tells a device from others, as far as it tells. */
export function deviceFacts(device: BlockDevice): string {
  const { path, model, serial, sizeSectors } = device;
  const facts = [
    model === null ? null : plain(model),
    serial === null ? 'no serial number' : `serial ${plain(serial)}`,
  ];
  return [path, ...facts.filter((fact) => fact !== null), formatBytes(sectorsToBytes(sizeSectors))].join(', ');
}

/** A spare whose pair is not active, and how to activate it. */
export function waitingWords({ path, spareOf }: BlockDevice, devices: readonly BlockDevice[]): string {
  const use = `Use: dm-remap activate NAME --spare ${path}`;
  const main = devices.find(({ devno }) => devno === spareOf?.mainDevno);
  const maybe = mayBeMains(spareOf, devices);
  if (main === undefined && maybe !== '') {
    return `${path} is the spare of a disk that cannot be told; it may be ${maybe}. Not active. ${use} --main DEVICE`;
  }
  return `${path} is the spare of ${main === undefined ? 'a disk that is not here' : main.path}; not active. ${use}`;
}

/** Paths of the disks that may be the main of a spare: `/dev/sda or /dev/sdc`; empty when there is none. */
export function mayBeMains(spareOf: BlockDevice['spareOf'], devices: readonly BlockDevice[]): string {
  const paths = devices.filter(({ devno }) => spareOf?.mayBeMain.includes(devno) === true).map(({ path }) => path);
  return paths.join(' or ');
}
