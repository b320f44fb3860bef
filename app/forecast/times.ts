/** First and last time that something was met, Unix milliseconds; null of both when it never was. */
export interface Times {
  readonly firstSeen: number | null;
  readonly rose: number | null;
}

export const never: Times = { firstSeen: null, rose: null };

/** Of what was met in either. */
export function either(one: Times, other: Times): Times {
  const times = [one.firstSeen, one.rose, other.firstSeen, other.rose].filter((time) => time !== null);
  return times.reduce<Times>(including, never);
}

export function including({ firstSeen, rose }: Times, time: number): Times {
  return { firstSeen: Math.min(firstSeen ?? time, time), rose: Math.max(rose ?? time, time) };
}
