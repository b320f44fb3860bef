import { appError, type AppError } from '../../app/errors.ts';

/** A tool or the kernel wrote something that does not fit what is known of it. Nothing is guessed from it. */
export function unreadable(what: string, text: string): AppError {
  return appError(
    'tool-failed',
    `The system described ${what} in a way this program does not understand.`,
    'The kernel module, the system tools or this program may be of a newer version: install matching versions.',
    `could not read ${what} from: ${JSON.stringify(text.slice(0, 2000))}`,
  );
}

/** A decimal non-negative integer that a number holds exactly. */
export function parseCount(text: string | undefined, what: string, line: string): number {
  if (text === undefined || !/^\d{1,16}$/.test(text)) throw unreadable(what, line);
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw unreadable(what, line);
  return value;
}

/** As {@link parseCount}, with `-` for none. */
export function parseCountOrNone(text: string | undefined, what: string, line: string): number | null {
  return text === '-' ? null : parseCount(text, what, line);
}

/** Lines of `text` without the empty ones. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
