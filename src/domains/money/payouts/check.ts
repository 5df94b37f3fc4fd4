/**
 * Checks cash-outs against the ledger: the amount is held from the request on, and due once approved. In the end the
 * money is sent and the diamonds are burnt, or everything is returned.
 */
import { sql } from 'drizzle-orm';
import { checkRows, DIAMOND } from '@/ledger/check';
import { payouts } from './tables';

const isOfDiamonds = sql`source = 'diamonds'`;
const isOfSales = sql`source = 'sales'`;
/** `rejected` was never approved; `failed` was. */
const wasApproved = sql`status IN ('approved', 'processing', 'paid', 'failed')`;
const isPaid = sql`status = 'paid'`;
const isReturned = sql`status IN ('rejected', 'failed')`;

const user = { holder: sql`user_id` };
const money = { unit: sql`currency` };
const due = { ...money, amount: sql`amount_minor + fee_minor` };
const diamonds = { unit: DIAMOND, amount: sql`diamonds` };

export const payoutCheck = checkRows({
  name: 'payout',
  refType: 'payout',
  table: payouts,
  legs: [
    { leg: 1, kind: 'payout_hold', ...user, ...diamonds, where: isOfDiamonds },
    { leg: 1, kind: 'sales_hold', ...user, ...due, where: isOfSales },
    { leg: 2, kind: 'payout_due', ...due, where: sql`${isOfDiamonds} AND ${wasApproved}` },
    { leg: 3, kind: 'payout_burn', ...diamonds, where: sql`${isOfDiamonds} AND ${isPaid}` },
    { leg: 3, kind: 'payout_return', ...user, ...diamonds, where: sql`${isOfDiamonds} AND ${isReturned}` },
    { leg: 3, kind: 'sales_return', ...user, ...due, where: sql`${isOfSales} AND ${isReturned}` },
    { leg: 4, kind: 'payout_undue', ...due, where: sql`${isOfDiamonds} AND status = 'failed'` },
    {
      leg: 4,
      kind: 'payout_cash',
      holder: sql`'platform:' || method`,
      ...money,
      amount: sql`amount_minor`,
      where: isPaid,
    },
    { leg: 5, kind: 'payout_fee', ...money, amount: sql`fee_minor`, where: sql`${isPaid} AND fee_minor > 0` },
  ],
});
