/** What a figure must reach: its ratio at least, or at most, so much. */
export type Aim = { readonly ratioAtLeast: number } | { readonly ratioAtMost: number };

/** One figure of a benchmark beside what it is measured against. */
export interface Figure {
  /** What was measured, such as `4k random read, 1,000 remaps`. */
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** The peer's figure from the same run, or the limit, in the same unit; null for a figure that is only told. */
  readonly against: number | null;
  /** See {@link besidePeer} and {@link besideLimit}; null without `against`. */
  readonly ratio: number | null;
  readonly aim: Aim | null;
  /** What else belongs to the figure, such as a maximum. */
  readonly note: string;
}

export type Outcome = 'met' | 'missed' | 'told';

interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly note?: string;
}

/**
 * A cost (instructions, bytes, time) beside a peer's. The ratio is peer ÷ value, the peer's cost as a part of ours: 1 is
 * as good as the peer, less is worse.
 *
 * @param atLeast - smallest ratio that is good enough, or null to tell it only
 */
export function besidePeer(measured: Measured, peer: number, atLeast: number | null): Figure {
  return {
    note: '',
    ...measured,
    against: peer,
    ratio: divide(peer, measured.value),
    aim: atLeast === null ? null : { ratioAtLeast: atLeast },
  };
}

/** A cost beside its limit. The ratio is value ÷ limit: at most 1 is good enough. */
export function besideLimit(measured: Measured, limit: number): Figure {
  return { note: '', ...measured, against: limit, ratio: divide(measured.value, limit), aim: { ratioAtMost: 1 } };
}

/** A figure that helps to read the others and has no aim. */
export function told(measured: Measured): Figure {
  return { note: '', ...measured, against: null, ratio: null, aim: null };
}

export function outcomeOf({ ratio, aim }: Pick<Figure, 'ratio' | 'aim'>): Outcome {
  if (aim === null) return 'told';
  // A figure that could not be divided has reached nothing.
  if (ratio === null || !Number.isFinite(ratio)) return 'missed';
  const met = 'ratioAtLeast' in aim ? ratio >= aim.ratioAtLeast : ratio <= aim.ratioAtMost;
  return met ? 'met' : 'missed';
}

function divide(dividend: number, divisor: number): number {
  if (!(dividend >= 0) || !(divisor > 0)) {
    throw new RangeError(`a ratio of ${String(dividend)} and ${String(divisor)} says nothing`);
  }
  return dividend / divisor;
}
