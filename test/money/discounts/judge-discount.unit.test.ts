import { describe, expect, it } from 'vitest';
import { foldCode, newCode } from '@/domains/money/discounts/code-text';
import { type DiscountFacts, type DiscountUse, judgeDiscount } from '@/domains/money/discounts/judge-discount';

const code: DiscountFacts = {
  ...{ ownerId: null, bonusPercent: 15, bonusCoins: null, startsAt: 100, endsAt: 200, packageCoinsMin: 50 },
  ...{ packageIds: ['a', 'b'], usesMax: 3, usesPerUserMax: 1, uses: 2, active: true, suspended: false },
};
const use: DiscountUse = { userId: 'me', usesByUser: 0, isReserved: false, packageId: 'a', packageCoins: 99, now: 100 };

describe('a code', () => {
  it('adds its percentage of the coins, rounded down, or a fixed number', () => {
    expect(judgeDiscount(code, use)).toEqual({ bonusCoins: 14 });
    expect(judgeDiscount({ ...code, bonusPercent: null, bonusCoins: 7 }, use)).toEqual({ bonusCoins: 7 });
    expect(judgeDiscount({ ...code, ownerId: 'me' }, use)).toEqual({ bonusCoins: 14 });
    expect(judgeDiscount({ ...code, packageIds: null }, { ...use, packageId: 'z', packageCoins: 50 })).toEqual({
      bonusCoins: 7,
    });
  });

  it.each<[string, Partial<DiscountFacts>, Partial<DiscountUse>]>([
    ['DISCOUNT_NOT_YOURS', { ownerId: 'somebody' }, {}],
    ['DISCOUNT_EXPIRED', { active: false }, {}],
    ['DISCOUNT_EXPIRED', { suspended: true }, {}],
    ['DISCOUNT_EXPIRED', {}, { now: 200 }],
    ['DISCOUNT_NOT_YET', {}, { now: 99 }],
    ['DISCOUNT_NOT_FOR_PACKAGE', {}, { packageId: 'c' }],
    ['DISCOUNT_PACKAGE_TOO_SMALL', {}, { packageCoins: 49 }],
    ['DISCOUNT_PACKAGE_TOO_SMALL', { bonusPercent: 1 }, {}], // a hundredth of 99 is nothing
    ['DISCOUNT_USED_BY_YOU', {}, { usesByUser: 1 }],
    ['DISCOUNT_USED_BY_YOU', { uses: 3 }, { usesByUser: 1 }],
    ['DISCOUNT_USED_BY_YOU', {}, { usesByUser: 1, isReserved: true }], // a use does not come back by waiting
    ['DISCOUNT_RESERVED_BY_YOU', { usesPerUserMax: null }, { usesByUser: 1, isReserved: true }],
    ['DISCOUNT_USED_UP', { uses: 3 }, {}],
  ])('is refused as %s', (reason, facts, used) => {
    expect(judgeDiscount({ ...code, ...facts }, { ...use, ...used })).toEqual({ reason });
  });

  it('is not found if it does not exist', () => {
    expect(judgeDiscount(undefined, use)).toEqual({ reason: 'DISCOUNT_NOT_FOUND' });
  });

  it('ignores case and surrounding blanks', () => {
    expect(foldCode('  summer-10 ')).toBe('SUMMER-10');
  });

  it('that the server generates has no letters that look alike', () => {
    const codes = Array.from({ length: 200 }, newCode);
    for (const one of codes) expect(one).toMatch(/^([2-9A-HJKMNP-TV-Z]{4}-){2}[2-9A-HJKMNP-TV-Z]{4}$/);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
