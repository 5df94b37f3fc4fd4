/** Limits, fees and thresholds in one currency. Takes no Context. */
import type { EconomyConfig, MoneyLimits } from '@/contracts/economy';
import { convert, convertUp, rateOf } from './rates';

type Limits = EconomyConfig['limits'];

/**
 * The limits with their amounts of money in this currency: those set for it, or those of the payout currency at its
 * rate. Undefined if it has neither. The platform gains by the rounding.
 */
export function limitsIn(
  { conversions, limits }: Pick<EconomyConfig, 'conversions' | 'limits'>,
  currency: string,
): Limits | undefined {
  if (currency === conversions.payoutCurrency) return limits;
  const own = limits.currencies.find((entry) => entry.currency === currency);
  if (own) return { ...limits, ...moneyOf(own) };
  const rate = rateOf(conversions, currency);
  if (!rate) return undefined;
  const back = { numerator: rate.denominator, denominator: rate.numerator };
  return {
    ...limits,
    payoutMinorMin: convertUp(limits.payoutMinorMin, back),
    payoutMinorMax: convert(limits.payoutMinorMax, back),
    payoutMinorPerDayMax: convert(limits.payoutMinorPerDayMax, back),
    payoutFeeMinor: convertUp(limits.payoutFeeMinor, back),
    rewardCodeFromMinor: convertUp(limits.rewardCodeFromMinor, back),
  };
}

function moneyOf(limits: MoneyLimits): MoneyLimits {
  const { payoutMinorMin, payoutMinorMax, payoutMinorPerDayMax, payoutFeeMinor, rewardCodeFromMinor } = limits;
  return { payoutMinorMin, payoutMinorMax, payoutMinorPerDayMax, payoutFeeMinor, rewardCodeFromMinor };
}
