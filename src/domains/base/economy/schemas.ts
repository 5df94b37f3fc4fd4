/** Wire shapes of the economy: a version, and a change to each of its parts. */
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
  });
export const LimitChanges = WireLimits.partial().openapi('EconomyLimitChanges', {
  description: 'Each range is sent whole.',
});
export const TargetsRequest = z
  .strictObject({ targets: Targets, guides: GuideRules.optional().describe('Who may apply to be a guide.') })
  .openapi('TargetsRequest');

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
