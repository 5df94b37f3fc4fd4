/** What time does to tickets, a bounded number of rows at a time. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, commitIfMet, requireThat } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { DAY_MS } from '@/shared/time';
import { VIEWS_FOR_MS } from './beside';
import { tellStatus } from './notices';
import { tickets, ticketViewers } from './tables';

const CLOSES_AFTER_MS = 7 * DAY_MS;
const ROWS_MAX = 200;

/**
 * Closes tickets that stayed resolved for a week, since their user had nothing to add, and notifies the users. Returns
 * true if there is more to do.
 */
export async function closeResolvedTickets(ctx: Context): Promise<boolean> {
  const now = ctx.now();
  const isDue = sql`status = 'resolved' AND status_at <= ${int(now - CLOSES_AFTER_MS)}`;
  const { id, number, userId, subject } = tickets;
  const due = await ctx.db
    .select({ id, number, userId, subject })
    .from(tickets)
    .where(isDue)
    .orderBy(tickets.statusAt)
    .limit(ROWS_MAX);
  if (due.length === 0) return false;
  const isOneOf = sql`id IN (SELECT value FROM json_each(${JSON.stringify(due.map((ticket) => ticket.id))}))`;
  // If one was reopened meanwhile, or another run closed them, the next run looks again.
  const areDue = sql`SELECT count(*) = ${literal(due.length)} FROM ${tickets} WHERE ${isOneOf} AND ${isDue}`;
  const close = ctx.db.update(tickets).set({ status: 'closed', statusAt: now, updatedAt: now }).where(isOneOf);
  const isClosed = await commitIfMet(ctx, [requireThat(ctx, areDue), close], {
    events: due.map((ticket) => tellStatus(ticket, 'closed')),
  });
  return isClosed && due.length === ROWS_MAX;
}

/** Forgets who looked at a ticket when it is no longer shown. Returns true if there is more to do. */
export async function clearTicketViews(ctx: Context): Promise<boolean> {
  const old = sql`SELECT ticket_id, staff_id FROM ticket_viewers WHERE seen_at <= ${int(ctx.now() - VIEWS_FOR_MS)}
    LIMIT ${literal(ROWS_MAX)}`;
  const [result] = (await commit(ctx, [
    ctx.db.run(sql`DELETE FROM ${ticketViewers} WHERE (ticket_id, staff_id) IN (${old})`),
  ])) as D1Result[]; // a statement without rows
  return result?.meta.changes === ROWS_MAX;
}
