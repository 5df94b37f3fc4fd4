/**
 * Wire shapes of the economy: a version, and a change to each of its parts. The examples are what a new platform has, so
 * that sending them by mistake breaks nothing.
 */
import { z } from '@hono/zod-openapi';
import { Conversions, GuideRules, Targets } from '@/contracts/economy';
import { PublicCard } from '@/domains/base/users/schemas';
import { orNull } from '@/http/envelope';
import { WireLimits, WireMoneyLimits } from './wire-limits';

export const ConversionChanges = Conversions.extend({
  limits: WireMoneyLimits.describe('The amounts of `EconomyLimits` that are in the payout currency.'),
})
  .partial()
  .openapi('ConversionChanges', {
    description:
      'Another `payoutCurrency` needs `minorPerDiamond`, `currencyRates` and `limits` in the same request, because they ' +
      'are in that currency. Lists are replaced whole.',
    example: {
      diamondsPerCoin: { numerator: 1, denominator: 2 },
      minorPerDiamond: { numerator: 1, denominator: 1 },
    },
  });
export const LimitChanges = WireLimits.partial().openapi('EconomyLimitChanges', {
  description: 'Each range is sent whole.',
  example: { tip: { min: 10, max: 100_000 }, payout: { min: 1_000, max: 1_000_000 }, payoutFeeBasisPoints: 100 },
});
export const TargetsRequest = z
  .strictObject({ targets: Targets, guides: GuideRules.optional().describe('Who may apply to be a guide.') })
  .openapi('TargetsRequest', {
    example: {
      targets: [
        { ...aTarget('first-diamonds', 1, 1_000, 50), metric: 'diamonds', period: 'month' },
        { ...aTarget('steady-diamonds', 2, 10_000, 750), metric: 'diamonds', period: 'month' },
        { ...aTarget('on-air', 1, 600, 100), metric: 'minutesStreamed', period: 'week' },
      ],
    },
  });

function aTarget(id: string, tier: number, threshold: number, diamonds: number) {
  return { id, tier, threshold, reward: { diamonds }, audience: 'creator' };
}

export const EconomyVersion = z
  .object({
    version: z.int(),
    conversions: Conversions,
    limits: WireLimits,
    targets: Targets,
    guides: GuideRules,
    changedBy: orNull(PublicCard).describe('Null for the initial version.'),
    createdAt: z.iso.datetime(),
  })
  .openapi('EconomyVersion');
