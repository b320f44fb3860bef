import { FOUND_BY_SCAN, type TargetEvent } from '../../app/domain/target.ts';
import { MAX_FOUND, MAX_SLOW, type EventTimes, type Seen } from '../../app/history/event-times.ts';
import { including, type Times } from '../../app/forecast/times.ts';

/**
 * What events tell of a disk's troubles: what is remembered of them, and those that come. They may come in any order and
 * as often as they like: only sets and first and last times are made of them.
 */
export class EventMemory implements EventTimes {
  #soft: Seen;
  #slow: Seen;
  #pending: Times;
  #wholeScan: boolean;
  readonly #found: Set<number>;
  #foundTimes: Times;
  /** Last time by block; the block that was slow last comes last. */
  readonly #slowBlocks: Map<number, number>;
  #lastNumber: number | null = null;
  /** The beginning of a scan and all that came since then are known. */
  #sawBeginning = false;

  constructor({ soft, slow, pending, foundByScan, slowBlocks, wholeScan }: EventTimes) {
    this.#soft = soft;
    this.#slow = slow;
    this.#pending = pending;
    this.#wholeScan = wholeScan;
    this.#found = new Set(foundByScan.blocks);
    this.#foundTimes = { firstSeen: foundByScan.firstSeen, rose: foundByScan.rose };
    const oldestFirst = slowBlocks.toSorted((a, b) => a.milliseconds - b.milliseconds);
    this.#slowBlocks = new Map(oldestFirst.map(({ block, milliseconds }) => [block, milliseconds]));
  }

  get soft(): Seen {
    return this.#soft;
  }

  get slow(): Seen {
    return this.#slow;
  }

  get pending(): Times {
    return this.#pending;
  }

  get foundByScan(): EventTimes['foundByScan'] {
    return { blocks: this.#found, ...this.#foundTimes };
  }

  get slowBlocks(): EventTimes['slowBlocks'] {
    return [...this.#slowBlocks].map(([block, milliseconds]) => ({ block, milliseconds }));
  }

  get wholeScan(): boolean {
    return this.#wholeScan;
  }

  /** Takes in events, ascending by number. */
  add(events: readonly TargetEvent[]): void {
    for (const event of events) this.#add(event);
  }

  #add({ number, milliseconds, type, block, detail }: TargetEvent): void {
    if (number - 1 !== this.#lastNumber) this.#sawBeginning = false;
    this.#lastNumber = number;
    switch (type) {
      case 'scan_start':
        this.#sawBeginning = true;
        break;
      case 'scan_end':
        this.#wholeScan ||= this.#sawBeginning && detail === 'complete';
        this.#sawBeginning = false;
        break;
      case 'soft':
        this.#soft = { ...this.#soft, ...including(this.#soft, milliseconds) };
        break;
      case 'slow':
        this.#slow = { ...this.#slow, ...including(this.#slow, milliseconds) };
        if (block !== null) this.#wasSlow(block, milliseconds);
        break;
      case 'pending':
        this.#pending = including(this.#pending, milliseconds);
        if (block === null || detail !== FOUND_BY_SCAN) break;
        this.#foundTimes = including(this.#foundTimes, milliseconds);
        if (this.#found.size < MAX_FOUND) this.#found.add(block);
        break;
      case 'remap':
      case 'unmap':
      case 'recovered':
      case 'spare_bad':
      case 'low_spare':
      case 'spent':
      case 'halted':
      case 'continued':
      case 'metadata_repaired':
      case 'metadata_failed':
      case 'set':
      case 'activate':
      case 'deactivate':
        break;
    }
  }

  #wasSlow(block: number, milliseconds: number): void {
    const last = Math.max(milliseconds, this.#slowBlocks.get(block) ?? 0);
    this.#slowBlocks.delete(block);
    this.#slowBlocks.set(block, last);
    const [oldest] = this.#slowBlocks.keys();
    if (this.#slowBlocks.size > MAX_SLOW && oldest !== undefined) this.#slowBlocks.delete(oldest);
  }
}
