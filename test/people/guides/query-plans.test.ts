import { expect, test } from 'vitest';
import { plansOf } from '#test/support/plans';
import { periodAt } from '@/domains/base/economy/periods';
import { readGuideProgress } from '@/domains/people/guides/progress';

test('progress reads only what these guides did, got and lost in these days', async () => {
  const plans = await plansOf((ctx) => readGuideProgress(ctx, ['a guide'], [periodAt('month', ctx.now())]));
  const [work, gifts, reversed] = plans;
  expect(plans).toHaveLength(3);
  expect(work).toContain('SEARCH guide_work USING PRIMARY KEY (user_id=? AND day>? AND day<?)');
  expect(gifts).toContain('SEARCH room_gift_days USING PRIMARY KEY (user_id=? AND day>? AND day<?)');
  expect(reversed).toContain(
    'SEARCH reversed USING COVERING INDEX reversed_earnings_by_day (user_id=? AND ref_type=? AND day>? AND day<?)',
  );
  for (const plan of plans) expect(plan).not.toMatch(/SCAN (?!guide|period|\(subquery)/);
});
