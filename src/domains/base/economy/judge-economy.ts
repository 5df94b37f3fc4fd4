/** Pure rules that every economy must obey, whatever is on offer. */

import { type EconomyConfig, isForGuides, type TargetRule } from '@/contracts/economy';
import { convert } from './rates';

interface Problem {
  readonly path: string;
  readonly message: string;
}

const ORDERED_MONEY = [
  ['payoutMinorMin', 'payoutMinorMax'],
  ['payoutMinorMax', 'payoutMinorPerDayMax'],
] as const;

/** Finds limits that contradict each other, or the rates. */
export function contradictionsOf({ conversions, limits }: EconomyConfig): Problem[] {
  const ordered = [
    ['tipCoinsMin', 'tipCoinsMax'],
    ['payoutDiamondsMin', 'payoutDiamondsMax'],
    ['payoutDiamondsMax', 'payoutDiamondsPerDayMax'],
    ...ORDERED_MONEY,
  ] as const;
  const worthSomething = [
    ['tipCoinsMin', conversions.diamondsPerCoin],
    ['exchangeDiamondsMin', conversions.coinsPerDiamond],
    ['payoutDiamondsMin', conversions.minorPerDiamond],
  ] as const;
  return [
    ...ordered
      .filter(([less, more]) => limits[less] > limits[more])
      .map(([less, more]) => ({ path: less, message: `must not be more than ${more}` })),
    ...worthSomething
      .filter(([limit, rate]) => convert(limits[limit], rate) === 0)
      .map(([limit]) => ({ path: limit, message: 'must be worth something at the rate' })),
    ...problemsOfCurrencies('currencyRates', conversions.currencyRates, conversions.payoutCurrency),
    ...problemsOfCurrencies('currencies', limits.currencies, conversions.payoutCurrency),
    ...limits.currencies.flatMap((entry) =>
      ORDERED_MONEY.filter(([less, more]) => entry[less] > entry[more]).map(([less, more]) => ({
        path: `currencies.${entry.currency}.${less}`,
        message: `must not be more than ${more}`,
      })),
    ),
    ...problemsOfShop(limits.shop),
  ];
}

/** The payout currency is one of the list here, since the shop's rules have no amounts outside it. */
function problemsOfShop({ currencies }: EconomyConfig['limits']['shop']): Problem[] {
  return [
    ...repeatedIn(currencies).map((currency) => ({
      path: 'shop.currencies',
      message: `must name ${currency} only once`,
    })),
    ...currencies
      .filter(({ priceMinorMin, priceMinorMax }) => priceMinorMin > priceMinorMax)
      .map(({ currency }) => ({
        path: `shop.currencies.${currency}.priceMinorMin`,
        message: 'must not be more than priceMinorMax',
      })),
  ];
}

function repeatedIn(entries: readonly { readonly currency: string }[]): string[] {
  const named = entries.map(({ currency }) => currency);
  return [...new Set(named.filter((currency, index) => named.indexOf(currency) !== index))];
}

/** A list has an entry for each currency at most, and none for the payout currency, which has its own fields. */
function problemsOfCurrencies(
  path: string,
  entries: readonly { readonly currency: string }[],
  payoutCurrency: string,
): Problem[] {
  return [
    ...repeatedIn(entries).map((currency) => ({ path, message: `must name ${currency} only once` })),
    ...(entries.some(({ currency }) => currency === payoutCurrency)
      ? [{ path, message: `must not name the payout currency ${payoutCurrency}` }]
      : []),
  ];
}

/** Within one metric and period, a higher tier must have a higher threshold. Ids identify targets permanently. */
export function problemsOfTargets(targets: readonly TargetRule[]): Problem[] {
  return targets.flatMap((target, index) => {
    const before = targets.slice(0, index);
    const problems: Problem[] = [];
    if (before.some(({ id }) => id === target.id)) problems.push({ path: `${index}.id`, message: 'is used twice' });
    if (isForGuides(target) !== (target.audience === 'guide'))
      problems.push({ path: `${index}.metric`, message: `is not measured for the audience ${target.audience}` });
    const siblings = before.filter(({ metric, period }) => metric === target.metric && period === target.period);
    if (siblings.some(({ tier }) => tier === target.tier))
      problems.push({ path: `${index}.tier`, message: 'is used twice for this metric and period' });
    const isOutOfStep = siblings.some(
      ({ tier, threshold }) =>
        tier !== target.tier && Math.sign(tier - target.tier) !== Math.sign(threshold - target.threshold),
    );
    if (isOutOfStep) problems.push({ path: `${index}.threshold`, message: 'must be higher for a higher tier' });
    return problems;
  });
}
