import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GROUP_MIN, presentAudience, showGroups } from '@/domains/live/analytics/audience';

describe('groups of viewers', () => {
  it('are shown from five viewers on, and nobody at all is no group', () => {
    expect(showGroups({ a: 5, b: 7, c: 0 })).toEqual({ a: 5, b: 7, c: 0 });
    expect(showGroups({ a: 4, b: 1, c: 9 })).toEqual({ a: null, b: null, c: 9 });
  });

  it('cannot be found by subtraction: empty ones are hidden with a small one, or the next smallest is', () => {
    expect(showGroups({ a: 4, b: 9, c: 6 })).toEqual({ a: null, b: 9, c: null });
    expect(showGroups({ a: 4, b: 0 })).toEqual({ a: null, b: null });
    expect(showGroups({ a: 4, b: 0, c: 6 })).toEqual({ a: null, b: null, c: 6 });
  });

  it('are hidden two at least, and with every empty one, whatever their sizes', () => {
    const sizes = fc.record({ a: fc.nat(9), b: fc.nat(9), c: fc.nat(9), d: fc.nat(9) });
    fc.assert(
      fc.property(sizes, (groups) => {
        const shown = Object.values(showGroups(groups));
        const hidden = shown.filter((size) => size === null).length;
        expect(hidden === 0 || (hidden > 1 && !shown.includes(0))).toBe(true);
      }),
    );
  });

  it('never show a group of one to four', () => {
    const sizes = fc.record({ a: fc.nat(9), b: fc.nat(9), c: fc.nat(9), d: fc.nat(9) });
    fc.assert(
      fc.property(sizes, (groups) => {
        for (const size of Object.values(showGroups(groups)))
          expect(size === null || size === 0 || size >= GROUP_MIN).toBe(true);
      }),
    );
  });

  it('show the share of followers only if neither followers nor others are few', () => {
    const of = (uniqueViewers: number, followers: number) =>
      presentAudience(uniqueViewers, {
        ...{ followers, newUsers: 0, returningUsers: 0 },
        sources: { following: 0, search: 0, recommended: 0, link: uniqueViewers },
      }).followersBps;
    expect([of(20, 5), of(20, 4), of(20, 17), of(20, 20), of(20, 0), of(0, 0)]).toEqual([
      2_500,
      null,
      null,
      10_000,
      0,
      0,
    ]);
  });
});
