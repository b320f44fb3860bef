import type { ScanProgress } from '../../../app/domain/scan.ts';
import type { TargetStatus } from '../../../app/domain/target.ts';
import { formatCounted } from '../../../app/domain/units.ts';

/** What a scan is for, or what becomes of the one under way, in one sentence. */
export function scanSentence({ scanState, scanPasses, mode }: TargetStatus): string {
  switch (scanState) {
    case 'running':
      return mode === 'halted' ? 'Waiting, since moving is halted.' : 'Reading the disk. It waits while you use it.';
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
