import { describe, expect, it } from 'vitest';
import { type Fault, largestDrift, type Scene } from '#test/support/cinema-crowd';

const DRIFT_MS_MAX = 250;

/** An evening: the host starts, pauses, seeks, plays faster and slower, and lets the film run on. */
const EVENING: readonly Scene[] = [
  { sync: { positionMs: 0, isPlaying: true }, forMs: 60_000 },
  { sync: { positionMs: 60_000, isPlaying: false }, forMs: 10_000 },
  { sync: { positionMs: 600_000, isPlaying: true }, forMs: 60_000 },
  { sync: { positionMs: 660_000, isPlaying: true, rate: 1.25 }, forMs: 60_000 },
  { sync: { positionMs: 5_000, isPlaying: true, rate: 0.75 }, forMs: 60_000 },
  { sync: { positionMs: 50_000, isPlaying: true, rate: 1 }, forMs: 400_000 },
];

describe('clients that follow the protocol', () => {
  it.each([1, 2, 3])('stay within 250 ms of each other, whatever their clocks and sockets: seed %i', (seed) => {
    expect(largestDrift(seed, EVENING)).toBeLessThan(DRIFT_MS_MAX);
  });
});

describe('the measurement', () => {
  const faults: readonly Fault[] = ['trusts its own clock', 'takes an anchor as of its arrival', 'corrects nothing'];

  it.each(faults)('notices a client that %s', (fault) => {
    expect(largestDrift(1, EVENING, { fault })).toBeGreaterThan(DRIFT_MS_MAX);
  });
});
