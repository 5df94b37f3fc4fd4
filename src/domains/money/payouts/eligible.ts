/** Which creators can be paid. Takes no Context, so that a batch can require it at its own moment. */
import { type SQL, sql } from 'drizzle-orm';
import { users } from '@/domains/base/users/tables';
import { isStayingCreator } from '@/domains/base/visibility/people';
import { balanceOf } from '@/ledger/transfers';
import { en } from '@/texts/en';

/** The creator is neither banned nor leaving, and is still approved. */
export function isStillCreator(userId: string | SQL): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${users} WHERE id = ${userId} AND ${isStayingCreator()})`;
}

/**
 * Payments that are taken back after the request can leave a debt, which what the payout holds must cover first.
 * @param currency that of the payout: sales owed in it count too
 */
export function owesNothing(userId: string | SQL, currency: string | SQL): SQL<number> {
  return sql<number>`(${balanceOf('wallet', 'coin', userId)} >= 0 AND ${balanceOf('earnings', 'diamond', userId)} >= 0
    AND ${balanceOf('sales', currency, userId)} >= 0)`;
}

/** What the creator reads about a payout that was stopped for this reason. */
export const NO_LONGER_CREATOR = en.reasons.noLongerCreator;
export const IN_DEBT = en.reasons.inDebt;
