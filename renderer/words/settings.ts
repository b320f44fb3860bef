import { settingKeys } from '../../app/domain/settings.ts';
import { formatBytes, formatCount, formatCounted } from '../../app/domain/units.ts';

const BYTES_PER_KIB = 1024;
const SECONDS_PER_DAY = 86_400;

/** What a setting means from now on. `detail` is that of the event `set`: key=value. */
export function settingSentence(detail: string | null): string {
  const [key = '', text = ''] = (detail ?? '').split('=');
  const value = Number(text);
  if (text === '' || !Number.isInteger(value)) return 'A setting was changed.';
  switch (key) {
    case settingKeys.scanRateKib:
      return value === 0
        ? 'The scan now reads as fast as the disk can.'
        : `The scan now reads at most ${formatBytes(value * BYTES_PER_KIB)} in a second.`;
    case settingKeys.scanIntervalSeconds:
      return value === 0 ? 'The disk is now scanned only when asked.' : `A scan now begins every ${interval(value)}.`;
    case settingKeys.softThreshold:
      return value === 0
        ? 'Weak blocks are now left where they are.'
        : `A block is now moved after ${formatCounted(value, 'read')} that had to be tried again.`;
    case settingKeys.lowSparePercent:
      return `The spare is now called low when ${value} % of it are free.`;
    default:
      return `The setting ${key} is now ${formatCount(value)}.`;
  }
}

function interval(seconds: number): string {
  const days = seconds / SECONDS_PER_DAY;
  if (days === 1) return 'day';
  return Number.isInteger(days) ? formatCounted(days, 'day') : formatCounted(seconds, 'second');
}
