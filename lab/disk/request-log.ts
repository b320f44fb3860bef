import { Emitter, type Listener, type Unsubscribe } from '../events.ts';

export type LoggedOperation = 'read' | 'write' | 'flush' | 'trim' | 'write-zeroes';

/** One request that reached a disk. */
export interface LogEntry {
  /** Position in the order in which requests reached all disks of the lab, from 1. */
  readonly number: number;
  readonly disk: string;
  readonly operation: LoggedOperation;
  /** First 512-byte sector; 0 for a flush. */
  readonly sector: number;
  /** 512-byte sectors; 0 for a flush. */
  readonly count: number;
  /** The request was to be durable by itself (forced unit access). */
  readonly fua: boolean;
  /** `open` until it is answered; `lost` when the power was cut first. */
  readonly result: 'open' | 'ok' | 'failed' | 'lost';
  /** Position among the answers, in the same count as `number`; 0 while open or when lost. */
  readonly answered: number;
  /** What was written, when the disk records data. */
  readonly data?: Buffer;
}

/** Gives the requests of all disks of a lab one order. */
export class RequestClock {
  #last = 0;

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}

type Mutable = { -readonly [key in keyof LogEntry]: LogEntry[key] };

/** The last requests of one disk, oldest first. */
export class RequestLog {
  readonly #clock: RequestClock;
  readonly #disk: string;
  readonly #limit: number;
  readonly #recordData: boolean;
  readonly #added = new Emitter<LogEntry>();
  #entries: Mutable[] = [];

  constructor(clock: RequestClock, disk: string, options: { limit: number; recordData: boolean }) {
    this.#clock = clock;
    this.#disk = disk;
    this.#limit = options.limit;
    this.#recordData = options.recordData;
  }

  /** A request reached the disk. */
  onRequest(listener: Listener<LogEntry>): Unsubscribe {
    return this.#added.on(listener);
  }

  /** The requests after the one numbered `after`, oldest first. Those beyond the log's limit are gone. */
  entries(after = 0): readonly LogEntry[] {
    return this.#entries.filter((entry) => entry.number > after);
  }

  /** The number of the last request of any disk so far; pass it to `entries` to see what comes from now on. */
  mark(): number {
    return this.#clock.next();
  }

  begin(
    operation: LoggedOperation,
    sector: number,
    count: number,
    options: { fua?: boolean; data?: Buffer } = {},
  ): (result: 'ok' | 'failed' | 'lost') => void {
    const entry: Mutable = {
      number: this.#clock.next(),
      disk: this.#disk,
      operation,
      sector,
      count,
      fua: options.fua ?? false,
      result: 'open',
      answered: 0,
      ...(this.#recordData && options.data !== undefined ? { data: Buffer.from(options.data) } : {}),
    };
    this.#entries.push(entry);
    // Dropping the older half at once keeps the cost of a request constant.
    if (this.#entries.length > this.#limit) this.#entries = this.#entries.slice(-Math.ceil(this.#limit / 2));
    this.#added.emit(entry);
    return (result) => {
      entry.result = result;
      entry.answered = result === 'lost' ? 0 : this.#clock.next();
    };
  }
}
