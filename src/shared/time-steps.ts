/** A stream's time in equal steps: a minute each, or wider ones so that a long stream has no more of them than a day. */
import { MINUTE_MS } from './time';

const STEPS_MAX = 1_440;

/** The equal steps of a stream's time, in whole minutes. */
export interface TimeSteps {
  /** The width of each. */
  readonly minutes: number;
  readonly count: number;
  /** Which step this time (ms) is in; times outside are in the first or the last. */
  indexOf(ms: number): number;
  /** When (ms) the step begins. */
  startOf(index: number): number;
}

/** @param since the stream's start @param until its end, or now */
export function stepsOf(since: number, until: number): TimeSteps {
  const firstMinute = Math.floor(since / MINUTE_MS);
  const all = Math.max(1, Math.floor(until / MINUTE_MS) - firstMinute + 1);
  const minutes = Math.ceil(all / STEPS_MAX);
  const count = Math.ceil(all / minutes);
  const indexOf = (ms: number) => Math.floor((Math.floor(ms / MINUTE_MS) - firstMinute) / minutes);
  return {
    minutes,
    count,
    indexOf: (ms) => Math.min(count - 1, Math.max(0, indexOf(ms))),
    startOf: (index) => (firstMinute + index * minutes) * MINUTE_MS,
  };
}
