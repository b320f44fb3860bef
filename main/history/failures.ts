import { appError, type AppError } from '../../app/errors.ts';
import { NewerSchema } from './migrations.ts';

/** Primary result codes of SQLite that are told apart (https://www.sqlite.org/rescode.html). */
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** Thrown where SQLite's own check finds the database damaged. */
export class Damaged extends Error {}

function resultCode(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !('errcode' in thrown) || typeof thrown.errcode !== 'number') return null;
  // The low byte is the primary code, what is above it says more.
  return thrown.errcode & 0xff;
}

export function isDamage(thrown: unknown): boolean {
  const code = resultCode(thrown);
  return thrown instanceof Damaged || code === CORRUPT || code === NOTADB;
}

/** Whether the file or its folder is to blame; anything else that is thrown is a defect of this program. */
export function isTrouble(thrown: unknown): boolean {
  if (thrown instanceof NewerSchema || isDamage(thrown)) return true;
  return resultCode(thrown) !== null || (thrown instanceof Error && 'syscall' in thrown);
}

/** Why no history can be kept or read, for people. */
export function historyError(thrown: unknown, path: string): AppError {
  const detail = `${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  const stopped = 'Readings and events are not kept at this moment';
  if (thrown instanceof NewerSchema) {
    return unavailable(
      `${stopped}: the history was made by a newer version of this program.`,
      'Install the newer version again, or move the file away to begin a new history. It was not changed.',
      detail,
    );
  }
  switch (resultCode(thrown)) {
    case FULL:
      return unavailable(
        `${stopped}: there is no room left for the history.`,
        'Free some space. Everything else goes on, and this is tried again by itself.',
        detail,
      );
    case BUSY:
      return unavailable(
        `${stopped}: another program holds the history's file.`,
        'Close the other window or program. This is tried again by itself.',
        detail,
      );
    case READONLY:
    case IOERR:
    case CANTOPEN:
    case null:
    default:
      return unavailable(
        `${stopped}: the history's file cannot be written.`,
        'See that its folder exists and is yours to write. Everything else goes on, and this is tried again by itself.',
        detail,
      );
  }
}

function unavailable(sentence: string, remedy: string, detail: string): AppError {
  return appError('history-unavailable', sentence, remedy, detail);
}
