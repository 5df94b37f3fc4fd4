/** One ticket with its replies, for its user or for staff, in one batch. */
import type { z } from '@hono/zod-openapi';
import { and, asc, eq, getTableColumns, gt, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, type Following } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { staffCan } from '@/domains/base/permissions/permissions';
import { decodeCursor, encodeCursor } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { SECOND_MS } from '@/shared/time';
import { peopleQuery, sideOf } from './access';
import { presentAttachments } from './attachments';
import { type Beside, besideQueries, presentBeside, type RowsOf } from './beside';
import { ticketError } from './errors';
import { showNumber } from './number';
import { byId, presentReply, presentSummary } from './present';
import { IdPosition, type Ticket } from './schemas';
import { ticketAttachments, ticketReplies, tickets } from './tables';

const LIST = 'ticket-replies';
const REPLIES_MAX = 100;
/** A ticket that stays open on a screen is not written more often. */
const VIEW_AGAIN_MS = 30 * SECOND_MS;

/** Replies that the user sees. */
export const replyCount = sql<number>`(SELECT count(*) FROM ticket_replies
  WHERE ticket_replies.ticket_id = tickets.id AND ticket_replies.internal = 0)`;

export const countedColumns = { ...getTableColumns(tickets), replyCount: replyCount.as('reply_count') };

/** Throws TICKET_NOT_FOUND, CURSOR_INVALID. @param cursor of the replies */
export async function readTicket(
  ctx: Context,
  actor: Actor,
  id: string,
  cursor?: string,
): Promise<z.input<typeof Ticket>> {
  const after = cursor === undefined ? '' : decodeCursor(LIST, IdPosition, cursor)[0];
  const [parts, beside] = queriesOf(ctx, actor, id, after);
  return present(ctx, actor, id, await ctx.db.batch([...parts, ...beside]));
}

/** Commits, and reads the ticket in the same batch. Throws TICKET_NOT_FOUND, and what `following` refuses. */
export async function commitAndRead(
  ctx: Context,
  actor: Actor,
  id: string,
  statements: readonly Statement[],
  following: Following,
): Promise<z.input<typeof Ticket>> {
  const reads = queriesOf(ctx, actor, id, '').flat();
  const results = await commit(ctx, [...statements, ...reads], following);
  return present(ctx, actor, id, results.slice(-reads.length));
}

type Parts = RowsOf<ReturnType<typeof partQueries>>;
const PARTS = 5 satisfies Parts['length'];

/** What stands beside the ticket is only read for staff. */
function queriesOf(ctx: Context, actor: Actor, id: string, after: string) {
  const isAgent = staffCan(actor.staff, 'canManageTickets');
  return [partQueries(ctx, actor, id, after), isAgent ? besideQueries(ctx, actor, id) : []] as const;
}

/** @param results the rows of `queriesOf` */
async function present(
  ctx: Context,
  actor: Actor,
  id: string,
  results: readonly unknown[],
): Promise<z.input<typeof Ticket>> {
  const [[ticket], replies, attachments, merged, people] = results.slice(0, PARTS) as unknown as Parts; // in this order
  const beside = results.slice(PARTS);
  const known = byId(people);
  const owner = ticket && known.get(ticket.userId);
  const side = owner && sideOf(actor, owner);
  if (!ticket || !side) throw ticketError('TICKET_NOT_FOUND');
  if (side === 'staff') markViewed(ctx, actor, id);
  const page = replies.slice(0, REPLIES_MAX);
  const last = page.at(-1);
  return {
    ...presentSummary(ctx, ticket, known, side),
    attachments: await presentAttachments(
      ctx,
      attachments.filter(({ replyId }) => replyId === null),
    ),
    replies: await Promise.all(page.map((reply) => presentReply(ctx, reply, known, attachments, side))),
    nextRepliesCursor: last && replies.length > REPLIES_MAX ? encodeCursor(LIST, [last.id]) : null,
    merged: merged.map(({ number, ...one }) => ({ ...one, number: showNumber(number) })),
    ...(side === 'staff' && beside.length > 0 ? { beside: presentBeside(actor, beside as unknown as Beside) } : {}),
  };
}

/** Attachments and authors are those of the page. Staff see their own ticket as its user. */
function partQueries(ctx: Context, actor: Actor, id: string, after: string) {
  const family = familyOf(id);
  const isForeign = sql`EXISTS (SELECT 1 FROM ${tickets} WHERE id = ${id} AND user_id <> ${actor.userId})`;
  const isPublic = eq(ticketReplies.internal, false);
  const isShown = staffCan(actor.staff, 'canManageTickets') ? or(isPublic, isForeign) : isPublic;
  const isLater = and(sql`${ticketReplies.ticketId} IN (${family})`, gt(ticketReplies.id, after), isShown);
  const page = sql`SELECT id FROM ${ticketReplies} WHERE ${isLater} ORDER BY id LIMIT ${literal(REPLIES_MAX)}`;
  const files = sql`SELECT id FROM ${ticketAttachments} WHERE reply_id IN (${page})
    UNION ALL SELECT id FROM ticket_attachments WHERE ticket_id IN (${family}) AND +reply_id IS NULL`;
  const { id: ticketId, number, subject, description } = tickets;
  return [
    ctx.db.select(countedColumns).from(tickets).where(eq(tickets.id, id)),
    ctx.db
      .select()
      .from(ticketReplies)
      .where(isLater)
      .orderBy(asc(ticketReplies.id))
      .limit(REPLIES_MAX + 1),
    ctx.db.select().from(ticketAttachments).where(sql`${ticketAttachments.id} IN (${files})`),
    ctx.db
      .select({ id: ticketId, number, subject, description })
      .from(tickets)
      .where(eq(tickets.mergedInto, id))
      .orderBy(asc(tickets.id)),
    peopleQuery(
      ctx,
      sql`SELECT user_id FROM ${tickets} WHERE id = ${id} UNION SELECT assignee_id FROM ${tickets} WHERE id = ${id}
        UNION SELECT author_id FROM ${ticketReplies} WHERE id IN (${page})`,
      actor,
    ),
  ] as const;
}

/** The ticket and those merged into it. */
function familyOf(id: string): SQL {
  return sql`SELECT ${id} UNION ALL SELECT id FROM tickets WHERE merged_into = ${id}`;
}

/** After the response. NOTE: the only write of a read. It says who looks; a sweep clears it. */
function markViewed(ctx: Context, { userId }: Actor, ticketId: string): void {
  const now = ctx.now();
  ctx.waitUntil(
    commit(ctx, [
      ctx.db.run(sql`
        INSERT INTO ticket_viewers (ticket_id, staff_id, seen_at) VALUES (${ticketId}, ${userId}, ${int(now)})
        ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at WHERE seen_at < ${int(now - VIEW_AGAIN_MS)}`),
    ]),
  );
}
