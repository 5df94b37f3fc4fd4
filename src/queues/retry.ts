/** Delays a failed message longer each time, so that a provider that is down has time to recover. */
const FIRST_DELAY_SECONDS = 10;
const DELAY_SECONDS_MAX = 60 * 60;

/** @param attempts how often the message has been delivered, this time included */
export function retryDelaySeconds(attempts: number): number {
  return Math.min(FIRST_DELAY_SECONDS * 2 ** (attempts - 1), DELAY_SECONDS_MAX);
}
