/** Endpoints of support tickets and of ready-made answers. */
import { z } from '@hono/zod-openapi';
import { budgetError } from '@/domains/base/budgets/errors';
import { fileError } from '@/domains/base/media/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { httpError } from '@/http/errors';
import { listCannedAnswers, saveCannedAnswer } from './canned';
import { createTicket } from './create';
import { assignTicket, changeStatus, changeTicket, closeTicket, rateTicket } from './decide';
import { ticketError } from './errors';
import { listMyTickets, listTickets } from './list';
import { mergeTicket } from './merge';
import { readTicket } from './read-ticket';
import { replyToTicket } from './reply';
import {
  Assignment,
  CannedAnswer,
  CannedAnswerRequest,
  CannedAnswersQuery,
  Merge,
  MyTicketsQuery,
  NewReply,
  NewTicket,
  Rating,
  RepliesQuery,
  StatusChange,
  Ticket,
  TicketChange,
  TicketPage,
  TicketReplied,
  TicketsQuery,
} from './schemas';

const tag = 'support';
const agents = { permission: 'canManageTickets' } as const;
const ID_CHARACTERS_MAX = 64;
const params = z.object({ id: z.string().min(1).max(ID_CHARACTERS_MAX) });
const byUuid = z.object({ id: z.uuid().toLowerCase() });

const FILE_REFUSALS = [
  fileError.UPLOAD_NOT_FOUND,
  fileError.UPLOAD_CONFLICT,
  fileError.UPLOAD_INCOMPLETE,
  fileError.UPLOAD_USED,
  fileError.FILE_TYPE_NOT_ALLOWED,
  fileError.FILE_UNREADABLE,
  fileError.MEDIA_STORE_UNAVAILABLE,
];
const NOT_CHANGEABLE = [
  ticketError.TICKET_NOT_FOUND,
  ticketError.TICKET_OUT_OF_REACH,
  ticketError.TICKET_MERGED,
  ticketError.TICKET_CHANGED,
];

export const ticketEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'createTicket',
    method: 'post',
    path: '/support/tickets',
    tag,
    summary: 'Ask support for help',
    description:
      'Attach screenshots, documents, logs or short videos: announce each with `POST /media/uploads` as a `ticket-file`, ' +
      'send it, and name its id. The same ticket sent again within a minute answers the first one.',
    who: 'user',
    body: NewTicket,
    response: Ticket,
    status: 201,
    also: { status: 200, when: 'You sent the same ticket within the last minute.' },
    refusals: [...FILE_REFUSALS, budgetError.DAILY_BUDGET_SPENT, ticketError.TICKET_CHANGED],
    handler: (ctx, { actor, body }) => createTicket(ctx, actor, body),
  }),
  endpoint({
    operationId: 'listMyTickets',
    method: 'get',
    path: '/support/tickets/my',
    tag,
    summary: 'My tickets, newest first',
    who: 'user',
    query: MyTicketsQuery,
    response: TicketPage,
    refusals: [httpError.CURSOR_INVALID],
    handler: (ctx, { actor, query }) => listMyTickets(ctx, actor, query),
  }),
  endpoint({
    operationId: 'listTickets',
    method: 'get',
    path: '/support/tickets',
    tag,
    summary: 'List tickets by status, category, priority and assignee',
    description: 'Newest first; with `breached`, the longest overdue first. A country admin sees their country.',
    who: agents,
    query: TicketsQuery,
    response: TicketPage,
    refusals: [httpError.CURSOR_INVALID],
    handler: (ctx, { actor, query }) => listTickets(ctx, actor, query),
  }),
  endpoint({
    operationId: 'readTicket',
    method: 'get',
    path: '/support/tickets/{id}',
    tag,
    summary: 'A ticket with its replies',
    description: 'For its user and for staff, who also see notes, deadlines, and what stands `beside` the ticket.',
    who: 'user',
    fresh: true,
    params,
    query: RepliesQuery,
    response: Ticket,
    refusals: [ticketError.TICKET_NOT_FOUND, httpError.CURSOR_INVALID],
    handler: (ctx, { actor, params, query }) => readTicket(ctx, actor, params.id, query.cursor),
  }),
  endpoint({
    operationId: 'replyToTicket',
    method: 'post',
    path: '/support/tickets/{id}/reply',
    tag,
    summary: 'Reply to a ticket, as its user or as staff',
    description:
      "A user's reply reopens the ticket. Two weeks after closing it begins a new ticket that continues the old one. An " +
      'answer by staff makes the ticket wait for its user. What is written to a merged ticket goes to the one that ' +
      'remains. The same reply sent again within a minute answers the first one.',
    who: 'user',
    staffToo: true,
    params,
    body: NewReply,
    response: TicketReplied,
    status: 201,
    refusals: [
      ticketError.TICKET_NOT_FOUND,
      ticketError.TICKET_CLOSED,
      ticketError.TICKET_CHANGED,
      ticketError.CANNED_ANSWER_NOT_FOUND,
      httpError.VALIDATION_FAILED,
      ...FILE_REFUSALS,
      budgetError.DAILY_BUDGET_SPENT,
    ],
    handler: (ctx, { actor, params, body }) => replyToTicket(ctx, actor, params.id, body),
  }),
  endpoint({
    operationId: 'closeTicket',
    method: 'put',
    path: '/support/tickets/{id}/close',
    tag,
    summary: 'Close my ticket',
    who: 'user',
    params,
    response: Ticket,
    refusals: [ticketError.TICKET_NOT_FOUND, ticketError.TICKET_CHANGED],
    handler: (ctx, { actor, params }) => closeTicket(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'rateTicket',
    method: 'put',
    path: '/support/tickets/{id}/rating',
    tag,
    summary: 'Rate how support handled my ticket, once',
    who: 'user',
    params,
    body: Rating,
    response: Ticket,
    refusals: [ticketError.TICKET_NOT_FOUND, ticketError.TICKET_NOT_RATEABLE, ticketError.TICKET_RATED],
    handler: (ctx, { actor, params, body }) => rateTicket(ctx, actor, params.id, body.rating),
  }),
  endpoint({
    operationId: 'changeTicketStatus',
    logs: 'ticket.status',
    method: 'put',
    path: '/support/tickets/{id}/status',
    tag,
    summary: 'Change the status of a ticket',
    description: 'A resolved or closed ticket can be reopened. A resolved one closes by itself after a week.',
    who: agents,
    params,
    body: StatusChange,
    response: Ticket,
    refusals: [...NOT_CHANGEABLE, ticketError.TICKET_STATUS_NOT_ALLOWED],
    handler: (ctx, { actor, params, body }) => changeStatus(ctx, actor, params.id, body.status),
  }),
  endpoint({
    operationId: 'assignTicket',
    logs: 'ticket.assign',
    method: 'put',
    path: '/support/tickets/{id}/assign',
    tag,
    summary: 'Assign a ticket to staff, or to nobody',
    who: agents,
    params,
    body: Assignment,
    response: Ticket,
    refusals: [...NOT_CHANGEABLE, ticketError.ASSIGNEE_NOT_FOUND],
    handler: (ctx, { actor, params, body }) => assignTicket(ctx, actor, params.id, body.assigneeId),
  }),
  endpoint({
    operationId: 'changeTicket',
    logs: 'ticket.change',
    method: 'put',
    path: '/support/tickets/{id}',
    tag,
    summary: 'Change the category and priority of a ticket',
    description: 'The deadlines move with the priority.',
    who: agents,
    params,
    body: TicketChange,
    response: Ticket,
    refusals: NOT_CHANGEABLE,
    handler: (ctx, { actor, params, body }) => changeTicket(ctx, actor, params.id, body),
  }),
  endpoint({
    operationId: 'mergeTicket',
    logs: 'ticket.merge',
    method: 'put',
    path: '/support/tickets/{id}/merge',
    tag,
    summary: 'Merge a duplicate into another ticket of the same user',
    description: 'Answers the ticket that remains, with the replies of both.',
    who: agents,
    params,
    body: Merge,
    response: Ticket,
    refusals: [...NOT_CHANGEABLE, ticketError.TICKETS_NOT_MERGEABLE],
    handler: (ctx, { actor, params, body }) => mergeTicket(ctx, actor, params.id, body.intoId),
  }),
  endpoint({
    operationId: 'listCannedAnswers',
    method: 'get',
    path: '/support/canned-answers',
    tag,
    summary: 'List ready-made answers by title',
    who: agents,
    query: CannedAnswersQuery,
    response: z.object({ items: z.array(CannedAnswer) }),
    handler: (ctx, { query }) => listCannedAnswers(ctx, query),
  }),
  endpoint({
    operationId: 'saveCannedAnswer',
    method: 'put',
    path: '/support/canned-answers/{id}',
    tag,
    summary: 'Add a ready-made answer, or change one',
    description: 'Draw a UUID for a new one. `active: false` takes it off the list.',
    who: agents,
    params: byUuid,
    body: CannedAnswerRequest,
    response: CannedAnswer,
    handler: (ctx, { actor, params, body }) => saveCannedAnswer(ctx, actor, params.id, body),
  }),
];
