/** A limit on how long something may take that has none of its own. */

export class TimedOut extends Error {
  override name = 'TimedOut';
}

/** The result of the work, or TimedOut. The work itself goes on, and its result is ignored. */
export async function within<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new TimedOut(`No answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
