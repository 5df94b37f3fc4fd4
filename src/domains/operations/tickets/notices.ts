/** What a ticket's user and staff are notified of. */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { literal } from '@/db/sql';
import { staffEvents } from '@/domains/base/notifications/notify-staff';
import { withdrawActs } from '@/domains/base/notifications/withdraw';
import { cut } from '@/shared/text';
import { showNumber } from './number';
import type { TicketRow, TicketStatus } from './tables';

const GROUP = 'tickets';
/** One row for each member of staff. */
const ROWS_MAX: SQL = sql`LIMIT ${literal(1_000)}`;
const QUOTED_UNITS_MAX = 300;

type Named = Pick<TicketRow, 'id' | 'number' | 'userId'>;

/** Tells the user about their ticket. */
export function tellUser({ id, number, userId }: Named, title: string, body: string): OutboxEvent {
  const data = { ticketId: id, number: showNumber(number) };
  return { kind: 'notify', notification: { userId, kind: 'ticket', title: `${title}: ${data.number}`, body, data } };
}

const STATUS_TITLES: Readonly<Record<TicketStatus, string>> = {
  open: 'We are looking at your ticket again',
  pending: 'Support is waiting for you',
  resolved: 'Your ticket is resolved',
  closed: 'Your ticket is closed',
};

export function tellStatus(ticket: Named & Pick<TicketRow, 'subject'>, status: TicketStatus): OutboxEvent {
  const more = status === 'resolved' || status === 'closed' ? ' If something is left, reply to it.' : '';
  return tellUser(ticket, STATUS_TITLES[status], `${ticket.subject}.${more}`);
}

export function tellReply({ id, number, userId }: Named, replyId: string, text: string): OutboxEvent {
  const data = { ticketId: id, number: showNumber(number), replyId };
  const title = `Support answered your ticket: ${data.number}`;
  return {
    kind: 'notify',
    notification: { userId, kind: 'ticket-reply', title, body: cut(text, QUOTED_UNITS_MAX), data },
  };
}

/** Tells the member of staff who has the ticket. */
export function tellAssignee(ticket: Named, assigneeId: string, title: string): OutboxEvent {
  const data = { ticketId: ticket.id, number: showNumber(ticket.number) };
  return {
    kind: 'notify',
    notification: { userId: assigneeId, kind: 'ticket-assigned', title: `${title}: ${data.number}`, body: '', data },
  };
}

/** Tells all staff who manage tickets that one waits. */
export function tellStaff(ctx: Context, id: string): Promise<OutboxEvent[]> {
  return staffEvents(ctx, 'canManageTickets', {
    kind: 'ticket-waiting',
    title: 'Tickets that wait for you',
    body: 'Users asked support for help.',
    data: { ticketId: id },
    gather: { group: GROUP, actorId: id },
  });
}

/** For the batch by which a ticket no longer waits for staff. */
export function withdrawWaiting(ctx: Context, id: string): Statement[] {
  return withdrawActs(ctx, id, sql`true`, ROWS_MAX);
}
