import { basename } from 'node:path';

import { formatBytes } from '../../app/domain/units.ts';
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

/** Whether SQLite found no room, on the disk or within the limit that the file was given. */
export function isFull(thrown: unknown): boolean {
  return resultCode(thrown) === FULL;
}

/**
 * Why no history can be kept or read, for people.
 *
 * @param limitBytes - what the file may take at most, where it is that which keeps it from growing; null otherwise
 */
export function historyError(thrown: unknown, path: string, limitBytes: number | null = null): AppError {
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
      if (limitBytes !== null) {
        const file = basename(path);
        return unavailable(
          `${stopped}: the history has grown to its own limit of ${formatBytes(limitBytes)}.`,
          `What it holds can still be read. It thins out what is old by itself, which may make room again; free space on the disk does not help. To begin a new one, close the program and move ${file}, ${file}-wal and ${file}-shm away: acknowledged alerts and mutes are in them too.`,
          detail,
        );
      }
      return unavailable(
        `${stopped}: there is no room left for the history.`,
        'Free some space on the disk. Everything else goes on, and this is tried again by itself.',
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
