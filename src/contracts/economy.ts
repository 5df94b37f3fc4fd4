/** The economy's configuration: one document with one version, changed in parts. */
import { z } from '@hono/zod-openapi';
import { foldText, hasControlCharacters, WITHOUT_CONTROL } from '@/shared/text';
import { aCountry, aCurrency } from './codes';

export { aCurrency } from './codes';

const COUNT_MAX = 1_000_000_000;
/** Twelve digits: in some currencies a coffee costs a million minor units. */
export const MINOR_MAX = 999_999_999_999;
const RATIO_MAX = 1_000_000;
const TARGETS_MAX = 50;
const DAYS_MAX = 366;
export const CURRENCIES_MAX = 200;
const BASIS_POINTS_MAX = 5_000;
const GENDER_CHARACTERS_MAX = 40;
const COUNTRIES_MAX = 250;

const aCount = z.int().min(1).max(COUNT_MAX);
const aMinor = z.int().min(1).max(MINOR_MAX);
/** An amount of diamonds, as everywhere but in a history: never below zero. */
export const aDiamondCount = z.int().min(0);

/** An amount in a currency's minor units. */
export const Money = z.object({ currency: z.string(), amountMinor: z.int() });

const aPart = z.int().min(1).max(RATIO_MAX);

/** An exact rate. */
export const Ratio = z
  .strictObject({ numerator: aPart, denominator: aPart })
  .openapi('Ratio', { description: 'A rate as a fraction. Each line is rounded down.' });

export const CurrencyRate = z
  .strictObject({ currency: aCurrency, numerator: aPart, denominator: aPart })
  .openapi('CurrencyRate', {
    description: 'Minor units of the payout currency for each minor unit of this currency, as a fraction.',
  });

export const Conversions = z
  .strictObject({
    diamondsPerCoin: Ratio,
    coinsPerDiamond: Ratio,
    minorPerDiamond: Ratio,
    payoutCurrency: aCurrency,
    currencyRates: z.array(CurrencyRate).max(CURRENCIES_MAX),
  })
  .openapi('Conversions', {
    description:
      '`diamondsPerCoin`: diamonds a creator earns for each coin from gifts, tips and subscriptions. ' +
      '`coinsPerDiamond`: coins for each exchanged diamond. `minorPerDiamond`: cash-out value in minor units of `payoutCurrency`. ' +
      '`currencyRates`: what other currencies are worth in `payoutCurrency`, to compare prices and to convert limits.',
  });

/** The limits that are amounts of money. On the wire they are ranges: see `base/economy/wire-limits.ts`. */
const moneyLimits = {
  payoutMinorMin: aMinor.describe('The minimum payout of sales, in minor units of its currency.'),
  payoutMinorMax: aMinor,
  payoutMinorPerDayMax: aMinor,
  payoutFeeMinor: z.int().min(0).max(MINOR_MAX),
  rewardCodeFromMinor: aMinor.describe('A purchase of at least this size earns a reward code.'),
};
export const MoneyLimits = z.strictObject(moneyLimits);

const CurrencyLimits = z.strictObject({ currency: aCurrency, ...moneyLimits });

const ShopCurrency = z.strictObject({
  currency: aCurrency,
  priceMinorMin: aMinor,
  priceMinorMax: aMinor,
  feeMinor: z.int().min(0).max(MINOR_MAX).describe('Taken from each order, besides the share.'),
});

const Shop = z.strictObject({
  commissionBasisPoints: z.int().min(0).max(BASIS_POINTS_MAX).describe("The platform's share of the items."),
  maturingDays: z.int().min(0).max(DAYS_MAX).describe('Days after fulfilment before sales can be cashed out.'),
  confirmedDays: z.int().min(0).max(DAYS_MAX).describe('The same after the buyer confirmed that the order arrived.'),
  currencies: z
    .array(ShopCurrency)
    .max(CURRENCIES_MAX)
    .describe('Prices and fees by currency. A currency that is not listed has no fee, and takes any price.'),
});

export const Limits = z.strictObject({
  giftQuantityMax: z.int().min(1).max(10_000),
  tipCoinsMin: aCount,
  tipCoinsMax: aCount,
  exchangeDiamondsMin: aCount,
  payoutDiamondsMin: aCount,
  payoutDiamondsMax: aCount,
  payoutDiamondsPerDayMax: aCount,
  payoutsPerDayMax: z.int().min(1).max(100),
  maturingDays: z.int().min(0).max(DAYS_MAX).describe('Days (UTC) before diamonds can be cashed out.'),
  payoutFeeBasisPoints: z.int().min(0).max(BASIS_POINTS_MAX),
  rewardCodePercent: z.int().min(1).max(1_000),
  rewardCodeDays: z.int().min(1).max(DAYS_MAX),
  shop: Shop,
  ...moneyLimits,
  currencies: z.array(CurrencyLimits).max(CURRENCIES_MAX).describe('The amounts of money in other currencies.'),
});

/** The metrics of each audience. No metric belongs to both. */
export const CREATOR_METRICS = ['diamonds', 'gifts', 'minutesStreamed', 'minutesWatched'] as const;
export const GUIDE_METRICS = ['stageMinutes', 'roomGuestsServed', 'giftsInRooms', 'activeDays'] as const;
export const TARGET_METRICS = [...CREATOR_METRICS, ...GUIDE_METRICS] as const;
export const AUDIENCES = ['creator', 'guide'] as const;
export const TARGET_PERIODS = ['day', 'week', 'month', 'ever'] as const;

export const TargetRule = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and hyphens')
      .openapi({ example: 'hundred-gifts' }),
    tier: z.int().min(1).max(100),
    metric: z.enum(TARGET_METRICS),
    threshold: aCount,
    period: z.enum(TARGET_PERIODS).describe('In UTC. Weeks begin on Monday.'),
    reward: z.strictObject({ diamonds: aCount }),
    audience: z.enum(AUDIENCES).default('creator').describe('Who can reach it. Each audience has its own metrics.'),
  })
  .openapi('TargetRule');

export const Targets = z.array(TargetRule).max(TARGETS_MAX);

export const GuideRules = z
  .strictObject({
    gender: z
      .string()
      .overwrite(foldText)
      .min(1)
      .max(GENDER_CHARACTERS_MAX)
      .refine((text) => !hasControlCharacters(text), 'must not hold control characters')
      .nullable()
      .openapi({ pattern: WITHOUT_CONTROL })
      .describe('The gender that the profile of an applicant must state. Null: any.'),
    exceptCountries: z.array(aCountry).max(COUNTRIES_MAX).describe('The countries where guides may be of any gender.'),
  })
  .openapi('GuideRules');

export const EconomyConfig = z.strictObject({
  conversions: Conversions,
  limits: Limits,
  targets: Targets,
  guides: GuideRules,
});
export type EconomyConfig = z.output<typeof EconomyConfig>;
export type Ratio = z.output<typeof Ratio>;
export type MoneyLimits = z.output<typeof MoneyLimits>;
export type GuideRules = z.output<typeof GuideRules>;
export type TargetRule = z.output<typeof TargetRule>;
export type CreatorTarget = TargetRule & { readonly metric: (typeof CREATOR_METRICS)[number] };
export type GuideTarget = TargetRule & { readonly metric: (typeof GUIDE_METRICS)[number] };

/** By the metric, so that it also holds for what was written before targets named their audience. */
export function isForCreators(target: TargetRule): target is CreatorTarget {
  return CREATOR_METRICS.some((metric) => metric === target.metric);
}

export function isForGuides(target: TargetRule): target is GuideTarget {
  return GUIDE_METRICS.some((metric) => metric === target.metric);
}
