/**
 * Changes of a ticket beside its replies: status, assignee, category and priority by staff; closing and rating by its
 * user. A change that is true already changes nothing.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { requireChange } from '@/db/commit';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { logStaff } from '@/domains/base/permissions/log';
import { requireStaff } from '@/domains/base/permissions/rank';
import type { Actor } from '@/shared/actor';
import { findHandler, getForStaff } from './access';
import { change } from './change';
import { ticketError } from './errors';
import { canMove } from './judge';
import { tellAssignee, tellStatus } from './notices';
import { commitAndRead, readTicket } from './read-ticket';
import type { Ticket, TicketChange } from './schemas';
import { moveTo, reprioritise } from './service-level';
import { type TicketRow, type TicketStatus, tickets } from './tables';

type Answer = Promise<z.input<typeof Ticket>>;

/** Throws TICKET_NOT_FOUND, TICKET_OUT_OF_REACH, TICKET_MERGED, TICKET_STATUS_NOT_ALLOWED, TICKET_CHANGED. */
export async function changeStatus(ctx: Context, actor: Actor, id: string, status: TicketStatus): Answer {
  const before = await getForStaff(ctx, actor, id);
  if (before.mergedInto !== null) throw ticketError('TICKET_MERGED');
  if (before.status === status) return readTicket(ctx, actor, id);
  if (!canMove(before.status, status)) throw ticketError('TICKET_STATUS_NOT_ALLOWED');
  return save(ctx, actor, before, { ...before, ...moveTo(before, status, ctx.now()) }, 'ticket.status', {
    also: status === 'open' ? [] : withdrawWaiting(ctx, id),
    events: [tellStatus(before, status)],
  });
}

/** Throws TICKET_NOT_FOUND, TICKET_OUT_OF_REACH, TICKET_MERGED, ASSIGNEE_NOT_FOUND, TICKET_CHANGED. */
export async function assignTicket(ctx: Context, actor: Actor, id: string, assigneeId: string | null): Answer {
  const [before, handlerId] = await Promise.all([
    getForStaff(ctx, actor, id),
    assigneeId === null ? null : findHandler(ctx, id, sql`SELECT ${assigneeId}`),
  ]);
  if (before.mergedInto !== null) throw ticketError('TICKET_MERGED');
  if (handlerId === undefined) throw ticketError('ASSIGNEE_NOT_FOUND');
  if (before.assigneeId === assigneeId) return readTicket(ctx, actor, id);
  const isOther = assigneeId !== null && assigneeId !== actor.userId;
  return save(ctx, actor, before, { ...before, assigneeId }, 'ticket.assign', {
    events: isOther ? [tellAssignee(before, assigneeId, 'assigned')] : [],
  });
}

/** Throws TICKET_NOT_FOUND, TICKET_OUT_OF_REACH, TICKET_MERGED, TICKET_CHANGED. */
export async function changeTicket(
  ctx: Context,
  actor: Actor,
  id: string,
  input: z.output<typeof TicketChange>,
): Answer {
  const before = await getForStaff(ctx, actor, id);
  if (before.mergedInto !== null) throw ticketError('TICKET_MERGED');
  const { category = before.category, priority = before.priority } = input;
  if (category === before.category && priority === before.priority) return readTicket(ctx, actor, id);
  return save(ctx, actor, before, { ...before, category, ...reprioritise(before, priority) }, 'ticket.change');
}

interface Also {
  readonly also?: readonly Statement[];
  readonly events?: readonly OutboxEvent[];
}

const facts = ({ status, assigneeId, category, priority }: TicketRow) => ({ status, assigneeId, category, priority });

async function save(
  ctx: Context,
  actor: Actor,
  before: TicketRow,
  after: TicketRow,
  action: string,
  { also = [], events = [] }: Also = {},
): Answer {
  const log = logStaff(ctx, {
    staffId: actor.userId,
    action,
    targetType: 'ticket',
    targetId: before.id,
    before: facts(before),
    after: facts(after),
    subjectId: before.userId,
  });
  const statements = [requireStaff(ctx, actor), ...change(ctx, before, after), log, ...also];
  const ticket = await commitAndRead(ctx, actor, before.id, statements, {
    events,
    refusals: { DEMAND_NOT_MET: () => ticketError('TICKET_CHANGED') },
  });
  ctx.log.event(action, { ticketId: before.id });
  return ticket;
}

/** By the ticket's user. Throws TICKET_NOT_FOUND, TICKET_CHANGED. */
export async function closeTicket(ctx: Context, actor: Actor, id: string): Answer {
  const before = await getOwn(ctx, actor, id);
  if (before.status === 'closed') return readTicket(ctx, actor, id);
  const after = { ...before, ...moveTo(before, 'closed', ctx.now()) };
  return commitAndRead(ctx, actor, id, [...change(ctx, before, after), ...withdrawWaiting(ctx, id)], {
    refusals: { DEMAND_NOT_MET: () => ticketError('TICKET_CHANGED') },
  });
}

/** By the ticket's user, once. Throws TICKET_NOT_FOUND, TICKET_NOT_RATEABLE, TICKET_RATED. */
export async function rateTicket(ctx: Context, actor: Actor, id: string, rating: number): Answer {
  const ticket = await getOwn(ctx, actor, id);
  if (ticket.rating === rating) return readTicket(ctx, actor, id);
  if (ticket.rating !== null) throw ticketError('TICKET_RATED');
  if (ticket.status !== 'resolved' && ticket.status !== 'closed') throw ticketError('TICKET_NOT_RATEABLE');
  const isRateable = and(
    eq(tickets.id, id),
    isNull(tickets.rating),
    inArray(tickets.status, ['resolved', 'closed'] as const),
  );
  const rate = ctx.db.update(tickets).set({ rating }).where(isRateable);
  return commitAndRead(ctx, actor, id, [rate, requireChange(ctx)], {
    refusals: { DEMAND_NOT_MET: () => ticketError('TICKET_RATED') },
  });
}

async function getOwn(ctx: Context, { userId }: Actor, id: string): Promise<TicketRow> {
  const isOwn = and(eq(tickets.id, id), eq(tickets.userId, userId));
  const row = await ctx.db.select().from(tickets).where(isOwn).get();
  if (!row) throw ticketError('TICKET_NOT_FOUND');
  return row;
}
