import { kernelLevels, MAX_KERNEL_TEXT, type KernelLevel } from '../../app/domain/kernel-message.ts';

/** A line of the kernel log. */
export interface KernelRecord {
  readonly level: KernelLevel;
  /** Since the start of the machine, not counting what it slept. */
  readonly microseconds: number;
  readonly text: string;
}

/** A line of `dmesg --raw`: `<priority>[seconds.microseconds] text`. null for the later lines of a longer message. */
export function parseRecord(line: string): KernelRecord | null {
  const [, priority, seconds, fraction, text = ''] = /^<(\d{1,4})>\[ *(\d{1,10})\.(\d{6})\] ?(.*)$/s.exec(line) ?? [];
  if (priority === undefined || seconds === undefined || fraction === undefined) return null;
  // The three lower bits are the level, the others the facility.
  const level = kernelLevels[Number(priority) & 7];
  if (level === undefined) return null;
  return { level, microseconds: Number(seconds) * 1_000_000 + Number(fraction), text: printable(text) };
}

/** Devices have a say in what the kernel writes: control and direction characters are not passed on. */
function printable(text: string): string {
  return text
    .replaceAll(/[\p{C}\u2028\u2029]/gu, '\uFFFD')
    .trim()
    .slice(0, MAX_KERNEL_TEXT);
}
