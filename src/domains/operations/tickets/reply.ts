/**
 * Replies of a ticket's user and of staff. A user's reply reopens the ticket, or begins one that continues it; an answer
 * of staff makes it wait for the user; a note of staff changes nothing.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, gt, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, type Following, type Plan, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { commitSpent } from '@/domains/base/budgets/spend';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { logStaff } from '@/domains/base/permissions/log';
import { requireStaff } from '@/domains/base/permissions/rank';
import { AppError } from '@/http/errors';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { firstIdAt, newId } from '@/shared/ids';
import { countCharacters } from '@/shared/text';
import { toDay } from '@/shared/time';
import { canHandle, membersQuery, type Person, peopleQuery, type Side, sideOf } from './access';
import { attach, claimFiles } from './attachments';
import { fillIn } from './canned-text';
import { change } from './change';
import { newTicket, REPEATED_MS } from './create';
import { ticketError } from './errors';
import { takesReply } from './judge';
import { tellDesk, tellReply } from './notices';
import { showNumber } from './number';
import { byId, presentReply } from './present';
import { type NewReply, TEXT_CHARACTERS_MAX, type TicketReplied } from './schemas';
import { moveTo } from './service-level';
import {
  type AttachmentRow,
  cannedAnswers,
  type ReplyRow,
  type TicketRow,
  ticketAttachments,
  ticketReplies,
  tickets,
} from './tables';

/** Somebody else may change the ticket between reading and writing it. */
const ATTEMPTS = 5;

type Input = z.output<typeof NewReply>;

/**
 * Throws TICKET_NOT_FOUND, TICKET_CLOSED, TICKET_CHANGED, CANNED_ANSWER_NOT_FOUND, VALIDATION_FAILED, DAILY_BUDGET_SPENT,
 * and what `claimUploads` throws.
 */
export async function replyToTicket(
  ctx: Context,
  actor: Actor,
  id: string,
  input: Input,
): Promise<z.input<typeof TicketReplied>> {
  const changed = ticketError('TICKET_CHANGED');
  for (let attempt = 1; ; attempt += 1)
    try {
      return await replyOnce(ctx, actor, id, input, changed);
    } catch (error) {
      if (error !== changed || attempt === ATTEMPTS) throw error;
    }
}

async function replyOnce(ctx: Context, actor: Actor, id: string, input: Input, changed: AppError) {
  const [thread, claimed] = await Promise.all([
    readThread(ctx, actor, id, input),
    claimFiles(ctx, actor.userId, input.attachmentIds),
  ]);
  const side = sideOf(actor, thread.owner);
  if (!side) throw ticketError('TICKET_NOT_FOUND');
  if (side === 'user' && (input.internal || input.cannedAnswerId !== undefined))
    throw invalid(input.internal ? 'internal' : 'cannedAnswerId', 'is for staff');
  const text = input.text ?? cannedText(thread);
  const twin = findTwin(thread, input, text);
  if (twin) return present(ctx, thread, { row: twin, ticket: ticketOf(thread, twin), files: thread.attachments, side });
  if (claimed instanceof AppError) throw claimed;
  const plan = side === 'user' ? planUsers(ctx, thread) : planStaffs(ctx, actor, thread, input, text);
  const row: ReplyRow = {
    id: plan.replyId,
    ticketId: plan.ticket.id,
    authorId: actor.userId,
    authorKind: side,
    text,
    internal: input.internal,
    createdAt: ctx.now(),
  };
  const files = attach(ctx, { ticketId: row.ticketId, replyId: row.id, uploaderId: actor.userId }, claimed);
  const statements = [
    requireThat(ctx, thread.hasNoOther),
    ...plan.statements,
    ctx.db.insert(ticketReplies).values(row),
    ...files.statements,
    ...plan.after,
  ];
  const following: Following = {
    events: [...plan.events, ...files.events],
    refusals: { DEMAND_NOT_MET: () => changed, 'tickets.number': () => changed },
  };
  const spending = { userId: actor.userId, costs: { support: 1 }, at: ctx.now() };
  await (side === 'user' ? commitSpent(ctx, spending, statements, following) : commit(ctx, statements, following));
  ctx.log.event('ticket.replied', { ticketId: row.ticketId, by: side });
  return present(ctx, thread, { row, ticket: plan.ticket, files: files.rows, side, isNew: plan.isNew });
}

interface Thread {
  /** The ticket that was named, or the one that it was merged into. */
  readonly ticket: TicketRow;
  /** The newest ticket that continues it, or the one that this was merged into. */
  readonly newest: TicketRow | undefined;
  /** The assignees who may still answer. */
  readonly handlerIds: ReadonlySet<string>;
  readonly owner: Person;
  readonly author: Person;
  /** What the caller wrote here within the last minute, with its attachments. */
  readonly recent: readonly ReplyRow[];
  readonly attachments: readonly AttachmentRow[];
  /**
   * A condition: the caller wrote nothing here since. So a second reply at once is tried again, and finds its twin or the
   * ticket that the first one began.
   */
  readonly hasNoOther: SQL;
  readonly canned: string | undefined;
}

/** One batch. Throws TICKET_NOT_FOUND. */
async function readThread(ctx: Context, actor: Actor, id: string, { cannedAnswerId }: Input): Promise<Thread> {
  const named = sql`coalesce((SELECT merged_into FROM ${tickets} WHERE id = ${id}), ${id})`;
  const first = sql`coalesce((SELECT continues FROM ${tickets} WHERE id = ${named}), ${named})`;
  const continuing = sql`SELECT id FROM ${tickets} WHERE continues = ${first}
    UNION SELECT merged_into FROM tickets WHERE continues = ${first} UNION SELECT ${named}`;
  const newestId = sql`SELECT coalesce(merged_into, id) FROM ${tickets} WHERE continues = ${first} ORDER BY id DESC LIMIT 1`;
  const isRecent = and(
    eq(ticketReplies.authorId, actor.userId),
    gt(ticketReplies.id, firstIdAt(ctx.now() - REPEATED_MS)),
    sql`+ticket_id IN (${continuing})`,
  );
  const [[ticket], [newest], people, members, recent, attachments, [canned]] = await ctx.db.batch([
    ctx.db.select().from(tickets).where(sql`${tickets.id} = ${named}`),
    ctx.db.select().from(tickets).where(sql`${tickets.id} = (${newestId})`),
    peopleQuery(ctx, sql`SELECT user_id FROM ${tickets} WHERE id = ${id} UNION SELECT ${actor.userId}`, actor),
    membersQuery(ctx, sql`SELECT assignee_id FROM ${tickets} WHERE id IN (${named}, (${newestId}))`),
    ctx.db.select().from(ticketReplies).where(isRecent),
    ctx.db.select().from(ticketAttachments).where(sql`reply_id IN (SELECT id FROM ${ticketReplies} WHERE ${isRecent})`),
    ctx.db
      .select({ text: cannedAnswers.text })
      .from(cannedAnswers)
      .where(and(eq(cannedAnswers.id, cannedAnswerId ?? ''), eq(cannedAnswers.active, true))),
  ]);
  const known = byId(people);
  const [owner, author] = [ticket && known.get(ticket.userId), known.get(actor.userId)];
  if (!ticket || !owner || !author) throw ticketError('TICKET_NOT_FOUND');
  return {
    ...{ ticket, newest, owner, author, recent, attachments, canned: canned?.text },
    handlerIds: new Set(members.filter((member) => canHandle(member, owner)).map(({ userId }) => userId)),
    hasNoOther: sql`(SELECT count(*) FROM ${ticketReplies} WHERE ${isRecent}) = ${int(recent.length)}`,
  };
}

/** Throws CANNED_ANSWER_NOT_FOUND, VALIDATION_FAILED. */
function cannedText({ ticket, owner, author, canned }: Thread): string {
  if (canned === undefined) throw ticketError('CANNED_ANSWER_NOT_FOUND');
  const text = fillIn(canned, {
    name: owner.ownDisplayName,
    username: owner.ownUsername,
    number: showNumber(ticket.number),
    subject: ticket.subject,
    agent: author.displayName,
  });
  if (countCharacters(text) > TEXT_CHARACTERS_MAX)
    throw invalid('cannedAnswerId', `is longer than ${TEXT_CHARACTERS_MAX} characters once it is filled in`);
  return text;
}

/** The same reply, sent a moment ago. */
function findTwin({ recent, attachments }: Thread, { attachmentIds, internal }: Input, text: string) {
  const wanted = attachmentIds.toSorted().join();
  const filesOf = (id: string) => attachments.filter(({ replyId }) => replyId === id).map((file) => file.id);
  return recent.find(
    (reply) => reply.text === text && reply.internal === internal && filesOf(reply.id).toSorted().join() === wanted,
  );
}

interface PlannedReply extends Plan {
  readonly replyId: string;
  /** The ticket that has the reply, as it is afterwards. */
  readonly ticket: TicketRow;
  readonly isNew: boolean;
  /** Statements that follow the reply's insert; the plan's own go before it. */
  readonly after: readonly Statement[];
}

function planUsers(ctx: Context, { ticket, newest, handlerIds }: Thread): PlannedReply {
  const now = ctx.now();
  const there = [ticket, newest].find((one) => one && takesReply(one, now));
  const assigneeId = there?.assigneeId && handlerIds.has(there.assigneeId) ? there.assigneeId : null;
  const row = there ? { ...there, ...moveTo(there, 'open', now), assigneeId } : continuation(ctx, ticket);
  const events = [tellDesk(row, 'replied')];
  const common = { replyId: newId(), ticket: row, isNew: !there, events, after: [] };
  return { ...common, statements: there ? change(ctx, there, row) : [ctx.db.insert(tickets).values(row)] };
}

/** A ticket for a matter that comes back long after it was closed. */
function continuation(ctx: Context, closed: TicketRow): TicketRow {
  const description = `Continues ${showNumber(closed.number)}, which was closed on ${toDay(closed.statusAt)}.`;
  const row = newTicket(ctx, closed.userId, { ...closed, description, priority: undefined }, newId());
  return { ...row, continues: closed.continues ?? closed.id };
}

/** Throws TICKET_CLOSED. */
function planStaffs(ctx: Context, actor: Actor, { ticket }: Thread, { internal }: Input, text: string): PlannedReply {
  if (ticket.status === 'closed' && !internal) throw ticketError('TICKET_CLOSED');
  const now = ctx.now();
  const status = ticket.status === 'resolved' ? 'resolved' : 'pending';
  const row = internal ? ticket : { ...ticket, ...moveTo(ticket, status, now, true) };
  const replyId = newId();
  const log = logStaff(ctx, {
    staffId: actor.userId,
    action: internal ? 'ticket.note' : 'ticket.reply',
    targetType: 'ticket',
    targetId: ticket.id,
    before: { status: ticket.status },
    after: { status: row.status, replyId },
    subjectId: ticket.userId,
  });
  return {
    replyId,
    ticket: row,
    isNew: false,
    statements: [requireStaff(ctx, actor), ...(internal ? [] : change(ctx, ticket, row))],
    after: internal ? [log] : [log, ...withdrawWaiting(ctx, ticket.id)],
    events: internal ? [] : [tellReply(ticket, replyId, text)],
  };
}

interface Written {
  readonly row: ReplyRow;
  /** The ticket that has the reply. */
  readonly ticket: TicketRow;
  readonly files: readonly AttachmentRow[];
  readonly side: Side;
  readonly isNew?: boolean;
}

function ticketOf({ ticket, newest }: Thread, { ticketId }: ReplyRow): TicketRow {
  return newest?.id === ticketId ? newest : ticket;
}

async function present(
  ctx: Context,
  { author }: Thread,
  { row, ticket, files, side, isNew = false }: Written,
): Promise<z.input<typeof TicketReplied>> {
  const { id, number, status } = ticket;
  return {
    ...(await presentReply(ctx, row, byId([author]), files, side)),
    ticket: { id, number: showNumber(number), status, isNew },
  };
}
