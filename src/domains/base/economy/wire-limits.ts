/**
 * The economy's limits on the wire, where each is a range `{ min, max }`. They are stored flat, since versions are kept
 * for ever and SQL reads them.
 */
import { z } from '@hono/zod-openapi';
import { CURRENCIES_MAX, type EconomyConfig, Limits, MoneyLimits } from '@/contracts/economy';

const stored = Limits.shape;
const money = MoneyLimits.shape;
const storedShop = stored.shop.shape;
const storedCurrency = storedShop.currencies.element.shape;

function range<Min extends z.ZodType, Max extends z.ZodType>(min: Min, max: Max) {
  return z.strictObject({ min, max });
}

/** The limits that are amounts of money. */
const moneyLimits = {
  payoutOfSales: range(money.payoutMinorMin, money.payoutMinorMax).describe('In minor units of its currency.'),
  payoutMinorPerDayMax: money.payoutMinorPerDayMax,
  payoutFeeMinor: money.payoutFeeMinor,
  rewardCodeFromMinor: money.rewardCodeFromMinor,
};
export const WireMoneyLimits = z.strictObject(moneyLimits).openapi('MoneyLimits');

const CurrencyLimits = z.strictObject({ currency: storedCurrency.currency, ...moneyLimits }).openapi('CurrencyLimits');

const ShopCurrency = z
  .strictObject({
    currency: storedCurrency.currency,
    price: range(storedCurrency.priceMinorMin, storedCurrency.priceMinorMax).describe('In minor units.'),
    feeMinor: storedCurrency.feeMinor,
  })
  .openapi('ShopCurrency');

const Shop = z
  .strictObject({
    commissionBasisPoints: storedShop.commissionBasisPoints,
    maturingDays: storedShop.maturingDays,
    confirmedDays: storedShop.confirmedDays,
    currencies: z
      .array(ShopCurrency)
      .max(CURRENCIES_MAX)
      .describe('Prices and fees by currency. A currency that is not listed has no fee, and takes any price.'),
  })
  .openapi('ShopLimits');

export const WireLimits = z
  .strictObject({
    tip: range(stored.tipCoinsMin, stored.tipCoinsMax).describe('Coins.'),
    gift: range(z.literal(1).default(1), stored.giftQuantityMax).describe('How many of a gift at once.'),
    exchange: range(stored.exchangeDiamondsMin, z.null().default(null)).describe('Diamonds.'),
    payout: range(stored.payoutDiamondsMin, stored.payoutDiamondsMax).describe('Diamonds.'),
    payoutDiamondsPerDayMax: stored.payoutDiamondsPerDayMax,
    payoutsPerDayMax: stored.payoutsPerDayMax,
    maturingDays: stored.maturingDays,
    payoutFeeBasisPoints: stored.payoutFeeBasisPoints,
    rewardCodePercent: stored.rewardCodePercent,
    rewardCodeDays: stored.rewardCodeDays,
    shop: Shop,
    ...moneyLimits,
    currencies: z.array(CurrencyLimits).max(CURRENCIES_MAX).describe('The amounts of money in other currencies.'),
  })
  .openapi('EconomyLimits', {
    description:
      'Amounts in minor units are in the payout currency. `currencies` sets them for others. A currency that is not ' +
      'listed there uses those of the payout currency at its rate. Without a rate it has no payouts and no reward codes.',
  });

type Stored = EconomyConfig['limits'];
type Wire = z.output<typeof WireLimits>;
type WireMoney = z.output<typeof WireMoneyLimits>;

export function presentLimits(limits: Stored): Wire {
  const { payoutDiamondsPerDayMax, payoutsPerDayMax, maturingDays, payoutFeeBasisPoints } = limits;
  const { rewardCodePercent, rewardCodeDays, shop, currencies } = limits;
  return {
    tip: { min: limits.tipCoinsMin, max: limits.tipCoinsMax },
    gift: { min: 1, max: limits.giftQuantityMax },
    exchange: { min: limits.exchangeDiamondsMin, max: null },
    payout: { min: limits.payoutDiamondsMin, max: limits.payoutDiamondsMax },
    ...{ payoutDiamondsPerDayMax, payoutsPerDayMax, maturingDays, payoutFeeBasisPoints },
    ...{ rewardCodePercent, rewardCodeDays },
    shop: {
      ...shop,
      currencies: shop.currencies.map(({ currency, priceMinorMin, priceMinorMax, feeMinor }) => ({
        ...{ currency, price: { min: priceMinorMin, max: priceMinorMax }, feeMinor },
      })),
    },
    ...presentMoney(limits),
    currencies: currencies.map((entry) => ({ currency: entry.currency, ...presentMoney(entry) })),
  };
}

function presentMoney(limits: MoneyLimits): WireMoney {
  const { payoutMinorMin, payoutMinorMax, payoutMinorPerDayMax, payoutFeeMinor, rewardCodeFromMinor } = limits;
  const payoutOfSales = { min: payoutMinorMin, max: payoutMinorMax };
  return { payoutOfSales, payoutMinorPerDayMax, payoutFeeMinor, rewardCodeFromMinor };
}

/** The limits as they are stored. What was not sent is undefined. */
export function limitsOf(input: { readonly [name in keyof Wire]?: Wire[name] | undefined }): Partial<Stored> {
  const { tip, gift, exchange, payout, payoutOfSales, shop, currencies, ...plain } = input;
  return withoutGaps({
    ...plain,
    ...(tip && { tipCoinsMin: tip.min, tipCoinsMax: tip.max }),
    ...(gift && { giftQuantityMax: gift.max }),
    ...(exchange && { exchangeDiamondsMin: exchange.min }),
    ...(payout && { payoutDiamondsMin: payout.min, payoutDiamondsMax: payout.max }),
    ...(payoutOfSales && { payoutMinorMin: payoutOfSales.min, payoutMinorMax: payoutOfSales.max }),
    ...(shop && { shop: { ...shop, currencies: shop.currencies.map(storedPrices) } }),
    ...(currencies && { currencies: currencies.map(({ currency, ...rest }) => ({ currency, ...moneyOf(rest) })) }),
  });
}

function storedPrices({ currency, price, feeMinor }: Wire['shop']['currencies'][number]) {
  return { currency, priceMinorMin: price.min, priceMinorMax: price.max, feeMinor };
}

/** The amounts of money as they are stored. */
export function moneyOf({ payoutOfSales, ...plain }: WireMoney): MoneyLimits {
  return { payoutMinorMin: payoutOfSales.min, payoutMinorMax: payoutOfSales.max, ...plain };
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Removes fields that were not sent, instead of keeping them as `undefined`. */
export function withoutGaps<T extends object>(input: T): Partial<Given<T>> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Partial<Given<T>>; // fewer keys of the same
}

const WIRE_NAMES = {
  tipCoinsMin: 'tip.min',
  tipCoinsMax: 'tip.max',
  giftQuantityMax: 'gift.max',
  exchangeDiamondsMin: 'exchange.min',
  payoutDiamondsMin: 'payout.min',
  payoutDiamondsMax: 'payout.max',
  payoutMinorMin: 'payoutOfSales.min',
  payoutMinorMax: 'payoutOfSales.max',
  priceMinorMin: 'price.min',
  priceMinorMax: 'price.max',
} as const;

/** A path or a sentence that names stored limits, with their names on the wire. */
export function inWireNames(text: string): string {
  return text.replaceAll(/\w+/g, (word) => WIRE_NAMES[word as keyof typeof WIRE_NAMES] ?? word); // any other word stays
}
