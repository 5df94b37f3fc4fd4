/** A creator's figures are read by the creator, however many payouts others were sent. */
import { expect, test } from 'vitest';
import { plansOf } from '#test/support/plans';
import { readStats } from '@/domains/money/earnings/stats';
import { readHeldDiamonds } from '@/domains/money/payouts/held';

test.each([
  ['of statistics', (ctx: Parameters<typeof readStats>[0]) => readStats(ctx, 'u', {}), 2],
  ['that hold diamonds', (ctx: Parameters<typeof readStats>[0]) => readHeldDiamonds(ctx, 'u'), 1],
])('the payouts %s are those of the user', async (_, use, count) => {
  const plans = (await plansOf(use)).filter((plan) => plan.includes('payouts'));
  expect(plans).toHaveLength(count);
  for (const plan of plans) expect(plan).toContain('payouts_of_user (user_id=?)');
});
