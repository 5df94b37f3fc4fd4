/**
 * Checks cash-outs against the ledger and against the economy. The amount is held from the request on, and due once
 * approved. In the end the money is sent and the diamonds are burnt, or everything is returned. What is sent follows from
 * the terms of the economy that the cash-out names, and its status from what happened to it.
 */
import { and, asc, eq, gt, inArray, lte, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { EconomyConfig } from '@/contracts/economy';
import { economyVersions } from '@/domains/base/economy/tables';
import { exchanges } from '@/domains/money/earnings/tables';
import { checkRows, DIAMOND, type MoneyCheck } from '@/ledger/check';
import type { Finding } from '@/ledger/tables';
import { type PayoutRow, payouts } from './tables';
import { inItsCurrency, termsOf } from './terms';

const isOfDiamonds = sql`source = 'diamonds'`;
const isOfSales = sql`source = 'sales'`;
/** `rejected` was never approved; `failed` was. */
const wasApproved = sql`status IN ('approved', 'processing', 'paid', 'failed', 'returned')`;
const wasPaid = sql`status IN ('paid', 'returned')`;
const isGivenUp = sql`status IN ('rejected', 'failed')`;
const cameBack = sql`status = 'returned'`;

const user = { holder: sql`user_id` };
const clearing = { holder: sql`'platform:' || method` };
const money = { unit: sql`currency` };
const due = { ...money, amount: sql`amount_minor + fee_minor` };
const sent = { ...money, amount: sql`amount_minor` };
const fee = { ...money, amount: sql`fee_minor` };
const diamonds = { unit: DIAMOND, amount: sql`diamonds` };

const transfers = checkRows({
  name: 'payout',
  refType: 'payout',
  table: payouts,
  legs: [
    { leg: 1, kind: 'payout_hold', ...user, ...diamonds, where: isOfDiamonds },
    { leg: 1, kind: 'sales_hold', ...user, ...due, where: isOfSales },
    { leg: 2, kind: 'payout_due', ...due, where: sql`${isOfDiamonds} AND ${wasApproved}` },
    { leg: 3, kind: 'payout_burn', ...diamonds, where: sql`${isOfDiamonds} AND ${wasPaid}` },
    { leg: 3, kind: 'payout_return', ...user, ...diamonds, where: sql`${isOfDiamonds} AND ${isGivenUp}` },
    { leg: 3, kind: 'sales_return', ...user, ...due, where: sql`${isOfSales} AND ${isGivenUp}` },
    { leg: 4, kind: 'payout_undue', ...due, where: sql`${isOfDiamonds} AND status = 'failed'` },
    { leg: 4, kind: 'payout_cash', ...clearing, ...sent, where: wasPaid },
    { leg: 5, kind: 'payout_fee', ...fee, where: sql`${wasPaid} AND fee_minor > 0` },
    { leg: 6, kind: 'payout_cash_returned', ...clearing, ...sent, where: cameBack },
    { leg: 7, kind: 'payout_fee_returned', ...fee, where: sql`${cameBack} AND fee_minor > 0` },
    { leg: 8, kind: 'payout_undue', ...due, where: sql`${isOfDiamonds} AND ${cameBack}` },
    { leg: 8, kind: 'sales_return', ...user, ...due, where: sql`${isOfSales} AND ${cameBack}` },
    { leg: 9, kind: 'payout_restored', ...user, ...diamonds, where: sql`${isOfDiamonds} AND ${cameBack}` },
  ],
});

export const payoutCheck: MoneyCheck = {
  ...transfers,
  async page(ctx, after) {
    const page = await transfers.page(ctx, after);
    const isOnPage = and(gt(payouts.id, after ?? ''), page.next === null ? undefined : lte(payouts.id, page.next));
    const byId = Map.groupBy([...page.findings, ...(await findWrong(ctx, isOnPage))], ({ id }) => id);
    const findings = [...byId].map(([id, found]) => {
      return { subject: 'payout', id, problem: found.map(({ problem }) => problem).join('; ') };
    });
    return { ...page, findings };
  },
};

/** By the economy's version. */
type Economies = ReadonlyMap<number, EconomyConfig>;

async function findWrong(ctx: Context, isOnPage: SQL | undefined): Promise<Finding[]> {
  const { id, userId } = exchanges;
  const { economyVersion: version } = payouts;
  const [rows, versions] = await Promise.all([
    ctx.db
      .select({ payout: payouts, exchange: { id, userId } })
      .from(payouts)
      .leftJoin(exchanges, eq(exchanges.id, payouts.setOffExchangeId))
      .where(isOnPage)
      .orderBy(asc(payouts.id)),
    ctx.db
      .select({ version: economyVersions.version, config: economyVersions.config })
      .from(economyVersions)
      .where(inArray(economyVersions.version, ctx.db.select({ version }).from(payouts).where(isOnPage))),
  ]);
  const economies = new Map(versions.map(({ version, config }) => [version, config]));
  return rows.flatMap(({ payout, exchange }) => {
    const problems = [...wrongTerms(payout, economies), ...wrongStatus(payout)];
    if (payout.setOffExchangeId !== null && exchange?.userId !== payout.userId)
      problems.push('names an exchange that is not of its creator');
    return problems.length === 0 ? [] : [{ subject: 'payout', id: payout.id, problem: problems.join('; ') }];
  });
}

/** The same rule as at the request. Versions from before limits had a currency apply theirs to every currency. */
function wrongTerms(payout: PayoutRow, economies: Economies): string[] {
  const { diamonds: asked, amountMinor, feeMinor, currency, method, economyVersion } = payout;
  const economy = economies.get(economyVersion);
  if (!economy) return [`names version ${economyVersion} of the economy, which does not exist`];
  const request =
    asked === null
      ? ({ source: 'sales', amountMinor: amountMinor + feeMinor, currency, method } as const)
      : ({ source: 'diamonds', diamonds: asked, method } as const);
  const terms = termsOf(request, inItsCurrency(request, economy) ?? economy);
  if (terms.amountMinor === amountMinor && terms.feeMinor === feeMinor && terms.currency === currency) return [];
  return [
    `sends ${amountMinor} ${currency} for a fee of ${feeMinor}, but its terms come to ${terms.amountMinor} ${terms.currency} for ${terms.feeMinor}`,
  ];
}

/** What happened to a payout leaves a time or a reason, and only that. */
function wrongStatus({ status, decidedAt, processingAt, paidAt, reference, returnedAt, reason }: PayoutRow): string[] {
  const facts = [
    { is: status !== 'requested', has: decidedAt !== null, what: 'a decision' },
    { is: status === 'paid' || status === 'returned', has: paidAt !== null && reference !== null, what: 'a payment' },
    { is: status === 'returned', has: returnedAt !== null, what: 'a return' },
    ...(status === 'processing' ? [{ is: true, has: processingAt !== null, what: 'an attempt to send it' }] : []),
    ...(['rejected', 'failed', 'returned'].includes(status)
      ? [{ is: true, has: reason !== null, what: 'a reason' }]
      : []),
  ];
  return facts
    .filter(({ is, has }) => is !== has)
    .map(({ has, what }) => `is ${status}, but ${has ? 'has' : 'lacks'} ${what}`);
}
