/**
 * How fast one person may go on, over all their sockets, HTTP and reconnects: some at once, then one at a time. All
 * that is kept of a person is when they will have caught up.
 */
import { SECOND_MS } from '@/shared/time';

export interface Pace {
  readonly atOnce: number;
  readonly everyMs: number;
}

/** For chat, under whatever the policy says, and for those who keep order too. */
export const MESSAGE_PACE: Pace = { atOnce: 5, everyMs: 1_500 };
/** For frames of any kind, so for reactions too. */
export const FRAME_PACE: Pace = { atOnce: 30, everyMs: SECOND_MS / 10 };

/** @param caughtUpAt when (ms) all that was taken so far is worked off @returns how long (ms) the next has to wait */
export function waitMsFor(pace: Pace, caughtUpAt: number, now: number): number {
  return Math.max(0, behindMs(pace, caughtUpAt, now) - (pace.atOnce - 1) * pace.everyMs);
}

/** One more was taken. @returns the new `caughtUpAt` */
export function takeOne(pace: Pace, caughtUpAt: number, now: number): number {
  return now + behindMs(pace, caughtUpAt, now) + pace.everyMs;
}

/** Nobody is further behind than the pace lets them get: then the clock was set back, which must not hold them up. */
function behindMs({ atOnce, everyMs }: Pace, caughtUpAt: number, now: number): number {
  const ms = Math.max(0, caughtUpAt - now);
  return ms > atOnce * everyMs ? 0 : ms;
}

/** The paces of many people. Those who have caught up are forgotten, so memory is bounded by what the pace lets in. */
export class Paces {
  #newer = new Map<string, number>();
  #older = new Map<string, number>();
  #turnedAt = 0;

  constructor(private readonly pace: Pace) {}

  /** Takes one more of this person, or answers how long (ms) it has to wait. */
  take(person: string, now: number): number {
    this.#turn(now);
    const caughtUpAt = this.#newer.get(person) ?? this.#older.get(person) ?? 0;
    const waitMs = waitMsFor(this.pace, caughtUpAt, now);
    if (waitMs === 0) this.#newer.set(person, takeOne(this.pace, caughtUpAt, now));
    return waitMs;
  }

  /** Who was not heard from for as long as it takes to catch up from the bottom has caught up. */
  #turn(now: number): void {
    const { atOnce, everyMs } = this.pace;
    if (now >= this.#turnedAt && now < this.#turnedAt + atOnce * everyMs) return;
    this.#older = this.#newer;
    this.#newer = new Map();
    this.#turnedAt = now;
  }
}
