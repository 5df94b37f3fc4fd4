/**
 * Reads what a request for a cash-out is judged by, in one batch. Diamonds follow in a batch of their own, because the
 * economy says which of them have matured.
 */
import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { type Economy, economyOf, economyQuery } from '@/domains/base/economy/read';
import { exchanges } from '@/domains/money/earnings/tables';
import { salesHeld } from '@/domains/money/orders/tables';
import { creatorApplications } from '@/domains/people/creators/tables';
import type { Once } from '@/http/idempotency';
import { ledgerAccounts } from '@/ledger/tables';
import { balanceOf } from '@/ledger/transfers';
import { restsUntil } from './details-rest';
import type { SetOff } from './set-off';
import { type PayoutRow, payoutAccounts, payouts } from './tables';
import type { TermsInput, Today } from './terms';
import { todayQuery } from './today';

/** A payout, and the exchange that paid a debt first. */
export type Held = PayoutRow & { readonly setOff: SetOff | null };

interface CreatorFacts {
  /** 1: there is an approved application with bank details. */
  readonly hasDetails: number;
  /** Until when (ms) new bank details are not used. */
  readonly restsUntil: number | null;
  /** 1: the account at the provider can receive money. Null: there is none. */
  readonly accountEnabled: number | null;
  readonly coins: number;
}

/** Money from sales, by currency. */
type ByCurrency = Readonly<Record<string, number>>;

interface CreatorRow extends CreatorFacts {
  /** JSON of `ByCurrency`. */
  readonly sales: string;
  readonly heldSales: string;
}

export interface RequestFacts extends CreatorFacts {
  /** The payout already requested with this key. */
  readonly known: Held | undefined;
  readonly economy: Economy;
  readonly today: Today;
  /** The balances of sales, and what of them still matures or is held. */
  readonly sales: ByCurrency;
  readonly heldSales: ByCurrency;
}

export async function readRequestFacts(
  ctx: Context,
  userId: string,
  request: TermsInput,
  once: Once,
): Promise<RequestFacts> {
  const [known, economy, [today], [creator]] = await ctx.db.batch([
    heldQuery(ctx, userId, once),
    economyQuery(ctx),
    todayQuery(ctx, userId, request),
    creatorQuery(ctx, userId),
  ]);
  if (!today || !creator) throw new Error('A query without FROM, or of a sum, returned no row');
  return {
    ...creator,
    sales: JSON.parse(creator.sales) as ByCurrency, // as queried
    heldSales: JSON.parse(creator.heldSales) as ByCurrency, // as queried
    today,
    known: heldOf(known),
    economy: economyOf(economy),
  };
}

export async function findHeld(ctx: Context, userId: string, once: Once): Promise<Held | undefined> {
  return heldOf(await heldQuery(ctx, userId, once));
}

function heldQuery(ctx: Context, userId: string, { idempotencyKey }: Once) {
  return ctx.db
    .select({
      ...getTableColumns(payouts),
      setOffDiamonds: sql<number | null>`${exchanges.diamonds}`.as('set_off_diamonds'),
      setOffCoins: sql<number | null>`${exchanges.coins}`.as('set_off_coins'),
    })
    .from(payouts)
    .leftJoin(exchanges, eq(exchanges.id, payouts.setOffExchangeId))
    .where(and(eq(payouts.userId, userId), eq(payouts.idempotencyKey, idempotencyKey)));
}

function heldOf([row]: Awaited<ReturnType<typeof heldQuery>>): Held | undefined {
  if (!row) return undefined;
  const { setOffDiamonds: diamonds, setOffCoins: coins, ...payout } = row;
  return { ...payout, setOff: diamonds === null || coins === null ? null : { diamonds, coins } };
}

function creatorQuery(ctx: Context, userId: string) {
  return ctx.db.all<CreatorRow>(sql`
    SELECT
      EXISTS (SELECT 1 FROM ${creatorApplications} WHERE user_id = ${userId} AND status = 'APPROVED') AS hasDetails,
      ${restsUntil(userId, ctx.now())} AS restsUntil,
      (SELECT payouts_enabled FROM ${payoutAccounts} WHERE user_id = ${userId}) AS accountEnabled,
      ${balanceOf('wallet', 'coin', userId)} AS coins,
      (SELECT json_group_object(unit, balance) FROM ${ledgerAccounts}
        WHERE owner = ${userId} AND kind = 'sales') AS sales,
      (SELECT json_group_object(currency, amount_minor) FROM ${salesHeld} WHERE seller_id = ${userId}) AS heldSales`);
}
