/** A number that a drive told, where it is a count that a JavaScript number holds exactly; else null. */
export function asCount(value: number | undefined): number | null {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** As {@link asCount}, for numbers up to `max`. */
export function asSmall(value: number | undefined, max: number): number | null {
  const count = asCount(value);
  return count !== null && count <= max ? count : null;
}
