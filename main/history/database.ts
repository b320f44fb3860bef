import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { AppError } from '../../app/errors.ts';
import { historyHealthSchema, type HistoryHealth } from '../../app/history/schema.ts';
import type { Log } from '../ports.ts';
import { Damaged, historyError, isDamage, isFull, isTrouble } from './failures.ts';
import { migrate } from './migrations.ts';

/** What cannot be written is tried again after this long, in milliseconds. */
export const TRY_AGAIN_MS = 30_000;
/** How long another program's lock is waited for, in milliseconds. The whole program waits with it. */
const LOCK_WAIT_MS = 500;
const PAGE_BYTES = 4096;
/** Most that a database takes on the disk, its log aside: a storm of events must not fill the user's disk. */
const MAX_BYTES = 512 * 1024 * 1024;
/** Pages that one change to the database may need: 8 MiB. */
const LAST_PAGES = 2048;
const MEMORY = ':memory:';

export interface DatabaseOptions {
  /** `:memory:` for one that is forgotten at the end. */
  readonly path: string;
  readonly log: Log;
  readonly maxBytes?: number;
  /** Monotonic, in milliseconds. */
  readonly uptime?: () => number;
  /** Called with each file that is opened, before anything else is done with it. */
  readonly opened?: (db: DatabaseSync) => void;
}

/**
 * The file and its troubles: opened when first used, a damaged one set aside, one that cannot be written tried again
 * later. What cannot be done throws an `AppError` that says why, and {@link health} says it too.
 */
export class HistoryDatabase {
  readonly #path: string;
  readonly #log: Log;
  readonly #maxPages: number;
  readonly #uptime: () => number;
  readonly #opened: (db: DatabaseSync) => void;
  readonly #listeners = new Set<() => void>();
  #db: DatabaseSync | null = null;
  #error: AppError | null = null;
  #setAside: HistoryHealth['setAside'] = null;
  #tryAgainAt = 0;
  #closed = false;

  constructor({ path, log, maxBytes = MAX_BYTES, uptime = () => performance.now(), opened }: DatabaseOptions) {
    this.#path = path;
    this.#log = log;
    this.#maxPages = Math.ceil(maxBytes / PAGE_BYTES);
    this.#uptime = uptime;
    this.#opened = opened ?? ((): void => undefined);
  }

  get health(): HistoryHealth {
    return { error: this.#error?.data ?? null, setAside: this.#setAside };
  }

  onHealth(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads, also while nothing can be written. */
  read<T>(action: (db: DatabaseSync) => T): T {
    if (this.#db === null && this.#error !== null && this.#uptime() < this.#tryAgainAt) throw this.#error;
    return this.#guarded((db) => action(db));
  }

  /** Does all of `action` or nothing of it. */
  write<T>(action: (db: DatabaseSync) => T): T {
    if (this.#error !== null && this.#uptime() < this.#tryAgainAt) throw this.#error;
    const result = this.#guarded((db) => transaction(db, action));
    this.#well();
    return result;
  }

  /** Ends for good; SQLite moves what is in its log into the file. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #guarded<T>(action: (db: DatabaseSync) => T): T {
    if (this.#closed) throw historyError(new Error('closed'), this.#path);
    try {
      return action((this.#db ??= this.#open()));
    } catch (thrown) {
      if (!isDamage(thrown)) throw this.#failed(thrown);
      this.#log.error({ path: this.#path, error: String(thrown) }, 'history damaged: set aside');
    }
    try {
      return action(this.#moveAside());
    } catch (thrown) {
      throw this.#failed(thrown);
    }
  }

  #open(): DatabaseSync {
    if (this.#path !== MEMORY) {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      // It holds serial numbers: nobody else reads it. SQLite gives its log the same mode.
      closeSync(openSync(this.#path, 'a', 0o600));
      chmodSync(this.#path, 0o600);
    }
    const db = new DatabaseSync(this.#path, { timeout: LOCK_WAIT_MS });
    try {
      // In WAL mode NORMAL loses nothing when a process dies, and at a power cut only the last moments.
      db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on');
      db.exec(`pragma max_page_count = ${this.#maxPages}`);
      const check = db.prepare('pragma quick_check(1)').get();
      if (check?.['quick_check'] !== 'ok') throw new Damaged(String(check?.['quick_check']));
      migrate(db);
      this.#opened(db);
      this.#setAside = readSetAside(db);
      return db;
    } catch (thrown) {
      db.close();
      throw thrown;
    }
  }

  /** Gives the damaged file and its log another name, under which SQLite's tools find both. */
  #moveAside(): DatabaseSync {
    this.#drop();
    const milliseconds = Date.now();
    const file = freeName(`${this.#path}.damaged-${new Date(milliseconds).toISOString().replaceAll(':', '-')}`);
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(this.#path + suffix)) renameSync(this.#path + suffix, file + suffix);
    }
    const db = (this.#db = this.#open());
    writeSetAside(db, (this.#setAside = { milliseconds, file: basename(file) }));
    this.#tell();
    return db;
  }

  #failed(thrown: unknown): unknown {
    if (!isTrouble(thrown)) return thrown;
    const limited = isFull(thrown) && this.#isAtLimit();
    const error = historyError(thrown, this.#path, limited ? this.#maxPages * PAGE_BYTES : null);
    this.#tryAgainAt = this.#uptime() + TRY_AGAIN_MS;
    const told = this.#error?.data;
    if (told?.detail !== error.data.detail || told?.sentence !== error.data.sentence) {
      this.#log.warn({ ...error.data }, 'history cannot be kept');
      this.#error = error;
      this.#tell();
    }
    return error;
  }

  /** Whether so little is left of what the file may take that a change would not fit, however much room the disk has. */
  #isAtLimit(): boolean {
    const pages = (pragma: 'page_count' | 'freelist_count'): number =>
      Number(this.#db?.prepare(`pragma ${pragma}`).get()?.[pragma] ?? 0);
    const left = this.#maxPages - pages('page_count') + pages('freelist_count');
    return left < Math.min(LAST_PAGES, this.#maxPages / 10);
  }

  #well(): void {
    if (this.#error === null) return;
    this.#error = null;
    this.#log.info({ path: this.#path }, 'history is kept again');
    this.#tell();
  }

  #drop(): void {
    const db = this.#db;
    this.#db = null;
    try {
      db?.close();
    } catch (thrown) {
      this.#log.warn({ path: this.#path, error: String(thrown) }, 'history not closed well');
    }
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function transaction<T>(db: DatabaseSync, action: (db: DatabaseSync) => T): T {
  db.exec('begin immediate');
  try {
    const result = action(db);
    db.exec('commit');
    return result;
  } catch (thrown) {
    // A full disk and a damaged file end the transaction by themselves.
    if (db.isTransaction) db.exec('rollback');
    throw thrown;
  }
}

function freeName(wanted: string): string {
  for (let turn = 1; ; turn += 1) {
    const name = turn === 1 ? wanted : `${wanted}-${turn}`;
    if (!existsSync(name)) return name;
  }
}

const SET_ASIDE = 'set-aside';

function writeSetAside(db: DatabaseSync, value: NonNullable<HistoryHealth['setAside']>): void {
  db.prepare('insert or replace into setting (name, value) values (?, ?)').run(SET_ASIDE, JSON.stringify(value));
}

function readSetAside(db: DatabaseSync): HistoryHealth['setAside'] {
  const row = db.prepare('select value from setting where name = ?').get(SET_ASIDE);
  return row === undefined ? null : historyHealthSchema.shape.setAside.parse(JSON.parse(String(row['value'])));
}
