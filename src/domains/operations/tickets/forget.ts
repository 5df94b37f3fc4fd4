/**
 * For the end of an account. Its tickets lose every text and file, those of staff included, and keep category, times
 * and rating for the figures. They are closed. Tickets that a member of staff had are no longer assigned.
 */
import { eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { int } from '@/db/sql';
import { forgetMedia } from '@/domains/base/media/store';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { notificationActors } from '@/domains/base/notifications/tables';
import { ticketAttachments, ticketReplies, tickets, ticketViewers } from './tables';

const FILES_A_STEP = 40;

/** Deletes files in the user's tickets, and files that the user attached elsewhere. Returns how many. */
export async function forgetAttachments(ctx: Context, userId: string): Promise<number> {
  const rows = await ctx.db.all<{ id: string; key: string }>(sql`
    SELECT id, key FROM ${ticketAttachments} WHERE uploader_id = ${userId} AND key IS NOT NULL
    UNION SELECT id, key FROM ${ticketAttachments}
      WHERE ticket_id IN (SELECT id FROM ${tickets} WHERE user_id = ${userId}) AND key IS NOT NULL
    LIMIT ${FILES_A_STEP}`);
  if (rows.length === 0) return 0;
  const files = rows.map(({ key }) => forgetMedia(ctx, key));
  const ids = rows.map(({ id }) => id);
  await commit(
    ctx,
    [
      ctx.db.update(ticketAttachments).set({ key: null, name: '' }).where(inArray(ticketAttachments.id, ids)),
      ...files.map(({ statement }) => statement),
    ],
    { events: files.map(({ event }) => event) },
  );
  return rows.length;
}

/** For the batch that ends an account: nobody waits for its user, so nothing is due. */
export function closeTicketsOf(ctx: Context, userId: string): Statement {
  const now = int(ctx.now());
  return ctx.db.run(sql`UPDATE ${tickets} SET status = 'closed', status_at = ${now}, due_at = NULL,
      resolved_at = coalesce(resolved_at, ${now}), updated_at = max(updated_at + 1, ${now})
    WHERE user_id = ${userId} AND status <> 'closed'`);
}

/** For the batch by which someone can no longer manage tickets. Closed ones keep who had them. */
export function unassignTickets(ctx: Context, staffId: string): Statement {
  return ctx.db.run(
    sql`UPDATE ${tickets} SET assignee_id = NULL WHERE assignee_id = ${staffId} AND status <> 'closed'`,
  );
}

/** Repeat until it changes nothing. */
export function blankTickets(ctx: Context, userId: string, limit: SQL): Statement[] {
  const own = sql`SELECT id FROM ${tickets} WHERE user_id = ${userId}`;
  const oneWaiting = sql`(SELECT id FROM ${tickets} WHERE user_id = ${userId}
    AND EXISTS (SELECT 1 FROM ${notificationActors} WHERE actor_id = tickets.id) LIMIT 1)`;
  return [
    ...withdrawWaiting(ctx, oneWaiting),
    ctx.db.run(sql`UPDATE ${ticketReplies} SET text = '' WHERE id IN (
      SELECT id FROM ticket_replies WHERE ticket_id IN (${own}) AND text <> '' ${limit})`),
    ctx.db.run(sql`UPDATE ${ticketAttachments} SET name = '' WHERE id IN (
      SELECT id FROM ticket_attachments WHERE ticket_id IN (${own}) AND name <> '' ${limit})`),
    ctx.db.run(sql`UPDATE ${tickets} SET subject = '', description = '' WHERE id IN (
      SELECT id FROM tickets WHERE user_id = ${userId} AND (subject <> '' OR description <> '') ${limit})`),
    ctx.db.run(sql`UPDATE ${tickets} SET assignee_id = NULL WHERE id IN (
      SELECT id FROM tickets WHERE assignee_id = ${userId} ${limit})`),
  ];
}

export function forgetViews(ctx: Context, userId: string): Statement {
  return ctx.db.delete(ticketViewers).where(eq(ticketViewers.staffId, userId));
}
