/** Which changes of status staff may make, and what a user's reply does to a ticket. Takes no Context. */
import { DAY_MS } from '@/shared/time';
import type { TicketRow, TicketStatus } from './tables';

/** A reply reopens a closed ticket for this long. Later it begins a new one. */
export const REOPENS_FOR_MS = 14 * DAY_MS;

const NEXT: Readonly<Record<TicketStatus, readonly TicketStatus[]>> = {
  open: ['pending', 'resolved', 'closed'],
  pending: ['open', 'resolved', 'closed'],
  resolved: ['open', 'closed'],
  closed: ['open'],
};

export function canMove(from: TicketStatus, to: TicketStatus): boolean {
  return NEXT[from].includes(to);
}

/** Whether a user's reply goes to this ticket. If not, it goes to one that continues it. */
export function takesReply({ status, statusAt }: Pick<TicketRow, 'status' | 'statusAt'>, now: number): boolean {
  return status !== 'closed' || now < statusAt + REOPENS_FOR_MS;
}
