import { errorList } from '@/http/errors';

export const ticketError = errorList({
  TICKET_OUT_OF_REACH: [403, 'You cannot handle your own ticket as staff. Leave it to someone else.'],
  TICKET_NOT_FOUND: [404, 'This ticket does not exist, or it is not yours.'],
  CANNED_ANSWER_NOT_FOUND: [404, 'This ready-made answer does not exist, or it is no longer used. Choose another one.'],
  ASSIGNEE_NOT_FOUND: [404, 'This user cannot handle this ticket. Choose staff who manage tickets in its country.'],
  TICKET_CHANGED: [409, 'Someone else just changed this ticket. Reload and try again.'],
  TICKET_CLOSED: [409, 'This ticket is closed. Reopen it first.'],
  TICKET_MERGED: [409, 'This ticket was merged into another one. Use that one instead.'],
  TICKET_NOT_RATEABLE: [409, 'You can rate a ticket once it is resolved or closed.'],
  TICKET_RATED: [409, 'You have already rated this ticket.'],
  TICKET_STATUS_NOT_ALLOWED: [409, 'This ticket is done. Reopen it first: change its status to open.'],
  TICKETS_NOT_MERGEABLE: [409, 'Only two tickets of the same user can be merged, and the remaining one must be open.'],
});
