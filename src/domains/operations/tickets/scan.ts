/** Has the virus scanner look at an attachment. An infected file is deleted, and both sides learn of it. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent, TaskMessage } from '@/contracts/messages';
import { commit, requireThat } from '@/db/commit';
import { forgetMedia } from '@/domains/base/media/store';
import { tellAssignee, tellUser } from './notices';
import { type AttachmentRow, type TicketRow, ticketAttachments, tickets } from './tables';

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
  const verdict = await ctx.scanner.scan(object.body);
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
    { events: [event, ...notices(file, ticket)] },
  );
  ctx.log.event('ticket.infected', { ticketId: ticket.id, attachmentId: file.id });
}

function notices({ name, uploaderId }: AttachmentRow, ticket: TicketRow): OutboxEvent[] {
  const title = 'We removed an attachment';
  const body = `The virus scanner found something in ${name}. If you need to show it, send it in another form.`;
  const staffId = uploaderId === ticket.userId ? ticket.assigneeId : uploaderId;
  return [
    tellUser(ticket, title, body),
    ...(staffId === null ? [] : [tellAssignee(ticket, staffId, 'An attachment was infected and removed')]),
  ];
}
