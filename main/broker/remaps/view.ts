import type { RemapsQuery, RequestResult } from '../../../app/bridge/schema.ts';
import type { RemapRow } from '../../../app/domain/target.ts';
import { orderBy } from './order.ts';
import type { RemapTable } from './table.ts';

type Filter = RemapsQuery['filter'];
type Selection = Pick<RemapsQuery, 'sort' | 'filter'>;

/** Selections kept ready: a view that is scrolled asks for the same one again and again. */
const KEPT = 4;

/**
 * Answers range queries on a {@link RemapTable}. What a query selects is worked out once and kept until the table
 * changes, so that scrolling costs only the rows that are shown.
 */
export class RemapView {
  readonly #table: RemapTable;
  readonly #orders = new Map<RemapsQuery['sort'], Uint32Array>();
  /** Matching rows in ascending order, oldest use first. */
  readonly #selections = new Map<string, Uint32Array>();

  constructor(table: RemapTable) {
    this.#table = table;
  }

  /** To be called after each change of the table. */
  invalidate(): void {
    this.#orders.clear();
    this.#selections.clear();
  }

  /** Descending is the exact reverse of ascending, rows of equal value included. */
  query(query: Omit<RemapsQuery, 'connection' | 'name'>): RequestResult<'target.remaps'> {
    const selected = this.#select(query);
    const rows: RemapRow[] = [];
    const end = Math.min(selected.length, query.offset + query.limit);
    for (let at = query.offset; at < end; at += 1) {
      const index = selected[query.descending ? selected.length - 1 - at : at];
      if (index !== undefined) rows.push(this.#table.row(index));
    }
    return { rows, matched: selected.length, total: this.#table.length };
  }

  /** Rows at or after `fromBlock`, ascending by block. */
  rowsAt(fromBlock: number, limit: number): RemapRow[] {
    const first = this.#table.firstAtOrAfter(fromBlock);
    const end = Math.min(this.#table.length, first + limit);
    return Array.from({ length: Math.max(0, end - first) }, (_, offset) => this.#table.row(first + offset));
  }

  #select({ sort, filter }: Selection): Uint32Array {
    const name = JSON.stringify([sort, filter]);
    const kept = this.#selections.get(name);
    this.#selections.delete(name);
    const selected = kept ?? this.#filtered(this.#order(sort), filter);
    this.#selections.set(name, selected);
    const oldest = this.#selections.keys().next();
    if (this.#selections.size > KEPT && oldest.done !== true) this.#selections.delete(oldest.value);
    return selected;
  }

  #order(sort: RemapsQuery['sort']): Uint32Array {
    const kept = this.#orders.get(sort);
    if (kept !== undefined) return kept;
    const order = orderBy(this.#table, sort);
    this.#orders.set(sort, order);
    return order;
  }

  #filtered(order: Uint32Array, filter: Filter): Uint32Array {
    const table = this.#table;
    const states = new Set(filter.states);
    const causes = new Set(filter.causes);
    const from = filter.fromBlock ?? 0;
    const to = filter.toBlock ?? Number.POSITIVE_INFINITY;
    const everything = states.size === 0 && causes.size === 0 && from === 0 && filter.toBlock === null;
    if (everything && !filter.partialOnly) return order;
    return order.filter((index) => {
      const block = table.block(index);
      if (block < from || block > to) return false;
      const pending = table.isPending(index);
      if (states.size > 0 && !states.has(pending ? 'pending' : 'mapped')) return false;
      const cause = table.cause(index);
      if (causes.size > 0 && (cause === null || !causes.has(cause))) return false;
      return !filter.partialOnly || (!pending && table.residentSectors(index) < table.blockSectors);
    });
  }
}
