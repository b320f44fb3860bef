/** How long a look at one device may take before it counts as not answering. Milliseconds. */
export const PROBE_LIMIT = 20_000;

/** The result of `work`, or `otherwise` when it takes longer than {@link PROBE_LIMIT}. */
export function within<T>(work: Promise<T>, otherwise: T): Promise<T> {
  const limit = Promise.withResolvers<T>();
  const timer = setTimeout(() => limit.resolve(otherwise), PROBE_LIMIT);
  return Promise.race([work, limit.promise]).finally(() => clearTimeout(timer));
}
