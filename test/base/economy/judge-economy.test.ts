/** Economies that cannot be. */
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import type { EconomyConfig, TargetRule } from '@/contracts/economy';
import { contradictionsOf, problemsOfTargets } from '@/domains/base/economy/judge-economy';
import { keepsAllByRoundTrip } from '@/domains/base/economy/rates';
import { readEconomy } from '@/domains/base/economy/read';

const paths = (problems: readonly { path: string }[]) => problems.map(({ path }) => path);
const ratio = (numerator: number, denominator: number) => ({ numerator, denominator });

describe('an economy', () => {
  const withLimits = async (limits: Partial<EconomyConfig['limits']>) => {
    const economy = await readEconomy(testContext());
    return { ...economy, limits: { ...economy.limits, ...limits } };
  };

  it('as the platform comes with it contradicts itself nowhere', async () => {
    const economy = await readEconomy(testContext());
    expect(contradictionsOf(economy)).toEqual([]);
    expect(problemsOfTargets(economy.targets)).toEqual([]);
  });

  it('has no least above its most', async () => {
    expect(paths(contradictionsOf(await withLimits({ tipCoinsMin: 5, tipCoinsMax: 4 })))).toEqual(['tipCoinsMin']);
    expect(paths(contradictionsOf(await withLimits({ payoutDiamondsMax: 3_000_000 })))).toEqual(['payoutDiamondsMax']);
    expect(contradictionsOf(await withLimits({ tipCoinsMin: 5, tipCoinsMax: 5 }))).toEqual([]);
  });

  it('has no least that is worth nothing at the rate', async () => {
    expect(paths(contradictionsOf(await withLimits({ tipCoinsMin: 1 })))).toEqual(['tipCoinsMin']);
  });

  it('names each currency of the shop once, with no least price above the most', async () => {
    const { shop } = (await readEconomy(testContext())).limits;
    const usd = { currency: 'USD', priceMinorMin: 100, priceMinorMax: 100_000, feeMinor: 30 };
    const withCurrencies = async (currencies: (typeof shop)['currencies']) =>
      paths(contradictionsOf(await withLimits({ shop: { ...shop, currencies } })));
    expect(await withCurrencies([usd, { ...usd, currency: 'EUR' }])).toEqual([]);
    expect(await withCurrencies([usd, { ...usd, feeMinor: 0 }])).toEqual(['shop.currencies']);
    expect(await withCurrencies([{ ...usd, priceMinorMax: 99 }])).toEqual(['shop.currencies.USD.priceMinorMin']);
  });

  it('loses something where a coin goes through diamonds and back', () => {
    expect(keepsAllByRoundTrip(ratio(1, 2), ratio(199_999, 100_000))).toBe(false);
    expect(keepsAllByRoundTrip(ratio(1, 2), ratio(2, 1))).toBe(true);
    expect(keepsAllByRoundTrip(ratio(1, 2), ratio(200_001, 100_000))).toBe(true);
  });
});

describe('targets', () => {
  const target = (id: string, change: Partial<TargetRule> = {}): TargetRule => ({
    ...{ id, tier: 1, metric: 'diamonds', threshold: 10, period: 'day', reward: { diamonds: 1 } },
    audience: 'creator',
    ...change,
  });

  it('rise with their tiers, in whatever order they stand', () => {
    const [low, high] = [target('low'), target('high', { tier: 2, threshold: 20 })];
    expect(problemsOfTargets([low, high])).toEqual([]);
    expect(problemsOfTargets([high, low])).toEqual([]);
    expect(paths(problemsOfTargets([{ ...high, threshold: 5 }, low]))).toEqual(['1.threshold']);
  });

  it('measure what their audience does', () => {
    const guide = target('guide', { audience: 'guide', metric: 'stageMinutes' });
    expect(problemsOfTargets([target('creator'), guide])).toEqual([]);
    const exchanged = [target('creator', { metric: 'activeDays' }), target('guide', { audience: 'guide' })];
    expect(paths(problemsOfTargets(exchanged))).toEqual(['0.metric', '1.metric']);
  });

  it('of other metrics or periods are compared with nothing', () => {
    expect(problemsOfTargets([target('a'), target('b', { metric: 'gifts' }), target('c', { period: 'week' })])).toEqual(
      [],
    );
  });
});
