import type { RemapsQuery, RequestResult } from '../../../app/bridge/schema.ts';
import type { RemapRow, TargetEvent } from '../../../app/domain/target.ts';
import { MAX_ROWS } from '../../../app/protocol/methods.ts';
import type { MetTroubles } from '../../forecast/gather.ts';
import { RemapTable } from './table.ts';
import { troublesOf } from './troubles.ts';
import { RemapView } from './view.ts';

/** One page of the target's own table: rows from block `cursor` on, and the cursor of the next page. */
export type FetchPage = (cursor: number, max: number) => Promise<{ rows: RemapRow[]; next: number | null }>;

export interface RemapServicePorts {
  readonly fetch: FetchPage;
  /** Rows may have changed. */
  readonly changed: () => void;
  /** The whole table was taken in for the first time. */
  readonly loaded: () => void;
  /** A page could not be had; the table is behind until the next event or reload. */
  readonly failed: (thrown: unknown) => void;
}

/** Blocks whose row the event may have changed. */
function blockOf(event: TargetEvent): number | null {
  switch (event.type) {
    case 'remap':
    case 'unmap':
    case 'pending':
    case 'recovered':
      return event.block;
    case 'soft':
    case 'slow':
    case 'spare_bad':
    case 'low_spare':
    case 'spent':
    case 'halted':
    case 'continued':
    case 'metadata_repaired':
    case 'metadata_failed':
    case 'scan_start':
    case 'scan_end':
    case 'set':
    case 'activate':
    case 'deactivate':
      return null;
  }
}

/** Named blocks that lie at most this many known rows apart are fetched with one call. */
const NEAR_ROWS = 16;
/** With more blocks named than this, fetching the whole table again costs less than fetching them. */
const MANY_BLOCKS = 4 * MAX_ROWS;

/**
 * Keeps one device's remap table the same as the target's: all pages once, then only the blocks that events name. Fetches
 * follow each other, never side by side, so that an answer is never older than one already taken in.
 */
export class RemapService {
  readonly #ports: RemapServicePorts;
  readonly #table: RemapTable;
  readonly #view: RemapView;
  readonly #named = new Set<number>();
  /** Next block of a full load, null when none is under way. */
  #loadFrom: number | null = null;
  /** Raised by each reload, so that a page of the one before does not count for it. */
  #loads = 0;
  #working: Promise<void> | null = null;
  #stopped = false;
  #known = false;

  constructor(blockSectors: number, ports: RemapServicePorts) {
    this.#ports = ports;
    this.#table = new RemapTable(blockSectors);
    this.#view = new RemapView(this.#table);
  }

  /** Fetches the whole table again. What is known stays until the answer is there. */
  reload(): void {
    this.#named.clear();
    this.#loadFrom = 0;
    this.#loads += 1;
    this.resume();
  }

  /** Takes in what events told. */
  follow(events: readonly TargetEvent[]): void {
    for (const event of events) {
      const block = blockOf(event);
      if (block !== null) this.#named.add(block);
    }
    if (this.#named.size > MANY_BLOCKS) this.reload();
    else this.resume();
  }

  /** Goes on with what is left to fetch, if anything: after a failure nothing is fetched until this is called. */
  resume(): void {
    if (this.#stopped || this.#working !== null || !this.#hasWork()) return;
    this.#working = this.#drain().then(
      () => {
        this.#working = null;
        this.resume();
      },
      (thrown: unknown) => {
        this.#working = null;
        if (!this.#stopped) this.#ports.failed(thrown);
      },
    );
  }

  /** Asks for nothing more. What is known stays and can be queried. */
  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when everything told so far is in the table, or could not be fetched. */
  async settled(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  query(query: Omit<RemapsQuery, 'connection' | 'name'>): RequestResult<'target.remaps'> {
    return this.#view.query(query);
  }

  rowsAt(fromBlock: number, limit: number): RemapRow[] {
    return this.#view.rowsAt(fromBlock, limit);
  }

  /** Whether the whole table was taken in once. */
  get isKnown(): boolean {
    return this.#known;
  }

  /** Whether rows are still being fetched: the table is behind what events and the status say. */
  get isBehind(): boolean {
    return this.#working !== null || this.#hasWork();
  }

  /** Blocks that failed; those that were moved on request are not among them. */
  troubles(): MetTroubles {
    return troublesOf(this.#table);
  }

  get byteLength(): number {
    return this.#table.byteLength;
  }

  #hasWork(): boolean {
    return this.#named.size > 0 || this.#loadFrom !== null;
  }

  async #drain(): Promise<void> {
    while (!this.#stopped) {
      // Named blocks first: they are what somebody watches at this moment.
      if (this.#named.size > 0) await this.#fetchNamed();
      else if (this.#loadFrom !== null) await this.#loadPage(this.#loadFrom);
      else return;
    }
  }

  async #loadPage(from: number): Promise<void> {
    const load = this.#loads;
    const next = await this.#fetch(from, MAX_ROWS);
    if (this.#loads !== load) return;
    this.#loadFrom = next;
    if (next !== null || this.#known) return;
    this.#known = true;
    this.#ports.loaded();
  }

  async #fetchNamed(): Promise<void> {
    const { blocks, rows } = this.#nextGroup();
    for (const block of blocks) this.#named.delete(block);
    try {
      await this.#fetch(blocks[0] ?? 0, rows);
    } catch (thrown) {
      for (const block of blocks) this.#named.add(block);
      throw thrown;
    }
  }

  /** The lowest named block with those near it, and the rows that a call for all of them has to bring. */
  #nextGroup(): { blocks: number[]; rows: number } {
    const sorted = [...this.#named].sort((a, b) => a - b);
    const first = this.#table.firstAtOrAfter(sorted[0] ?? 0);
    let last = first;
    let count = 0;
    for (const block of sorted) {
      const index = this.#table.firstAtOrAfter(block);
      if (index - last > NEAR_ROWS || index - first + count + 1 > MAX_ROWS) break;
      last = index;
      count += 1;
    }
    // Each named block may be a row that is not known yet, between those that are.
    return { blocks: sorted.slice(0, count), rows: last - first + count };
  }

  /** Takes in up to `max` rows from block `from` on; returns the block where the next page begins, null at the end. */
  async #fetch(from: number, max: number): Promise<number | null> {
    const { rows, next } = await this.#ports.fetch(from, max);
    if (next !== null && next <= from) throw new RangeError(`page ${from} of the remap table leads back to ${next}`);
    const to = next === null ? Number.MAX_SAFE_INTEGER - 1 : next - 1;
    if (!this.#stopped && this.#table.replaceRange(from, to, rows)) {
      this.#view.invalidate();
      this.#ports.changed();
    }
    return next;
  }
}
