/** Delays a message that failed, longer each time, so that a provider that is away has time to return. */
const FIRST_DELAY_SECONDS = 10;
const DELAY_SECONDS_MAX = 60 * 60;

/** @param attempts how often the message has been delivered, this time included */
export function retryDelaySeconds(attempts: number): number {
  return Math.min(FIRST_DELAY_SECONDS * 2 ** (attempts - 1), DELAY_SECONDS_MAX);
}
