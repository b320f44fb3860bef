/** Bytes of a sector, the unit of every position on a disk in this project. */
export const SECTOR_BYTES = 512;

/** A run of 512-byte sectors. */
export interface SectorRange {
  readonly first: number;
  readonly count: number;
}

/** A set of sectors, kept as ascending, separate runs. */
export class SectorSet {
  #starts: number[] = [];
  #ends: number[] = [];

  constructor(ranges: readonly SectorRange[] = []) {
    for (const range of ranges) this.add(range);
  }

  get isEmpty(): boolean {
    return this.#starts.length === 0;
  }

  ranges(): SectorRange[] {
    return this.#starts.map((first, index) => ({ first, count: (this.#ends[index] ?? first) - first }));
  }

  /** The first sector of the set in the range, or undefined. */
  firstIn({ first, count }: SectorRange): number | undefined {
    const index = this.#firstEndingAfter(first);
    const start = this.#starts[index];
    return start !== undefined && start < first + count ? Math.max(start, first) : undefined;
  }

  add(range: SectorRange): void {
    this.#splice(range, true);
  }

  delete(range: SectorRange): void {
    this.#splice(range, false);
  }

  /** Index of the first run that ends after the sector. */
  #firstEndingAfter(sector: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? 0) > sector) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #splice({ first, count }: SectorRange, present: boolean): void {
    if (count <= 0) return;
    const end = first + count;
    const from = this.#firstEndingAfter(first);
    let to = from;
    while ((this.#starts[to] ?? Infinity) < end) to += 1;
    const starts: number[] = [];
    const ends: number[] = [];
    const keep = (start: number, stop: number): void => {
      if (start >= stop) return;
      starts.push(start);
      ends.push(stop);
    };
    if (to > from) keep(this.#starts[from] ?? 0, Math.min(first, this.#ends[from] ?? 0));
    if (present) keep(first, end);
    if (to > from) keep(Math.max(end, this.#starts[to - 1] ?? 0), this.#ends[to - 1] ?? 0);
    this.#starts.splice(from, to - from, ...starts);
    this.#ends.splice(from, to - from, ...ends);
  }
}
