/**
 * The reference client of a screening, as docs/guides/cinema.md describes it: it measures the room's clock and says how a
 * player has to change to be where the anchor says. Times are milliseconds.
 */
import { positionAt } from '../../src/domains/live/screenings/anchor.ts';

/** The drift of two clocks that must be expected, as a share: an old sample is less certain than a new one. */
const CLOCK_DRIFT = 0.0002;
const SAMPLES_MAX = 32;
/** A clock that is more exact needs no further pings for now. */
export const CERTAIN_MS = 40;

/** Smaller differences are left alone: nobody sees them, and a change of rate costs something too. */
const TOLERATED_MS = 20;
/** A larger difference is corrected by a seek. */
const SEEK_MS = 1_000;
/** How far the rate may change for a correction, as a share. */
const RATE_CHANGE_MAX = 0.05;
/** The time in which a small difference shall be gone. */
const CORRECTED_WITHIN_MS = 2_000;

export interface FollowedAnchor {
  readonly positionMs: number;
  readonly isPlaying: boolean;
  readonly rate: number;
  readonly anchorAt: number;
}

interface Sample {
  /** The room's time minus the client's. */
  readonly offset: number;
  readonly roundTripMs: number;
  readonly at: number;
}

/** The room's clock, measured by pings with an id. The sample with the smallest round trip says the most. */
export class RoomClock {
  #samples: Sample[] = [];

  /** @param sentAt @param receivedAt by the client's own clock @param serverTime from the ack */
  heard(sentAt: number, serverTime: number, receivedAt: number): void {
    const roundTripMs = receivedAt - sentAt;
    const offset = serverTime - (sentAt + roundTripMs / 2);
    this.#samples = [...this.#samples, { offset, roundTripMs, at: receivedAt }].slice(-SAMPLES_MAX);
  }

  /** The room's time when the client's clock says so. */
  timeAt(own: number): number {
    return own + (this.#best(own)?.offset ?? 0);
  }

  /** How far `timeAt` may be off. */
  uncertaintyAt(own: number): number {
    const best = this.#best(own);
    return best ? uncertaintyOf(best, own) : Number.POSITIVE_INFINITY;
  }

  #best(own: number): Sample | undefined {
    const [first, ...others] = this.#samples;
    return others.reduce((best, sample) => {
      return best && uncertaintyOf(sample, own) < uncertaintyOf(best, own) ? sample : best;
    }, first);
  }
}

function uncertaintyOf({ roundTripMs, at }: Sample, own: number): number {
  return roundTripMs / 2 + (own - at) * CLOCK_DRIFT;
}

/** What the player has to do now. */
export interface Correction {
  readonly isPlaying: boolean;
  readonly rate: number;
  /** Undefined: no seek. */
  readonly seekToMs: number | undefined;
}

/**
 * @param roomTime by the `RoomClock` @param positionMs the player's
 * @param isNew whether the anchor has just come: everyone jumps then, so a seek is not seen as one
 */
export function correct(
  anchor: FollowedAnchor,
  durationMs: number | null,
  roomTime: number,
  positionMs: number,
  isNew: boolean,
): Correction {
  const targetMs = positionAt(anchor, durationMs, roomTime);
  const behindMs = targetMs - positionMs;
  const { isPlaying, rate } = anchor;
  const isFar = Math.abs(behindMs) > (isNew || !isPlaying ? TOLERATED_MS : SEEK_MS);
  if (isFar || !isPlaying || Math.abs(behindMs) <= TOLERATED_MS)
    return { isPlaying, rate, seekToMs: isFar ? targetMs : undefined };
  const change = Math.max(-RATE_CHANGE_MAX, Math.min(RATE_CHANGE_MAX, behindMs / CORRECTED_WITHIN_MS));
  return { isPlaying, rate: rate * (1 + change), seekToMs: undefined };
}
