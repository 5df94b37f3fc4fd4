/** The economy's configuration: one document with one version, changed in three parts. */
import { z } from '@hono/zod-openapi';

const COUNT_MAX = 1_000_000_000;
const RATIO_MAX = 1_000_000;
const TARGETS_MAX = 50;
const DAYS_MAX = 366;
const BASIS_POINTS_MAX = 5_000;
const NO_CURRENCY = 'must be an ISO 4217 code: USD';

const aCount = z.int().min(1).max(COUNT_MAX);
const aCountOrNone = z.int().min(0).max(COUNT_MAX);
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
export const aCurrency = z
  .string()
  .regex(/^[A-Z]{3}$/, NO_CURRENCY)
  .refine((code) => CURRENCIES.has(code), NO_CURRENCY);

/** An exact rate. */
export const Ratio = z
  .strictObject({ numerator: z.int().min(1).max(RATIO_MAX), denominator: z.int().min(1).max(RATIO_MAX) })
  .openapi('Ratio', { description: 'A rate as a fraction. Each line is rounded down.' });

export const Conversions = z
  .strictObject({
    diamondsPerCoin: Ratio,
    coinsPerDiamond: Ratio,
    minorPerDiamond: Ratio,
    payoutCurrency: aCurrency,
  })
  .openapi('Conversions', {
    description:
      '`diamondsPerCoin`: diamonds a creator earns for each coin from gifts, tips and subscriptions. ' +
      '`coinsPerDiamond`: coins for each exchanged diamond. `minorPerDiamond`: cash-out value in minor units of `payoutCurrency`.',
  });

export const Limits = z
  .strictObject({
    giftQuantityMax: z.int().min(1).max(10_000),
    tipCoinsMin: aCount,
    tipCoinsMax: aCount,
    exchangeDiamondsMin: aCount,
    payoutDiamondsMin: aCount,
    payoutDiamondsMax: aCount,
    payoutDiamondsPerDayMax: aCount,
    payoutMinorMin: aCount.describe('The minimum payout of sales, in minor units of its currency.'),
    payoutMinorMax: aCount,
    payoutMinorPerDayMax: aCount,
    payoutsPerDayMax: z.int().min(1).max(100),
    maturingDays: z.int().min(0).max(DAYS_MAX).describe('Days (UTC) before diamonds can be cashed out.'),
    payoutFeeMinor: aCountOrNone,
    payoutFeeBasisPoints: z.int().min(0).max(BASIS_POINTS_MAX),
    rewardCodeFromMinor: aCount.describe('A purchase of at least this size earns a reward code.'),
    rewardCodePercent: z.int().min(1).max(1_000),
    rewardCodeDays: z.int().min(1).max(DAYS_MAX),
  })
  .openapi('EconomyLimits');

export const TARGET_METRICS = ['diamonds', 'gifts', 'minutesStreamed', 'minutesWatched'] as const;
export const TARGET_PERIODS = ['day', 'week', 'month', 'ever'] as const;

export const TargetRule = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and hyphens'),
    tier: z.int().min(1).max(100),
    metric: z.enum(TARGET_METRICS),
    threshold: aCount,
    period: z.enum(TARGET_PERIODS).describe('In UTC. Weeks begin on Monday.'),
    reward: z.strictObject({ diamonds: aCount }),
  })
  .openapi('TargetRule');

export const Targets = z.array(TargetRule).max(TARGETS_MAX);

export const EconomyConfig = z.strictObject({ conversions: Conversions, limits: Limits, targets: Targets });
export type EconomyConfig = z.output<typeof EconomyConfig>;
export type Ratio = z.output<typeof Ratio>;
export type TargetRule = z.output<typeof TargetRule>;
