import { describe, expect, it } from 'vitest';
import { findLivePriceProblem } from '@/domains/money/showcase/live-price';

const shop = { commissionBasisPoints: 1_000, maturingDays: 14, confirmedDays: 3, currencies: [] };
const priced = { currency: 'EUR', prices: [1_000, 800] };

describe('a live price', () => {
  it('is right below the lowest price', () => {
    expect(findLivePriceProblem(799, priced, shop, () => undefined)).toBeUndefined();
    expect(findLivePriceProblem(800, priced, shop, () => undefined)).toContain('must be below');
  });

  it('is not below the minimum of its currency', () => {
    const currencies = [{ currency: 'EUR', priceMinorMin: 500, priceMinorMax: 900, feeMinor: 0 }];
    expect(findLivePriceProblem(499, priced, { ...shop, currencies }, () => undefined)).toContain('must be at least');
    expect(findLivePriceProblem(500, priced, { ...shop, currencies }, () => undefined)).toBeUndefined();
    expect(findLivePriceProblem(1, { ...priced, currency: 'USD' }, { ...shop, currencies }, () => undefined)).toBe(
      undefined,
    );
  });

  it('is one that the provider charges', () => {
    const problem = { path: 'priceMinor', message: 'must be a multiple of 5' } as const;
    expect(findLivePriceProblem(7, priced, shop, () => problem)).toBe(problem.message);
  });
});
