/**
 * Has the virus scanner look at an attachment. An infected file is deleted. Its sender is notified, and if that is the
 * user, also the assignee or who answered last. The user never learns of files in notes of staff.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent, TaskMessage } from '@/contracts/messages';
import { commit, requireThat } from '@/db/commit';
import { forgetMedia } from '@/domains/base/media/store';
import { findHandler } from './access';
import { tellAssignee, tellDesk, tellUser } from './notices';
import { type AttachmentRow, type TicketRow, ticketAttachments, ticketReplies, tickets } from './tables';

type ScanTask = Extract<TaskMessage, { type: 'scan-attachment' }>;

/** Safe to repeat. Throws SCANNER_AWAY, and is then tried again. */
export async function scanAttachment(ctx: Context, { attachmentId }: ScanTask): Promise<void> {
  const isWaiting = and(eq(ticketAttachments.id, attachmentId), eq(ticketAttachments.scan, 'waiting'));
  const row = await ctx.db
    .select({ file: ticketAttachments, ticket: tickets })
    .from(ticketAttachments)
    .innerJoin(tickets, eq(tickets.id, ticketAttachments.ticketId))
    .where(isWaiting)
    .get();
  if (!row || row.file.key === null) return;
  const verdict = await verdictOn(ctx, row.file.key);
  if (verdict === undefined) return; // deleted meanwhile
  if (verdict === 'infected') return removeInfected(ctx, row.file, row.file.key, row.ticket);
  await commit(ctx, [ctx.db.update(ticketAttachments).set({ scan: verdict }).where(isWaiting)]);
}

/** `none`: nothing can be known, since the scanner was taken away or refuses files of this size. */
async function verdictOn(ctx: Context, key: string): Promise<'clean' | 'infected' | 'none' | undefined> {
  if (!ctx.scanner) return 'none';
  const object = await ctx.files.get(key);
  if (!object) return undefined;
  const verdict = await ctx.scanner.scan(object.body, object.size);
  return verdict === 'too-large' ? 'none' : verdict;
}

async function removeInfected(ctx: Context, file: AttachmentRow, key: string, ticket: TicketRow): Promise<void> {
  const { statement, event } = forgetMedia(ctx, key);
  const isThere = sql`EXISTS (SELECT 1 FROM ${ticketAttachments} WHERE id = ${file.id} AND scan = 'waiting')`;
  await commit(
    ctx,
    [
      requireThat(ctx, isThere),
      ctx.db.update(ticketAttachments).set({ scan: 'infected', key: null }).where(eq(ticketAttachments.id, file.id)),
      statement,
    ],
    { events: [event, ...(await noticesOf(ctx, file, ticket))] },
  );
  ctx.log.event('ticket.infected', { ticketId: ticket.id, attachmentId: file.id });
}

async function noticesOf(ctx: Context, { name, uploaderId }: AttachmentRow, ticket: TicketRow): Promise<OutboxEvent[]> {
  const event = 'file-removed';
  if (uploaderId !== ticket.userId) return [tellAssignee(ticket, uploaderId, event)];
  const notice = tellUser(ticket, { event, subject: ticket.subject, file: name });
  const answered = sql`SELECT author_id FROM ${ticketReplies}
    WHERE ticket_id = ${ticket.id} AND author_kind = 'staff' ORDER BY id DESC LIMIT 1`;
  const handlerId = await findHandler(ctx, ticket.id, sql`SELECT coalesce(${ticket.assigneeId}, (${answered}))`);
  return [notice, tellDesk({ ...ticket, assigneeId: handlerId ?? null }, event)];
}
