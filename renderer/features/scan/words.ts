import type { ScanDoing, ScanProgress } from '../../../app/domain/scan.ts';
import { blocksText } from '../../words/heatmap.ts';
import type { TargetStatus } from '../../../app/domain/target.ts';
import { formatCount, formatCounted } from '../../../app/domain/units.ts';

/** What a scan is for, or what becomes of the one under way, in one sentence. */
export function scanSentence({ scanState, scanPasses, mode }: TargetStatus): string {
  switch (scanState) {
    case 'running':
      return mode === 'halted' ? 'It goes on when moving does.' : 'It waits while you use the disk.';
    case 'paused':
      return 'Held until you go on.';
    case 'idle':
    case 'off': {
      const by = scanState === 'off' ? ' It does not begin by itself.' : '';
      return scanPasses === 0
        ? `The whole disk was never read. A scan finds bad blocks before you need them.${by}`
        : `The whole disk was read ${formatCounted(scanPasses, 'time')}.${by}`;
    }
    default:
      return scanState satisfies never;
  }
}

/** From when on a read is told with how long it takes, in milliseconds: a healthy one is over long before. */
const LONG_READ_MS = 2000;

/** What a scan that runs is doing at this moment; `next` where that is not known. */
export function doingSentence(doing: ScanDoing | null, next: number): string {
  if (doing === null) return `Reading the disk, block ${formatCount(next)} next`;
  const block = formatCount(doing.block ?? next);
  const seconds = `, ${formatCount(Math.floor(doing.milliseconds / 1000))} s`;
  const late = doing.milliseconds < LONG_READ_MS ? '' : seconds;
  switch (doing.what) {
    case 'reading':
      return `Reading block ${block}${late}`;
    case 'near':
      return `Looking around a bad block, at ${block}${late}`;
    case 'retrying':
      return `Retrying block ${block}${seconds}`;
    case 'busy':
      return 'Waiting while the disk is busy';
    case 'pacing':
      return `Waiting, so as not to exceed the scan rate; block ${block} next`;
    case 'memory':
      return 'Waiting for memory';
    case 'halted':
      return 'Waiting, since moving is halted';
    case 'suspended':
      return 'Waiting until the device is resumed';
    // It has just changed: the status tells in a moment.
    case 'paused':
      return 'Held';
    case 'idle':
      return 'Not reading';
    default:
      return doing.what satisfies never;
  }
}

/** Beside blocks that could be scanned: what of the scan that is under way. */
export function partSentence(progress: ScanProgress, first: number, count: number): string {
  const done = `${(progress.part * 100).toFixed(1)} % of it done`;
  return progress.first === first && progress.blocks === count
    ? `It is being scanned, ${done}.`
    : `Another scan is under way, ${done}. Stop it, or wait until it is over.`;
}

/** Which blocks a scan covers; empty where it covers all. */
export function coveredSentence({ first, blocks }: ScanProgress, all: number): string {
  return blocks === all ? '' : ` ${blocksText(first, blocks)} only.`;
}

/** The scan in a figure and what it means, for a card. */
export function scanShort(
  { scanState, scanPasses, mode }: TargetStatus,
  progress: ScanProgress | null,
  now: number,
): { value: string; unit: string } {
  if (progress !== null) {
    const value = `${(progress.part * 100).toFixed(1)} %`;
    if (scanState === 'paused') return { value, unit: 'paused' };
    return mode === 'halted' ? { value, unit: 'waiting' } : { value, unit: `done.${timeLeft(progress, now)}` };
  }
  const unit = scanState === 'off' ? 'whole disk read; only on request' : 'whole disk read';
  return { value: scanPasses === 0 ? 'Never' : formatCounted(scanPasses, 'time'), unit };
}

const MINUTE = 60_000;
/** Before so much is done, what is left cannot be told from it. */
const LEAST_PART = 0.01;

/** How long it may still take, judged by what it took so far; empty while that says nothing. */
export function timeLeft({ part, began }: ScanProgress, now: number): string {
  if (began === null || part < LEAST_PART || now <= began) return '';
  const minutes = Math.ceil((((now - began) / part) * (1 - part)) / MINUTE);
  if (minutes < 90) return ` About ${formatCounted(Math.max(1, minutes), 'minute')} left.`;
  const hours = Math.round(minutes / 60);
  return hours < 48
    ? ` About ${formatCounted(hours, 'hour')} left.`
    : ` About ${formatCounted(Math.round(hours / 24), 'day')} left.`;
}
