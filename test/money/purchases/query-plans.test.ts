/** Every list and look-up of money goes by an index, however many purchases and codes there are. */
import { describe, expect, it } from 'vitest';
import { plansOf } from '#test/support/plans';
import { readOffers } from '@/domains/base/economy/offers';
import { discountQuery } from '@/domains/money/discounts/find';
import { listDiscounts } from '@/domains/money/discounts/manage';
import { listMyCodes, readLatestReward } from '@/domains/money/discounts/rewards';
import { findKnown } from '@/domains/money/payments/facts';
import { askAboutPayments } from '@/domains/money/payments/sweep';
import { listPurchases } from '@/domains/money/purchases/own';
import { listPackages } from '@/domains/money/purchases/packages';
import { PAYMENT_KINDS } from '@/domains/operations/webhooks/payment-kinds';
import { encodeCursor } from '@/http/envelope';
import type { Actor } from '@/shared/actor';

const actor: Actor = {
  ...{
    kind: 'user',
    userId: 'u',
    sessionId: 's',
    email: 'e',
    verified: true,
    role: 'viewer',
    creatorStatus: 'NONE',
    staff: null,
  },
};
const byPayment = { type: 'refunds-changed', purchaseId: null, paymentId: 'p' } as const;

const QUERIES: [string, Parameters<typeof plansOf>[0], string[]][] = [
  ['packages', (ctx) => listPackages(ctx, { page: 1, perPage: 20 }), ['coin_packages_on_offer']],
  [
    'my purchases',
    (ctx) => listPurchases(ctx, actor, { cursor: encodeCursor('purchases', ['x']), perPage: 20 }),
    ['purchases_of_user (user_id=? AND id<?)'],
  ],
  ['the purchase of a payment', (ctx) => findKnown(ctx, PAYMENT_KINDS, 'stripe', byPayment), ['purchases_by_payment']],
  ['purchases to ask about', (ctx) => askAboutPayments(ctx, PAYMENT_KINDS), ['purchases_to_ask (ask_at<?)']],
  [
    'a code as it is judged',
    (ctx) => discountQuery(ctx, 'x', 'u').get(),
    ['(code=?)', 'discount_redemptions_of_user (promotion=? AND user_id=?)'],
  ],
  ['my codes', (ctx) => listMyCodes(ctx, actor, { perPage: 20 }), ['discount_codes_of_owner (owner_id=?)']],
  ['my latest reward', (ctx) => readLatestReward(ctx, actor), ['discount_codes_of_owner (owner_id=?)']],
  [
    'all that is on offer',
    (ctx) => readOffers(ctx),
    [
      'coin_packages_on_offer',
      'discount_codes_by_kind (kind=?)',
      'discount_rewards_by_bonus (bonus_percent<?)',
      'discount_rewards_by_bonus (bonus_percent=? AND ends_at>?)',
      'discount_rewards_by_bonus (bonus_percent=?)',
    ],
  ],
  [
    'codes of staff',
    (ctx) => listDiscounts(ctx, { kind: 'promotional', code: undefined, cursor: undefined, perPage: 20 }),
    ['discount_codes_by_kind (kind=?)', 'discount_redemptions_of_code (code_id=? AND state=?)'],
  ],
];

describe('the query for', () => {
  it.each(QUERIES)('%s goes by an index and sorts nothing', async (_, use, indexes) => {
    const plans = (await plansOf(use)).join('\n');
    for (const index of indexes) expect(plans).toContain(index);
    expect(plans).not.toContain('TEMP B-TREE');
    for (const table of ['purchases', 'discount_codes', 'discount_redemptions', 'coin_packages'])
      expect(plans).not.toMatch(new RegExp(`SCAN ${table}$`, 'm'));
  });
});
