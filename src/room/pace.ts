/**
 * Limits how fast a person acts, over all their sockets, HTTP and reconnects: a burst, then one at a time. The only
 * state per person is the time when they will have caught up.
 */
import { SECOND_MS } from '@/shared/time';

export interface Pace {
  readonly atOnce: number;
  readonly everyMs: number;
}

/** For chat, whatever the policy says; also for the creator, moderators and staff. */
export const MESSAGE_PACE: Pace = { atOnce: 5, everyMs: 1_500 };
/** For frames of any kind, reactions included. */
export const FRAME_PACE: Pace = { atOnce: 30, everyMs: SECOND_MS / 10 };

/** For acts that control a screening, by each person. */
export const CONTROL_PACE: Pace = { atOnce: 4, everyMs: 300 };
/** The same for everyone but the host together: each act is an event for the whole room. */
export const CONTROL_PACE_OF_ALL: Pace = { atOnce: 10, everyMs: 100 };
/** How often one viewer of a screening can make everyone wait. */
export const WAIT_PACE: Pace = { atOnce: 2, everyMs: 30 * SECOND_MS };

/** @param caughtUpAt when (ms) everything taken so far is worked off @returns how long (ms) the next one has to wait */
export function waitMsFor(pace: Pace, caughtUpAt: number, now: number): number {
  return Math.max(0, behindMs(pace, caughtUpAt, now) - (pace.atOnce - 1) * pace.everyMs);
}

/** Counts one more. @returns the new `caughtUpAt` */
export function takeOne(pace: Pace, caughtUpAt: number, now: number): number {
  return now + behindMs(pace, caughtUpAt, now) + pace.everyMs;
}

/** Limited to a full burst: more can only mean that the clock was set back, which must not block anyone. */
function behindMs({ atOnce, everyMs }: Pace, caughtUpAt: number, now: number): number {
  const ms = Math.max(0, caughtUpAt - now);
  return ms > atOnce * everyMs ? 0 : ms;
}

/** The paces of many people. People who have caught up are dropped, so memory stays bounded. */
export class Paces {
  #newer = new Map<string, number>();
  #older = new Map<string, number>();
  #turnedAt = 0;

  constructor(private readonly pace: Pace) {}

  /** Counts one more for this person and returns 0, or returns how long (ms) it has to wait. */
  take(person: string, now: number): number {
    this.#turn(now);
    const caughtUpAt = this.#newer.get(person) ?? this.#older.get(person) ?? 0;
    const waitMs = waitMsFor(this.pace, caughtUpAt, now);
    if (waitMs === 0) this.#newer.set(person, takeOne(this.pace, caughtUpAt, now));
    return waitMs;
  }

  /** Anyone silent for the longest possible catch-up time has caught up, so an old generation can be dropped. */
  #turn(now: number): void {
    const { atOnce, everyMs } = this.pace;
    if (now >= this.#turnedAt && now < this.#turnedAt + atOnce * everyMs) return;
    this.#older = this.#newer;
    this.#newer = new Map();
    this.#turnedAt = now;
  }
}
