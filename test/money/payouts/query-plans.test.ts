/** The desk reads a page of cash-outs with a fixed number of statements, and each creator's risk by indexes. */
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { changeEconomy, once } from '#test/support/money';
import { asPaidCreator } from '#test/support/payouts';
import { plansOf } from '#test/support/plans';
import { actorOf } from '#test/support/users';
import { listPayouts, listPendingPayouts } from '@/domains/money/payouts/lists';
import { readRisks } from '@/domains/money/payouts/risk';
import { PayoutsQuery } from '@/domains/money/payouts/schemas';

const actor = actorOf({ userId: 'owner', email: 'owner@footlight.test' });
const page = PayoutsQuery.parse({});

describe('a page of cash-outs', () => {
  it('takes as many statements for ten creators as for none', async () => {
    const countOf = async () => [
      (await plansOf((ctx) => listPendingPayouts(ctx, actor, page))).length,
      (await plansOf((ctx) => listPayouts(ctx, actor, { perPage: 20 }))).length,
    ];
    expect(await countOf()).toEqual([3, 2]);
    await changeEconomy({ limits: { payoutsPerDayMax: 10 } });
    for (let creators = 0; creators < 5; creators += 1) {
      const creator = await asPaidCreator(5_000);
      const request = { source: 'diamonds', diamonds: 1_000, method: 'bank' };
      for (let asked = 0; asked < 2; asked += 1) await creator.post('payment/payout', request, once());
    }
    expect(await countOf()).toEqual([3, 2]);
  });
});

describe('the risks of a page', () => {
  it('are read by indexes, of the creators of the page alone', async () => {
    const [plan = '', ...others] = await plansOf((ctx) => readRisks(ctx, sql`SELECT value FROM json_each('["u"]')`));
    expect(others).toEqual([]);
    expect(plan).toContain('gifts_sent_of_recipient (recipient_id=? AND id>?)');
    expect(plan).toContain('subscription_charges_of_creator (creator_id=? AND id>?)');
    expect(plan).toContain('payouts_of_user (user_id=?)');
    const scans = plan.split('\n').filter((line) => line.startsWith('SCAN') && !/json_each|subquery|spend/.test(line));
    expect(scans).toEqual([]);
    expect(plan).not.toMatch(/SCAN (users|payouts|gifts_sent|subscription_charges|coin_lots|lot_uses|ledger_accounts)/);
  });
});
