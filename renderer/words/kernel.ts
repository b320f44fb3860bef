import type { KernelLevel, KernelLogState } from '../../app/domain/kernel-message.ts';

/** A level as a word; the kernel's own names are abbreviations. */
export const levelWords: Readonly<Record<KernelLevel, string>> = {
  emerg: 'Emergency',
  alert: 'Alert',
  crit: 'Critical',
  err: 'Error',
  warning: 'Warning',
  notice: 'Notice',
  info: 'Info',
  debug: 'Debug',
};

export function isTrouble(level: KernelLevel): boolean {
  return ['emerg', 'alert', 'crit', 'err', 'warning'].includes(level);
}

/** Why nothing can be shown, with what to do; null where the log is read. */
export function notFollowed(log: KernelLogState): { sentence: string; remedy: string; detail: string } | null {
  switch (log.state) {
    case 'unknown':
    case 'followed':
      return null;
    case 'refused':
      return {
        sentence: 'The helper may not read the kernel’s log.',
        remedy: 'Open the connection again and allow it administrator rights; everything else works without.',
        detail: log.detail,
      };
    case 'unavailable':
      return {
        sentence: 'The kernel’s log cannot be read on this machine.',
        remedy: 'Everything else works without it.',
        detail: log.detail,
      };
  }
}
