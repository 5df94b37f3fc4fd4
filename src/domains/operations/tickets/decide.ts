/**
 * Changes of a ticket beside its replies: status, assignee, category and priority by staff; closing and rating by its
 * user. A change that is true already changes nothing.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, requireChange } from '@/db/commit';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { logStaff } from '@/domains/base/permissions/log';
import { staffCan, staffCanActOn } from '@/domains/base/permissions/permissions';
import { staff } from '@/domains/base/permissions/tables';
import { users } from '@/domains/base/users/tables';
import type { Actor } from '@/shared/actor';
import { getForStaff } from './access';
import { ticketError } from './errors';
import { canMove } from './judge';
import { tellAssignee, tellStatus } from './notices';
import { readTicket } from './read-ticket';
import { change } from './reply';
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
  await save(ctx, actor, before, { ...before, ...moveTo(before, status, ctx.now()) }, 'ticket.status', {
    also: status === 'open' ? [] : withdrawWaiting(ctx, id),
    events: [tellStatus(before, status)],
  });
  return readTicket(ctx, actor, id);
}

/** Throws TICKET_NOT_FOUND, TICKET_OUT_OF_REACH, TICKET_MERGED, ASSIGNEE_NOT_FOUND, TICKET_CHANGED. */
export async function assignTicket(ctx: Context, actor: Actor, id: string, assigneeId: string | null): Answer {
  const [before, assignee] = await Promise.all([getForStaff(ctx, actor, id), findAssignee(ctx, id, assigneeId)]);
  if (before.mergedInto !== null) throw ticketError('TICKET_MERGED');
  if (assigneeId !== null && (!assignee || assigneeId === before.userId)) throw ticketError('ASSIGNEE_NOT_FOUND');
  if (before.assigneeId === assigneeId) return readTicket(ctx, actor, id);
  const isOther = assigneeId !== null && assigneeId !== actor.userId;
  await save(ctx, actor, before, { ...before, assigneeId }, 'ticket.assign', {
    events: isOther ? [tellAssignee(before, assigneeId, 'You have a new ticket')] : [],
  });
  return readTicket(ctx, actor, id);
}

/** Whether this user may handle the ticket. */
async function findAssignee(ctx: Context, ticketId: string, assigneeId: string | null): Promise<boolean> {
  if (assigneeId === null) return false;
  const owner = sql<
    string | null
  >`(SELECT owner.country FROM ${tickets} JOIN ${users} owner ON owner.id = tickets.user_id
    WHERE tickets.id = ${ticketId})`;
  const member = await ctx.db
    .select({
      rank: staff.rank,
      granted: staff.granted,
      denied: staff.denied,
      country: staff.country,
      ownerCountry: owner.as('owner_country'),
    })
    .from(staff)
    .innerJoin(users, eq(users.id, staff.userId))
    .where(and(eq(staff.userId, assigneeId), eq(users.status, 'active')))
    .get();
  if (!member) return false;
  return staffCan(member, 'canManageTickets') && staffCanActOn(member, { rank: null, country: member.ownerCountry });
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
  await save(ctx, actor, before, { ...before, category, ...reprioritise(before, priority) }, 'ticket.change');
  return readTicket(ctx, actor, id);
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
): Promise<void> {
  const log = logStaff(ctx, {
    staffId: actor.userId,
    action,
    targetType: 'ticket',
    targetId: before.id,
    before: facts(before),
    after: facts(after),
    subjectId: before.userId,
  });
  await commit(ctx, [...change(ctx, before, { ...after, updatedAt: ctx.now() }), log, ...also], {
    events,
    refusals: { DEMAND_NOT_MET: () => ticketError('TICKET_CHANGED') },
  });
  ctx.log.event(action, { ticketId: before.id });
}

/** By the ticket's user. Throws TICKET_NOT_FOUND, TICKET_CHANGED. */
export async function closeTicket(ctx: Context, actor: Actor, id: string): Answer {
  const before = await getOwn(ctx, actor, id);
  if (before.status === 'closed') return readTicket(ctx, actor, id);
  const after = { ...before, ...moveTo(before, 'closed', ctx.now()), updatedAt: ctx.now() };
  await commit(ctx, [...change(ctx, before, after), ...withdrawWaiting(ctx, id)], {
    refusals: { DEMAND_NOT_MET: () => ticketError('TICKET_CHANGED') },
  });
  return readTicket(ctx, actor, id);
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
  await commit(ctx, [ctx.db.update(tickets).set({ rating }).where(isRateable), requireChange(ctx)], {
    refusals: { DEMAND_NOT_MET: () => ticketError('TICKET_RATED') },
  });
  return readTicket(ctx, actor, id);
}

async function getOwn(ctx: Context, { userId }: Actor, id: string): Promise<TicketRow> {
  const isOwn = and(eq(tickets.id, id), eq(tickets.userId, userId));
  const row = await ctx.db.select().from(tickets).where(isOwn).get();
  if (!row) throw ticketError('TICKET_NOT_FOUND');
  return row;
}
