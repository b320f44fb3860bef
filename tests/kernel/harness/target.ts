import type { ExecOutcome } from '../../../lab/index.ts';
import {
  parseEvents,
  parseHealth,
  parseRemaps,
  parseStatus,
  type EventRow,
  type HealthRow,
  type Page,
  type RemapRow,
  type Status,
} from './answers.ts';
import type { KernelLab } from './kernel-lab.ts';

export interface TableOptions {
  readonly start?: number;
  /** 512-byte sectors. */
  readonly length: number;
  /** Path or major:minor. */
  readonly main: string;
  readonly spare: string;
  readonly blockSectors: number;
  readonly features?: readonly string[];
  readonly core?: Readonly<Record<string, string | number>>;
}

/** The words of a table line; counts of arguments are left out where nothing follows. */
export function tableLine({ start = 0, length, main, spare, blockSectors, features, core }: TableOptions): string {
  const pairs = Object.entries(core ?? {}).flatMap(([key, value]) => [key, String(value)]);
  const optional =
    features === undefined && pairs.length === 0
      ? []
      : [
          String(features?.length ?? 0),
          ...(features ?? []),
          ...(pairs.length === 0 ? [] : [String(pairs.length), ...pairs]),
        ];
  return [start, length, 'remap', main, spare, blockSectors, ...optional].join(' ');
}

/** The errno in a complaint of dmsetup, by its name. */
export function errnoOf({ code, stderr }: ExecOutcome): string | null {
  if (code === 0) return null;
  const names: Readonly<Record<string, string>> = {
    'Invalid argument': 'EINVAL',
    'No space left on device': 'ENOSPC',
    'Input/output error': 'EIO',
    'Device or resource busy': 'EBUSY',
    'No such device or address': 'ENXIO',
    'No such file or directory': 'ENOENT',
    'No such device': 'ENODEV',
    'No data available': 'ENODATA',
    'Protocol not supported': 'EPROTONOSUPPORT',
    'Read-only file system': 'EROFS',
    'Operation not supported': 'EOPNOTSUPP',
    'Permission denied': 'EACCES',
    'Structure needs cleaning': 'EUCLEAN',
    'Interrupted system call': 'EINTR',
    'Operation not permitted': 'EPERM',
    'Block device required': 'ENOTBLK',
    'File exists': 'EEXIST',
    'File name too long': 'ENAMETOOLONG',
    'Value too large for defined data type': 'EOVERFLOW',
    'Cannot allocate memory': 'ENOMEM',
  };
  for (const [text, name] of Object.entries(names)) if (stderr.includes(text)) return name;
  return `unknown: ${stderr.trim()}`;
}

/** A mapped device in the guest. */
export class Target {
  readonly kernelLab: KernelLab;
  readonly name: string;

  constructor(kernelLab: KernelLab, name: string) {
    this.kernelLab = kernelLab;
    this.name = name;
  }

  get path(): string {
    return `/dev/mapper/${this.name}`;
  }

  /** `dmsetup create`, whatever comes of it. `table` may have several lines. */
  async tryCreate(table: string): Promise<ExecOutcome> {
    return this.#dmsetup(['create', this.name], table);
  }

  async create(table: string): Promise<void> {
    this.#require(await this.tryCreate(table), `create with the table ${table}`);
  }

  /** Loads a table into the inactive slot. */
  async tryReload(table: string): Promise<ExecOutcome> {
    return this.#dmsetup(['reload', this.name], table);
  }

  async reload(table: string): Promise<void> {
    this.#require(await this.tryReload(table), `reload with the table ${table}`);
  }

  async suspend(...options: readonly ('--noflush' | '--nolockfs')[]): Promise<void> {
    this.#require(await this.#dmsetup(['suspend', ...options, this.name]), 'suspend');
  }

  async tryResume(): Promise<ExecOutcome> {
    return this.#dmsetup(['resume', this.name]);
  }

  async resume(): Promise<void> {
    this.#require(await this.tryResume(), 'resume');
  }

  async tryRemove(): Promise<ExecOutcome> {
    return this.#dmsetup(['remove', this.name]);
  }

  async remove(): Promise<void> {
    this.#require(await this.tryRemove(), 'remove');
  }

  /** `dmsetup table`, without the line's end. */
  async table(): Promise<string> {
    return this.#require(await this.#dmsetup(['table', '--showkeys', this.name]), 'table').replace(/\n$/, '');
  }

  /** `dmsetup status`, without the line's end. */
  async statusLine(): Promise<string> {
    return this.#require(await this.#dmsetup(['status', '--noflush', this.name]), 'status').replace(/\n$/, '');
  }

  async status(): Promise<Status & { readonly start: number; readonly length: number }> {
    return parseStatus(await this.statusLine());
  }

  async message(...words: readonly (string | number)[]): Promise<ExecOutcome> {
    return this.messageAt(0, ...words);
  }

  /** A message to the target at a sector of the mapped device. */
  async messageAt(sector: number, ...words: readonly (string | number)[]): Promise<ExecOutcome> {
    // What follows the dashes is no option, even if it looks like one.
    return this.#dmsetup(['message', '--', this.name, String(sector), ...words.map(String)]);
  }

  /** Sends a message that must be taken, and returns its answer. */
  async ask(...words: readonly (string | number)[]): Promise<string> {
    return this.#require(await this.message(...words), `message ${words.join(' ')}`);
  }

  async remapsPage(cursor: number, max: number): Promise<Page<RemapRow>> {
    return parseRemaps(await this.ask('remaps', cursor, max));
  }

  /** All mapped and pending blocks. */
  async remaps(pageSize = 1000): Promise<RemapRow[]> {
    return this.#pages(0, (cursor) => this.remapsPage(cursor, pageSize));
  }

  async eventsPage(after: number, max: number): Promise<Page<EventRow>> {
    return parseEvents(await this.ask('events', after, max));
  }

  /** All events numbered above `after`. */
  async events(after = 0, pageSize = 1000): Promise<EventRow[]> {
    return this.#pages(after, (cursor) => this.eventsPage(cursor, pageSize));
  }

  async health(first: number, count: number, cells: number): Promise<readonly HealthRow[]> {
    return parseHealth(await this.ask('health', first, count, cells));
  }

  async #pages<T>(start: number, ask: (cursor: number) => Promise<Page<T>>): Promise<T[]> {
    const rows: T[] = [];
    for (let cursor: number | null = start; cursor !== null;) {
      const page: Page<T> = await ask(cursor);
      rows.push(...page.rows);
      if (page.next !== null && page.next <= cursor)
        throw new Error(`the cursor does not move on from ${String(cursor)}`);
      cursor = page.next;
    }
    return rows;
  }

  async #dmsetup(args: readonly string[], input?: string): Promise<ExecOutcome> {
    return this.kernelLab.dmsetup(args, input === undefined ? {} : { input });
  }

  #require(outcome: ExecOutcome, what: string): string {
    if (outcome.code !== 0) throw new Error(`dmsetup ${what}, of ${this.name}, failed: ${outcome.stderr}`);
    return outcome.stdout;
  }
}
