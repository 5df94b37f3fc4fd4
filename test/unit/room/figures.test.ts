import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Interval, measure } from '@/room/figures';

const MINUTE = 60_000;
const stay = (viewer: string, joinedAt: number, leftAt: number | null): Interval => ({ viewer, joinedAt, leftAt });

describe('measure', () => {
  it('counts a viewer with two tabs, or one who comes back, once', () => {
    const figures = measure([stay('a', 0, 10_000), stay('a', 5_000, 20_000), stay('a', 30_000, 40_000)], 100_000);
    expect(figures).toMatchObject({ uniqueViewers: 1, peakViewers: 1, watchSeconds: 30 });
  });

  it('ends at the end, whoever stays longer or comes later', () => {
    const figures = measure([stay('a', 0, null), stay('b', 10_000, 99_000), stay('c', 60_001, null)], 60_000);
    expect(figures).toMatchObject({ uniqueViewers: 2, peakViewers: 2, watchSeconds: 110 });
  });

  it('lets a viewer leave before another comes in the same millisecond', () => {
    expect(measure([stay('a', 0, 5_000), stay('b', 5_000, 9_000)], 10_000).peakViewers).toBe(1);
    expect(measure([stay('a', 5_000, 5_000), stay('b', 5_000, 5_000)], 10_000).peakViewers).toBe(2);
  });

  it('draws distinct viewers for each minute', () => {
    const intervals = [
      stay('a', 30_000, 3 * MINUTE - 1),
      stay('b', MINUTE, MINUTE + 1),
      stay('b', MINUTE + 9, MINUTE + 20),
    ];
    expect(measure(intervals, 5 * MINUTE).viewerCurve).toEqual([
      [0, 1],
      [MINUTE, 2],
      [2 * MINUTE, 1],
    ]);
    expect(measure([], 5 * MINUTE)).toEqual({ uniqueViewers: 0, peakViewers: 0, watchSeconds: 0, viewerCurve: [] });
  });

  it('keeps the curve of a week short', () => {
    const { viewerCurve } = measure([stay('a', 0, null)], 7 * 24 * 60 * MINUTE);
    expect(viewerCurve.length).toBeLessThanOrEqual(1_440);
    expect(viewerCurve.every(([, viewers]) => viewers === 1)).toBe(true);
  });

  it('agrees with counting every moment by hand', () => {
    const interval = fc.record({
      viewer: fc.constantFrom('a', 'b', 'c', 'd'),
      joinedAt: fc.integer({ min: 0, max: 50 }),
      stayed: fc.option(fc.integer({ min: 1, max: 30 })),
    });
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 20 }), (given) => {
        const until = 60;
        const intervals = given
          .map(({ viewer, joinedAt, stayed }) => stay(viewer, joinedAt, stayed === null ? null : joinedAt + stayed))
          .sort((one, other) => one.viewer.localeCompare(other.viewer) || one.joinedAt - other.joinedAt);
        const present = Array.from({ length: until }, (_, ms) => {
          const there = intervals.filter(({ joinedAt, leftAt }) => joinedAt <= ms && ms < (leftAt ?? until));
          return new Set(there.map(({ viewer }) => viewer)).size;
        });
        const figures = measure(intervals, until);
        expect(figures.peakViewers).toBe(Math.max(0, ...present));
        expect(figures.uniqueViewers).toBe(new Set(intervals.map(({ viewer }) => viewer)).size);
        expect(figures.watchSeconds).toBe(Math.round(present.reduce((sum, count) => sum + count, 0) / 1_000));
      }),
    );
  });
});
