import type { LabAction } from '../../../app/bridge/lab.ts';

export type Pattern = Extract<LabAction, { action: 'add-pattern' }>['pattern'];

/** A run of 512-byte sectors. */
export interface Run {
  readonly first: number;
  readonly count: number;
}

/**
 * Bad spots for every million sectors that a pattern begins with: enough that a workload which writes a few hundred
 * blocks a second all over the disk meets one within seconds.
 */
const SPOTS_PER_MILLION = { scattered: 900, cluster: 600, 'growing-cluster': 100, 'dying-disk': 150 } as const;
/** Of these, the part that a growing pattern adds at each step. */
const GROWTH = 1 / 10;
/** Sectors of the longest bad spot: a scratch over two blocks of 4 KiB. */
const LONGEST_SPOT = 16;
/** A cluster lies within this part of the disk. */
const CLUSTER_PART = 1 / 64;
/** A dying disk has this many weak places, and one spot in four lies outside them. */
const WEAK_PLACES = 4;

/** Numbers from 0 to 1 (not included), the same for the same seed. */
export type Random = () => number;

/**
 * Where sectors go bad. The same seed gives the same places in the same order.
 *
 * Nothing goes bad in the first and the last 2,048 sectors (1 MiB), where a file system keeps what it cannot do without:
 * the pattern shows an aging disk, not an unreadable one.
 */
export class PatternSource {
  readonly #pattern: Pattern;
  readonly #sectors: number;
  readonly #random: Random;
  readonly #centres: readonly number[];
  #steps = 0;

  /** @param sectors - of the disk, at least 8,192 */
  constructor(pattern: Pattern, sectors: number, random: Random) {
    this.#pattern = pattern;
    this.#sectors = sectors;
    this.#random = random;
    const centres = pattern === 'dying-disk' ? WEAK_PLACES : 1;
    this.#centres = Array.from({ length: centres }, () => 0.1 + random() * 0.8);
  }

  /** Whether more goes bad as time passes. */
  get grows(): boolean {
    return this.#pattern === 'growing-cluster' || this.#pattern === 'dying-disk';
  }

  /** What is bad at once. */
  begin(): Run[] {
    return this.#spots(this.#initial);
  }

  /** What goes bad next: a cluster grows steadily, a dying disk faster and faster. */
  grow(): Run[] {
    this.#steps += 1;
    const faster = this.#pattern === 'dying-disk' ? 1 + this.#steps / 10 : 1;
    return this.#spots(Math.ceil(this.#initial * GROWTH * faster));
  }

  get #initial(): number {
    return Math.ceil((SPOTS_PER_MILLION[this.#pattern] * this.#sectors) / 1_000_000);
  }

  #spots(count: number): Run[] {
    return Array.from({ length: count }, () => this.#spot());
  }

  #spot(): Run {
    const scattered = this.#pattern === 'scattered' || (this.#pattern === 'dying-disk' && this.#random() < 0.25);
    const count = 1 + Math.floor(this.#random() ** 2 * LONGEST_SPOT);
    const margin = 2_048;
    const room = this.#sectors - 2 * margin - count;
    let place = this.#random();
    if (!scattered) {
      const centre = this.#centres[Math.floor(this.#random() * this.#centres.length)] ?? 0.5;
      // A growing cluster creeps outwards; the others keep to their place.
      const reach = this.#pattern === 'growing-cluster' ? Math.min(1, 0.2 + this.#steps / 50) : 1;
      place = Math.min(1, Math.max(0, centre + (place - 0.5) * CLUSTER_PART * reach));
    }
    return { first: margin + Math.floor(place * room), count };
  }
}
