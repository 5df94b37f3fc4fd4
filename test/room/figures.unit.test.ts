import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Interval, measure } from '@/room/figures';

const MINUTE = 60_000;
const stay = (viewer: string, joinedAt: number, leftAt: number | null): Interval => ({
  ...{ viewer, joinedAt, leftAt },
  ...{ isVerified: true, address: null, isFollower: false, arrival: { source: 'link', returning: false } },
});

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
    expect(measure([], 5 * MINUTE)).toEqual({
      ...{ uniqueViewers: 0, users: 0, guests: 0, peakViewers: 0, peakAt: null, rankingPeak: 0, watchSeconds: 0 },
      audience: {
        ...{ followers: 0, newUsers: 0, returningUsers: 0 },
        sources: { following: 0, search: 0, recommended: 0, link: 0 },
      },
      ...{ rewardedSeconds: 0, stepMinutes: 1, viewerCurve: [], retained: [] },
    });
  });

  it('keeps the curve of a week short', () => {
    const { viewerCurve } = measure([stay('a', 0, null)], 7 * 24 * 60 * MINUTE);
    expect(viewerCurve.length).toBeLessThanOrEqual(1_440);
    expect(viewerCurve.every(([, viewers]) => viewers === 1)).toBe(true);
  });

  it('begins at the start: who left before it was not there, and who was there counts from then on', () => {
    const waiting = [stay('a', 0, 4_000), stay('b', 1_000, 7_000), stay('c', 2_000, null), stay('d', 5_000, 5_000)];
    const figures = measure(waiting, 8_000, 5_000);
    expect(figures).toMatchObject({ uniqueViewers: 3, peakViewers: 3, watchSeconds: 2 + 3, rewardedSeconds: 2 + 3 });
  });

  it('agrees with counting every moment by hand', () => {
    const viewers = [...'abcdefghijkl'];
    const addressOf = (viewer: string) => (viewer < 'c' ? null : viewer < 'k' ? 'x' : 'y');
    const interval = fc.record({
      viewer: fc.constantFrom(...viewers),
      joinedAt: fc.integer({ min: 0, max: 50 }),
      stayed: fc.option(fc.integer({ min: 1, max: 30 })),
      isVerified: fc.boolean(),
    });
    const [since, until] = [10_000, 60_000];
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 40 }), (given) => {
        const intervals = given
          .map(({ viewer, joinedAt, stayed, isVerified }) => ({
            ...stay(viewer, joinedAt * 1_000, stayed === null ? null : (joinedAt + stayed) * 1_000),
            ...{ isVerified, address: addressOf(viewer) },
          }))
          .sort((one, other) => one.viewer.localeCompare(other.viewer) || one.joinedAt - other.joinedAt);
        const moments = Array.from({ length: (until - since) / 1_000 }, (_, index) => since + index * 1_000);
        const seen = moments.map((ms) => {
          const there = intervals.filter(({ joinedAt, leftAt }) => joinedAt <= ms && ms < (leftAt ?? until));
          const present = [...new Set(there.map(({ viewer }) => viewer))];
          const from = (address: string | null) => present.filter((viewer) => addressOf(viewer) === address).length;
          return {
            present,
            ranking: from(null) + Math.min(5, from('x')) + Math.min(5, from('y')),
            rewarded: new Set(there.filter(({ isVerified }) => isVerified).map(({ viewer }) => viewer)).size,
          };
        });
        const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
        const figures = measure(intervals, until, since);
        expect(figures.peakViewers).toBe(Math.max(...seen.map(({ present }) => present.length)));
        expect(figures.rankingPeak).toBe(Math.max(...seen.map(({ ranking }) => ranking)));
        expect(figures.uniqueViewers).toBe(new Set(seen.flatMap(({ present }) => present)).size);
        expect(figures.watchSeconds).toBe(sum(seen.map(({ present }) => present.length)));
        expect(figures.rewardedSeconds).toBe(sum(seen.map(({ rewarded }) => rewarded)));
      }),
    );
  });
});
