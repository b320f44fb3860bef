/** Minutes of the day as a `time` field has them: `07:05`. */
export function toTime(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The minutes that a `time` field says, null where it says none. */
export function fromTime(text: string): number | null {
  const found = /^([01]\d|2[0-3]):([0-5]\d)/.exec(text);
  return found === null ? null : Number(found[1]) * 60 + Number(found[2]);
}
