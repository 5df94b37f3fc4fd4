/**
 * What staff see beside a ticket: who else looks at it, the user's other tickets, purchases, sanctions and device. Amounts
 * need `canSeeLedger`, and reasons of sanctions need `canReviewReports`.
 */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, gt, ne, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { decisions } from '@/domains/base/decisions/tables';
import { staffCan } from '@/domains/base/permissions/permissions';
import { cardColumns, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { purchases } from '@/domains/money/purchases/tables';
import { authSessions } from '@/domains/people/auth/tables';
import type { Actor } from '@/shared/actor';
import { MINUTE_MS, toIso, toIsoOrNull } from '@/shared/time';
import { showNumber } from './number';
import type { Ticket } from './schemas';
import { tickets, ticketViewers } from './tables';

export const VIEWS_FOR_MS = 2 * MINUTE_MS;
const NEWEST_MAX = 5;
const VIEWERS_MAX = 20;

/** What these queries answer in one batch, in their order. */
export type RowsOf<Queries extends readonly unknown[]> = { readonly [I in keyof Queries]: Awaited<Queries[I]> };

export type Beside = RowsOf<ReturnType<typeof besideQueries>>;

export function besideQueries(ctx: Context, { userId }: Actor, ticketId: string) {
  const owner = sql`(SELECT user_id FROM ${tickets} WHERE id = ${ticketId})`;
  const isRecent = gt(ticketViewers.seenAt, ctx.now() - VIEWS_FOR_MS);
  const { id, number, subject, status } = tickets;
  return [
    ctx.db
      .select({ ...cardColumns, seenAt: ticketViewers.seenAt })
      .from(ticketViewers)
      .innerJoin(users, eq(users.id, ticketViewers.staffId))
      .where(and(eq(ticketViewers.ticketId, ticketId), isRecent, ne(ticketViewers.staffId, userId)))
      .limit(VIEWERS_MAX),
    ctx.db
      .select({ id, number, subject, status })
      .from(tickets)
      .where(and(sql`user_id = ${owner}`, ne(tickets.id, ticketId)))
      .orderBy(desc(tickets.id))
      .limit(NEWEST_MAX),
    ctx.db
      .select({
        id: purchases.id,
        status: purchases.status,
        provider: purchases.provider,
        createdAt: purchases.createdAt,
        coins: purchases.coins,
        amountMinor: purchases.amountMinor,
        currency: purchases.currency,
      })
      .from(purchases)
      .where(sql`user_id = ${owner}`)
      .orderBy(desc(purchases.id))
      .limit(NEWEST_MAX),
    ctx.db.select().from(decisions).where(sql`subject_id = ${owner}`).orderBy(desc(decisions.id)).limit(NEWEST_MAX),
    ctx.db
      .select({ userAgent: authSessions.userAgent, lastSeenAt: authSessions.lastSeenAt })
      .from(authSessions)
      .where(sql`user_id = ${owner}`)
      .orderBy(desc(authSessions.createdAt))
      .limit(1),
  ] as const;
}

export function presentBeside(
  { staff }: Actor,
  [viewers, others, bought, sanctions, [device]]: Beside,
): NonNullable<z.input<typeof Ticket>['beside']> {
  const [seesMoney, seesReasons] = [staffCan(staff, 'canSeeLedger'), staffCan(staff, 'canReviewReports')];
  return {
    viewers: viewers.map(({ seenAt, ...card }) => ({ card: presentCard(card), at: toIso(seenAt) })),
    tickets: others.map(({ number, ...ticket }) => ({ ...ticket, number: showNumber(number) })),
    purchases: bought.map(({ id, status, provider, createdAt, coins, amountMinor, currency }) => ({
      ...{ id, status, provider, createdAt: toIso(createdAt) },
      ...(seesMoney ? { coins, amountMinor, currency } : {}),
    })),
    sanctions: sanctions.map(({ id, action, rule, createdAt, until, reversedAt, reason }) => ({
      ...{ id, action, rule, at: toIso(createdAt), until: toIsoOrNull(until), reversedAt: toIsoOrNull(reversedAt) },
      ...(seesReasons ? { reason } : {}),
    })),
    device: device ? { userAgent: device.userAgent, lastSeenAt: toIso(device.lastSeenAt) } : null,
  };
}
