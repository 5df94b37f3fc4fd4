/** Lists cash-outs: a creator's own, and for staff the pending ones and all of them. */

import type { z } from '@hono/zod-openapi';
import { and, asc, desc, eq, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { countRows } from '@/db/count-rows';
import { logStaff } from '@/domains/base/permissions/log';
import { isSeenBy } from '@/domains/base/permissions/reach';
import { users } from '@/domains/base/users/tables';
import { exchanges } from '@/domains/money/earnings/tables';
import { openFinancial } from '@/domains/people/creators/financial';
import { creatorApplications } from '@/domains/people/creators/tables';
import {
  COUNT_MAX,
  decodeCursor,
  encodeCursor,
  limitAndOffset,
  type PageQuery,
  presentCursorPage,
  presentPage,
} from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { restsUntil } from './details-rest';
import { isStillCreator, owesNothing } from './eligible';
import { ownColumns, presentPayout, presentReview, type Reviewed, reviewedColumns } from './present';
import { readRisks } from './risk';
import { type AllPayoutsQuery, CursorPosition } from './schemas';
import { type PayoutRow, payouts } from './tables';

const LIST = 'cashouts';

/** Newest first. */
export async function listOwnPayouts(ctx: Context, userId: string, query: PageQuery) {
  const { limit, offset } = limitAndOffset(query);
  const isOwn = eq(payouts.userId, userId);
  const [rows, total] = await Promise.all([
    ctx.db
      .select(ownColumns)
      .from(payouts)
      .leftJoin(exchanges, eq(exchanges.id, payouts.setOffExchangeId))
      .where(isOwn)
      .orderBy(desc(payouts.id))
      .limit(limit)
      .offset(offset),
    count(ctx, isOwn),
  ]);
  return presentPage(
    rows.map(({ payout, setOff }) => presentPayout(payout, setOff)),
    total,
    query,
  );
}

/** Oldest first, in the order in which to decide them. */
export async function listPendingPayouts(ctx: Context, actor: Actor, query: PageQuery) {
  const { limit, offset } = limitAndOffset(query);
  const isPending = and(eq(payouts.status, 'requested'), isSeenBy(actor));
  const [rows, total] = await Promise.all([
    reviewed(ctx).where(isPending).orderBy(asc(payouts.id)).limit(limit).offset(offset),
    count(ctx, isPending),
  ]);
  const present = await presenter(ctx, rows);
  return presentPage(rows.map(present), total, query);
}

/** Newest first. With `id`, an approved bank transfer includes the account to pay it to. */
export async function listPayouts(ctx: Context, actor: Actor, query: z.output<typeof AllPayoutsQuery>) {
  const { id, status, cursor, perPage } = query;
  const before = cursor === undefined ? undefined : decodeCursor(LIST, CursorPosition, cursor)[0];
  const rows = await reviewed(ctx)
    .where(
      and(
        status && eq(payouts.status, status),
        id === undefined ? undefined : eq(payouts.id, id),
        before === undefined ? undefined : lt(payouts.id, before),
        isSeenBy(actor),
      ),
    )
    .orderBy(desc(payouts.id))
    .limit(perPage + 1);
  const opened = id === undefined ? undefined : await openAccountOf(ctx, actor, rows[0]?.payout);
  const present = await presenter(ctx, rows);
  return presentCursorPage(
    rows,
    perPage,
    (row) => ({ ...present(row), ...(opened ? { bankAccount: opened } : {}) }),
    (row) => encodeCursor(LIST, [row.payout.id]),
  );
}

function reviewed(ctx: Context) {
  return ctx.db
    .select(reviewedColumns)
    .from(payouts)
    .innerJoin(users, eq(users.id, payouts.userId))
    .leftJoin(creatorApplications, eq(creatorApplications.userId, payouts.userId))
    .leftJoin(exchanges, eq(exchanges.id, payouts.setOffExchangeId));
}

/** Reads the risks of all creators of a page at once. */
async function presenter(ctx: Context, rows: readonly Reviewed[]) {
  const ids = JSON.stringify([...new Set(rows.map(({ payout }) => payout.userId))]);
  const risks = await readRisks(ctx, sql`SELECT value FROM json_each(${ids})`);
  const now = ctx.now();
  return (row: Reviewed) => presentReview({ ...row, risk: risks.get(row.payout.userId) }, now);
}

/**
 * The only place that shows a bank account in full: for an approved transfer to a creator who can be paid and owes
 * nothing, unless the details are still resting. It is logged before it is shown. In any other case nothing is decrypted.
 */
async function openAccountOf(ctx: Context, actor: Actor, payout: PayoutRow | undefined) {
  if (payout?.method !== 'bank' || payout.status !== 'approved') return undefined;
  const application = await ctx.db
    .select({ id: creatorApplications.id, financial: creatorApplications.financial })
    .from(creatorApplications)
    .where(
      and(
        eq(creatorApplications.userId, payout.userId),
        isStillCreator(payout.userId),
        owesNothing(payout.userId, payout.currency),
        isNull(restsUntil(payout.userId, ctx.now())),
      ),
    )
    .get();
  if (!application) return undefined;
  const { id: targetId, userId } = payout;
  const { userId: staffId } = actor;
  await commit(ctx, [
    logStaff(ctx, { staffId, action: 'payout.bank-account', targetType: 'payout', targetId, subjectId: userId }),
  ]);
  return openFinancial(ctx, application);
}

async function count(ctx: Context, where: SQL | undefined): Promise<number> {
  const counted = ctx.db
    .select({ one: sql`1` })
    .from(payouts)
    .innerJoin(users, eq(users.id, payouts.userId))
    .where(where);
  const [{ total = 0 } = {}] = await countRows(ctx, counted, COUNT_MAX + 1);
  return total;
}
