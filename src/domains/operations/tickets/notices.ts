/** What a ticket's user and staff are notified of. */
import type { OutboxEvent } from '@/contracts/messages';
import { type DataOf, noticeTo } from '@/contracts/notification-data';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { cut } from '@/shared/text';
import { showNumber } from './number';
import type { TicketRow, TicketStatus } from './tables';

const QUOTED_UNITS_MAX = 300;

type Named = Pick<TicketRow, 'id' | 'number' | 'userId'>;
type ForUser = Omit<DataOf<'ticket'>, 'ticketId' | 'number'>;
type ForStaff = DataOf<'ticket-assigned'>['event'];

function namesOf({ id, number }: Named) {
  return { ticketId: id, number: showNumber(number) };
}

/** Tells the user about their ticket. */
export function tellUser(ticket: Named, what: ForUser): OutboxEvent {
  return noticeTo(ticket.userId, 'ticket', { ...namesOf(ticket), ...what });
}

export function tellStatus(ticket: Named & Pick<TicketRow, 'subject'>, status: TicketStatus): OutboxEvent {
  return tellUser(ticket, { event: status, subject: ticket.subject });
}

export function tellReply(ticket: Named, replyId: string, text: string): OutboxEvent {
  const excerpt = cut(text, QUOTED_UNITS_MAX);
  return noticeTo(ticket.userId, 'ticket-reply', { ...namesOf(ticket), replyId, excerpt });
}

/** Notifies the assignee; without one, everyone who manages tickets. */
export function tellDesk(ticket: Named & Pick<TicketRow, 'assigneeId'>, event: ForStaff): OutboxEvent {
  const { id, userId, assigneeId } = ticket;
  return assigneeId === null
    ? staffEvent('ticket', { id, subjectId: userId })
    : tellAssignee(ticket, assigneeId, event);
}

/** Tells a member of staff, usually the one who has the ticket. */
export function tellAssignee(ticket: Named, assigneeId: string, event: ForStaff): OutboxEvent {
  return noticeTo(assigneeId, 'ticket-assigned', { ...namesOf(ticket), event });
}
