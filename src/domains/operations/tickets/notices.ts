/** What a ticket's user and staff are notified of. */
import type { OutboxEvent } from '@/contracts/messages';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { cut } from '@/shared/text';
import { showNumber } from './number';
import type { TicketRow, TicketStatus } from './tables';

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

/** Notifies the assignee; without one, everyone who manages tickets. */
export function tellDesk(ticket: Named & Pick<TicketRow, 'assigneeId'>, title: string): OutboxEvent {
  const { id, userId, assigneeId } = ticket;
  return assigneeId === null
    ? staffEvent('ticket', { id, subjectId: userId })
    : tellAssignee(ticket, assigneeId, title);
}

/** Tells a member of staff, usually the one who has the ticket. */
export function tellAssignee(ticket: Named, assigneeId: string, title: string): OutboxEvent {
  const data = { ticketId: ticket.id, number: showNumber(ticket.number) };
  return {
    kind: 'notify',
    notification: { userId: assigneeId, kind: 'ticket-assigned', title: `${title}: ${data.number}`, body: '', data },
  };
}
