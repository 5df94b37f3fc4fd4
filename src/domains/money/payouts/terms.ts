/**
 * Pure rules about a cash-out: what it takes, what it sends, and whether the limits allow it. The economy comes with the
 * limits of the currency that is paid out.
 */
import type { z } from '@hono/zod-openapi';
import type { EconomyConfig } from '@/contracts/economy';
import { limitsIn } from '@/domains/base/economy/limits';
import { convert } from '@/domains/base/economy/rates';
import type { PayoutRequest } from './schemas';

const BASIS_POINTS = { numerator: 1, denominator: 10_000 } as const;

export type TermsInput = z.output<typeof PayoutRequest>;

export interface Terms {
  readonly source: TermsInput['source'];
  /** Null: it pays out sales money. */
  readonly diamonds: number | null;
  /** The amount sent, in minor units; less than 1 if the fee uses it up. */
  readonly amountMinor: number;
  readonly feeMinor: number;
  readonly currency: string;
}

export function currencyOf(request: TermsInput, { conversions }: EconomyConfig): string {
  return request.source === 'diamonds' ? conversions.payoutCurrency : request.currency;
}

/** The economy with the limits of the currency that is paid out. Undefined if it has none. */
export function inItsCurrency<Config extends EconomyConfig>(request: TermsInput, economy: Config): Config | undefined {
  const limits = limitsIn(economy, currencyOf(request, economy));
  return limits && { ...economy, limits };
}

/** The fee is a fixed part plus a share of the amount due, rounded down. The amount due minus the fee is sent. */
export function termsOf(request: TermsInput, economy: EconomyConfig): Terms {
  const { conversions, limits } = economy;
  const isDiamonds = request.source === 'diamonds';
  const dueMinor = isDiamonds ? convert(request.diamonds, conversions.minorPerDiamond) : request.amountMinor;
  const share = { ...BASIS_POINTS, numerator: limits.payoutFeeBasisPoints };
  const feeMinor = limits.payoutFeeMinor + convert(dueMinor, share);
  return {
    source: request.source,
    diamonds: isDiamonds ? request.diamonds : null,
    amountMinor: dueMinor - feeMinor,
    feeMinor,
    currency: currencyOf(request, economy),
  };
}

/** One user's payouts of one day (UTC), without those that were given back. */
export interface Today {
  /** Payouts of every source. */
  readonly payouts: number;
  /** The day's total for this source and currency, in diamonds or in minor units including fees. */
  readonly sum: number;
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly perDayMax: number;
  readonly payoutsPerDayMax: number;
}

/** In diamonds, or in minor units of the sales' currency. */
export function boundsOf(source: TermsInput['source'], { limits }: EconomyConfig): Bounds {
  const { payoutsPerDayMax } = limits;
  return source === 'diamonds'
    ? {
        min: limits.payoutDiamondsMin,
        max: limits.payoutDiamondsMax,
        perDayMax: limits.payoutDiamondsPerDayMax,
        payoutsPerDayMax,
      }
    : {
        min: limits.payoutMinorMin,
        max: limits.payoutMinorMax,
        perDayMax: limits.payoutMinorPerDayMax,
        payoutsPerDayMax,
      };
}

type LimitVerdict =
  | 'allow'
  | {
      readonly code: 'PAYOUT_LIMIT_MINIMUM' | 'PAYOUT_LIMIT_MAXIMUM' | 'PAYOUT_LIMIT_DAILY';
      readonly details: Readonly<Record<string, number>>;
    };

/** @param asked in the unit of the bounds */
export function judgeLimits(asked: number, bounds: Bounds, today: Today): LimitVerdict {
  const { min, max, perDayMax, payoutsPerDayMax } = bounds;
  if (asked < min) return { code: 'PAYOUT_LIMIT_MINIMUM', details: { min, max, asked } };
  if (asked > max) return { code: 'PAYOUT_LIMIT_MAXIMUM', details: { min, max, asked } };
  if (today.payouts >= payoutsPerDayMax)
    return { code: 'PAYOUT_LIMIT_DAILY', details: { payoutsPerDayMax, payoutsToday: today.payouts } };
  if (today.sum + asked > perDayMax)
    return { code: 'PAYOUT_LIMIT_DAILY', details: { perDayMax, today: today.sum, asked } };
  return 'allow';
}
