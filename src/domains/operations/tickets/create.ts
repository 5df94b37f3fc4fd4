/**
 * A user opens a ticket. The same ticket with the same files within a minute is a repeat of the request, and answers
 * the first.
 */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { commitSpent } from '@/domains/base/budgets/spend';
import { fileError } from '@/domains/base/media/errors';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { type Envelope, reply } from '@/http/envelope';
import { AppError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';
import { attach, claimFiles, presentAttachments } from './attachments';
import { ticketError } from './errors';
import { newNumber } from './number';
import { presentSummary } from './present';
import { readTicket } from './read-ticket';
import type { NewTicket, Ticket } from './schemas';
import { priorityOf, startClock } from './service-level';
import { type TicketRow, ticketAttachments, tickets } from './tables';

export const REPEATED_MS = MINUTE_MS;

/** Throws what `claimUploads` throws, UPLOAD_CONFLICT, DAILY_BUDGET_SPENT, TICKET_CHANGED. */
export async function createTicket(
  ctx: Context,
  actor: Actor,
  input: z.output<typeof NewTicket>,
): Promise<Envelope<z.input<typeof Ticket>>> {
  const { userId } = actor;
  const id = newId();
  const [twin, claimed] = await Promise.all([
    findTwin(ctx, userId, input),
    claimFiles(ctx, userId, input.attachmentIds),
  ]);
  if (twin) return reply(await readTicket(ctx, actor, twin.id), { status: 200 });
  if (claimed instanceof AppError) throw claimed;
  const row = newTicket(ctx, userId, input, id);
  const files = attach(ctx, { ticketId: id, replyId: null, uploaderId: userId }, claimed);
  try {
    await commitSpent(
      ctx,
      { userId, costs: { support: 1 }, at: ctx.now() },
      [
        requireThat(ctx, sql`NOT EXISTS (${twinQuery(ctx, userId, input)})`),
        ctx.db.insert(tickets).values(row),
        ...files.statements,
      ],
      {
        events: [staffEvent('ticket', { id, subjectId: userId }), ...files.events],
        refusals: {
          DEMAND_NOT_MET: () => fileError('UPLOAD_CONFLICT'),
          'tickets.number': () => ticketError('TICKET_CHANGED'), // drawn twice in a hundred thousand million
        },
      },
    );
  } catch (error) {
    const other = await findTwin(ctx, userId, input); // sent at the same time
    if (other) return reply(await readTicket(ctx, actor, other.id), { status: 200 });
    throw error;
  }
  ctx.log.event('ticket.created', { ticketId: id, category: row.category });
  const shown = presentSummary(ctx, { ...row, replyCount: 0 }, new Map(), 'user');
  const attachments = await presentAttachments(ctx, files.rows);
  return reply({ ...shown, attachments, replies: [], nextRepliesCursor: null, merged: [] }, { status: 201 });
}

type Content = Pick<z.output<typeof NewTicket>, 'category' | 'subject' | 'description'>;

export function newTicket(
  ctx: Context,
  userId: string,
  { category, subject, description, priority }: Content & { priority?: TicketRow['priority'] | undefined },
  id: string,
): TicketRow {
  const now = ctx.now();
  return {
    id,
    number: newNumber(),
    userId,
    category,
    subject,
    description,
    ...startClock(priorityOf(category, priority), now),
    assigneeId: null,
    rating: null,
    mergedInto: null,
    continues: null,
    createdAt: now,
    updatedAt: now,
  };
}

type Sent = Content & { readonly attachmentIds: readonly string[] };

function twinQuery(ctx: Context, userId: string, { category, subject, description, attachmentIds }: Sent) {
  const files = sql`(SELECT json_group_array(id ORDER BY id) FROM ${ticketAttachments}
    WHERE ticket_id = tickets.id AND reply_id IS NULL)`;
  return sql`SELECT id FROM ${tickets} WHERE user_id = ${userId} AND created_at > ${int(ctx.now() - REPEATED_MS)}
    AND +category = ${category} AND subject = ${subject} AND description = ${description}
    AND ${files} = ${JSON.stringify(attachmentIds.toSorted())} ORDER BY id DESC LIMIT 1`;
}

async function findTwin(ctx: Context, userId: string, content: Sent): Promise<{ id: string } | undefined> {
  const [twin] = await ctx.db.all<{ id: string }>(twinQuery(ctx, userId, content));
  return twin;
}
