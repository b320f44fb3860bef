import { Emitter, type Listener, type Unsubscribe } from '../events.ts';
import { LabError } from '../errors.ts';
import { SectorSet, type SectorRange } from './ranges.ts';

/** What a request does with the disk, as far as faults are concerned. */
export type Operation = 'read' | 'write' | 'flush';

interface FaultBase {
  /** Which operations meet the fault; default all but flush. */
  readonly operations?: readonly Operation[];
  /** Where the fault is; default everywhere. A flush has no place and meets only faults that are everywhere. */
  readonly ranges?: readonly SectorRange[];
}

/** Sectors that cannot be read or written. */
export interface MediumFault extends FaultBase {
  readonly kind: 'medium';
  /** How many requests fail before the fault goes away by itself; default never. */
  readonly failures?: number;
  /**
   * A sector that could not be read becomes good when it is written, as on a real drive; default true. It has no
   * effect while the same fault also fails writes.
   */
  readonly healOnWrite?: boolean;
}

/** Sectors that take long. */
export interface SlowFault extends FaultBase {
  readonly kind: 'slow';
  readonly delayMs: number;
}

/** Requests that are never answered, until the fault is removed. */
export interface HangFault extends FaultBase {
  readonly kind: 'hang';
}

export type Fault = MediumFault | SlowFault | HangFault;
export type FaultId = number;

export interface ActiveFault {
  readonly id: FaultId;
  readonly kind: Fault['kind'];
  readonly operations: readonly Operation[];
  /** Undefined when the fault is everywhere. */
  readonly ranges: readonly SectorRange[] | undefined;
  readonly failuresLeft: number | undefined;
}

/** A request met a fault at `sector`. */
export interface FaultHit {
  readonly id: FaultId;
  readonly kind: Fault['kind'];
  readonly operation: Operation;
  readonly sector: number;
}

interface Rule {
  readonly id: FaultId;
  readonly fault: Fault;
  readonly operations: readonly Operation[];
  readonly sectors: SectorSet | undefined;
  failuresLeft: number;
  readonly removed: Promise<undefined>;
  readonly announceRemoval: () => void;
}

/** What the faults make of a request. */
export interface Verdict {
  /** The first sector that fails, or undefined when none does. A failing flush gives -1. */
  readonly badSector: number | undefined;
  readonly delayMs: number;
  /** Settles when no fault holds the request back any more; undefined when none does. */
  readonly held: Promise<void> | undefined;
}

/** The faults of one disk. They can be added and removed while the machine runs and hold for the next request. */
export class FaultTable {
  readonly #rules = new Map<FaultId, Rule>();
  readonly #sectors: number;
  readonly #changed = new Emitter<void>();
  readonly #hits = new Emitter<FaultHit>();
  #nextId = 1;

  readonly #counted: boolean;

  /** With `counted` false, faults that end after a number of failures are refused; see `medium.ts`. */
  constructor(sectors: number, options: { counted: boolean } = { counted: true }) {
    this.#sectors = sectors;
    this.#counted = options.counted;
  }

  /** Any fault was added, removed or healed. */
  onChange(listener: Listener<void>): Unsubscribe {
    return this.#changed.on(listener);
  }

  /** A request met a fault. */
  onHit(listener: Listener<FaultHit>): Unsubscribe {
    return this.#hits.on(listener);
  }

  add(fault: Fault): FaultId {
    if (!this.#counted && fault.kind === 'medium' && fault.failures !== undefined) {
      throw new LabError('bad-option', 'A disk with medium "blkdebug" cannot count failures; leave "failures" out.');
    }
    for (const { first, count } of fault.ranges ?? []) {
      const fits = Number.isSafeInteger(first) && Number.isSafeInteger(count) && first >= 0 && count > 0;
      if (!fits || first + count > this.#sectors) {
        throw new LabError(
          'bad-option',
          `A fault at sector ${String(first)}, ${String(count)} long, is not on the disk; ` +
            `give sectors from 0 to ${String(this.#sectors - 1)}.`,
        );
      }
    }
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const id = this.#nextId++;
    this.#rules.set(id, {
      id,
      fault,
      operations: fault.operations ?? ['read', 'write'],
      sectors: fault.ranges === undefined ? undefined : new SectorSet(fault.ranges),
      failuresLeft: fault.kind === 'medium' ? (fault.failures ?? Infinity) : Infinity,
      removed: promise,
      announceRemoval: () => {
        resolve(undefined);
      },
    });
    this.#changed.emit();
    return id;
  }

  /** Whether there was such a fault. */
  remove(id: FaultId): boolean {
    const rule = this.#rules.get(id);
    if (rule === undefined) return false;
    this.#drop(rule);
    this.#changed.emit();
    return true;
  }

  /** Makes the sectors good for every fault that has a place. */
  heal(range: SectorRange): void {
    for (const rule of [...this.#rules.values()]) {
      rule.sectors?.delete(range);
      if (rule.sectors?.isEmpty === true) this.#drop(rule);
    }
    this.#changed.emit();
  }

  clear(): void {
    for (const rule of [...this.#rules.values()]) this.#drop(rule);
    this.#changed.emit();
  }

  list(): ActiveFault[] {
    return [...this.#rules.values()].map((rule) => ({
      id: rule.id,
      kind: rule.fault.kind,
      operations: rule.operations,
      ranges: rule.sectors?.ranges(),
      failuresLeft: Number.isFinite(rule.failuresLeft) ? rule.failuresLeft : undefined,
    }));
  }

  /** Judges a request, counting it against faults that last for a number of failures. */
  judge(operation: Operation, range: SectorRange): Verdict {
    let badSector: number | undefined;
    let delayMs = 0;
    let culprit: Rule | undefined;
    const held: Promise<undefined>[] = [];
    for (const rule of this.#rules.values()) {
      if (!rule.operations.includes(operation)) continue;
      const sector = this.#where(rule, operation, range);
      if (sector === undefined) continue;
      switch (rule.fault.kind) {
        case 'medium':
          if (badSector === undefined || sector < badSector) {
            badSector = sector;
            culprit = rule;
          }
          break;
        case 'slow':
          delayMs = Math.max(delayMs, rule.fault.delayMs);
          this.#hits.emit({ id: rule.id, kind: 'slow', operation, sector });
          break;
        case 'hang':
          held.push(rule.removed);
          this.#hits.emit({ id: rule.id, kind: 'hang', operation, sector });
          break;
      }
    }
    if (culprit !== undefined && badSector !== undefined) this.#count(culprit, operation, badSector);
    return { badSector, delayMs, held: held.length > 0 ? Promise.all(held).then(() => undefined) : undefined };
  }

  /** The sectors of a request were written: those that could not be read are good now. */
  written(range: SectorRange): void {
    let changed = false;
    for (const rule of [...this.#rules.values()]) {
      if (rule.fault.kind !== 'medium' || rule.fault.healOnWrite === false) continue;
      if (rule.operations.includes('write') || rule.sectors?.firstIn(range) === undefined) continue;
      rule.sectors.delete(range);
      changed = true;
      if (rule.sectors.isEmpty) this.#drop(rule);
    }
    if (changed) this.#changed.emit();
  }

  #where(rule: Rule, operation: Operation, range: SectorRange): number | undefined {
    if (rule.sectors === undefined) return operation === 'flush' ? -1 : range.first;
    return operation === 'flush' ? undefined : rule.sectors.firstIn(range);
  }

  #count(rule: Rule, operation: Operation, sector: number): void {
    rule.failuresLeft -= 1;
    if (rule.failuresLeft <= 0) {
      this.#drop(rule);
      this.#changed.emit();
    }
    this.#hits.emit({ id: rule.id, kind: rule.fault.kind, operation, sector });
  }

  #drop(rule: Rule): void {
    this.#rules.delete(rule.id);
    rule.announceRemoval();
  }
}
