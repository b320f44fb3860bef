import { never, type Times } from '../forecast/times.ts';
import type { Trouble } from '../forecast/where.ts';

/** How often something was met at least, and the first and last time of it, Unix milliseconds; null where not known. */
export interface Seen {
  readonly count: number;
  readonly firstSeen: number | null;
  readonly rose: number | null;
}

/**
 * What a pair's events told of its main disk's troubles, for a forecast. All of it only grows. The spare knows less: a
 * crash takes its newest events and counts with it, and its ring goes round.
 */
export interface EventTimes {
  /** Reads that succeeded only when they were tried again. */
  readonly soft: Seen;
  readonly slow: Seen;
  /** When blocks were found unreadable, by whatever read them, those included that are readable again. */
  readonly pending: Times;
  /** Blocks that a scan was the first to find unreadable, each once; of more than {@link MAX_FOUND} only so many. */
  readonly foundByScan: { readonly blocks: ReadonlySet<number> } & Omit<Seen, 'count'>;
  /** Blocks that were read slowly, with the last time that each was; the newest {@link MAX_SLOW}. */
  readonly slowBlocks: readonly Trouble[];
  /** All events of at least one whole scan are known, from its beginning to its end. */
  readonly wholeScan: boolean;
}

/** From some thousand blocks on, more of them change no forecast. */
export const MAX_FOUND = 65_536;
export const MAX_SLOW = 4096;

const neverSeen: Seen = { count: 0, firstSeen: null, rose: null };

export const nothingMet: EventTimes = {
  soft: neverSeen,
  slow: neverSeen,
  pending: never,
  foundByScan: { blocks: new Set(), firstSeen: null, rose: null },
  slowBlocks: [],
  wholeScan: false,
};
