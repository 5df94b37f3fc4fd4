/** Wire shapes of support tickets. */
import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { cursorPageOf, cursorQuery, orNull } from '@/http/envelope';
import { aLine, aText, optionalSearchText } from '@/http/fields';
import { unknownVariables, VARIABLES } from './canned-text';
import { SCAN_STATES, TICKET_CATEGORIES, TICKET_PRIORITIES, TICKET_STATUSES } from './tables';

const SUBJECT_CHARACTERS_MAX = 150;
export const TEXT_CHARACTERS_MAX = 5_000;
const TITLE_CHARACTERS_MAX = 100;
const ATTACHMENTS_MAX = 5;

const category = z.enum(TICKET_CATEGORIES);
const priority = z.enum(TICKET_PRIORITIES);
const status = z.enum(TICKET_STATUSES);
const text = aText(TEXT_CHARACTERS_MAX, 1);
const attachmentIds = z
  .array(z.uuid().toLowerCase())
  .max(ATTACHMENTS_MAX)
  .refine((ids) => new Set(ids).size === ids.length, 'must not name an upload twice')
  .default([])
  .openapi({ uniqueItems: true, description: 'Ids of uploads of the kind `ticket-file`.' });

export const NewTicket = z
  .strictObject({
    category,
    subject: aLine(SUBJECT_CHARACTERS_MAX),
    description: text,
    priority: priority.optional().openapi({ description: 'The category decides. You can only ask for less.' }),
    attachmentIds,
  })
  .openapi('NewTicket');

export const NewReply = z
  .strictObject({
    text: text.optional(),
    attachmentIds,
    internal: z.boolean().default(false).openapi({ description: 'Staff: a note that the user does not see.' }),
    cannedAnswerId: z
      .uuid()
      .toLowerCase()
      .optional()
      .openapi({ description: 'Staff: a ready-made answer instead of a text.' }),
  })
  .refine((reply) => (reply.text === undefined) !== (reply.cannedAnswerId === undefined), {
    path: ['text'],
    message: 'is required, unless cannedAnswerId is sent',
  })
  .openapi('NewTicketReply', { oneOf: [{ required: ['text'] }, { required: ['cannedAnswerId'] }] });

export const StatusChange = z.strictObject({ status }).openapi('TicketStatusChange');
export const Rating = z.strictObject({ rating: z.int().min(1).max(5) }).openapi('TicketRating');
export const Assignment = z
  .strictObject({ assigneeId: z.uuid().nullable().openapi({ description: 'Null: nobody.' }) })
  .openapi('TicketAssignment');
export const TicketChange = z
  .strictObject({ category: category.optional(), priority: priority.optional() })
  .openapi('TicketChange');
export const Merge = z
  .strictObject({ intoId: z.uuid().openapi({ description: 'The ticket that remains.' }) })
  .openapi('TicketMerge');

export const TicketsQuery = z.strictObject({
  ...cursorQuery,
  q: optionalSearchText.openapi({ description: 'A ticket number or a username.' }),
  status: status.optional(),
  category: category.optional(),
  priority: priority.optional(),
  assignee: z
    .union([z.enum(['me', 'none']), z.uuid().toLowerCase()], 'must be `me`, `none` or the id of a staff member')
    .optional()
    .openapi({ description: '`me`, `none` or the id of a staff member.' }),
  userId: z.uuid().toLowerCase().optional(),
  breached: z
    .enum(['true'])
    .optional()
    .openapi({ description: 'Only tickets that are overdue, the longest overdue first.' }),
});

export const MyTicketsQuery = z.strictObject({ ...cursorQuery, status: status.optional() });
export const RepliesQuery = z.strictObject({ cursor: cursorQuery.cursor });

export const IdPosition = z.tuple([z.string()]);
export const DuePosition = z.tuple([z.number(), z.string()]);

const Attachment = z
  .object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    bytes: z.int(),
    url: z.string().nullable().openapi({
      description:
        'A link for five minutes. Null until the file is scanned, if the platform scans files, or if it was deleted.',
    }),
    scanned: z.boolean().openapi({ description: 'A virus scanner found nothing.' }),
    scan: z.enum(SCAN_STATES),
  })
  .openapi('TicketAttachment');

export const TicketReply = z
  .object({
    id: z.string(),
    ticketId: z.string(),
    author: z.object({ kind: z.enum(['user', 'staff']), card: orNull(PublicCard) }),
    text: z.string(),
    internal: z.boolean().optional().openapi({ description: 'Only for staff.' }),
    attachments: z.array(Attachment),
    createdAt: z.iso.datetime(),
  })
  .openapi('TicketReply');

export const TicketReplied = TicketReply.extend({
  ticket: z
    .object({ id: z.string(), number: z.string(), status, isNew: z.boolean() })
    .openapi({ description: 'The ticket that has the reply: a new one if yours was closed over two weeks ago.' }),
}).openapi('TicketReplied');

const times = {
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  firstRespondedAt: z.iso.datetime().nullable(),
  resolvedAt: z.iso.datetime().nullable(),
};

export const TicketSummary = z
  .object({
    id: z.string(),
    number: z.string().openapi({ description: 'For people to say: `T-7KQ4-MX2P`.' }),
    category,
    priority,
    subject: z.string(),
    description: z.string(),
    status,
    replyCount: z.int(),
    rating: z.int().nullable(),
    mergedInto: z.string().nullable(),
    continues: z.string().nullable().openapi({ description: 'The ticket that came before, closed long ago.' }),
    ...times,
    user: orNull(PublicCard).optional().openapi({ description: 'Only for staff, as are the fields below.' }),
    assignee: orNull(PublicCard).optional(),
    service: z
      .object({
        respondBy: z.iso.datetime(),
        resolveBy: z.iso.datetime(),
        dueAt: z.iso.datetime().nullable().openapi({ description: 'When staff must act next.' }),
        breached: z.boolean().openapi({ description: 'It is overdue now.' }),
      })
      .optional(),
  })
  .openapi('TicketSummary');

export const TicketPage = cursorPageOf(TicketSummary);

/** What staff see beside a ticket. */
const Beside = z
  .object({
    viewers: z
      .array(z.object({ card: PublicCard, at: z.iso.datetime() }))
      .openapi({ description: 'Other staff who opened the ticket within two minutes.' }),
    tickets: z.array(z.object({ id: z.string(), number: z.string(), subject: z.string(), status })),
    purchases: z.array(
      z.object({
        id: z.string(),
        status: z.string(),
        provider: z.string(),
        createdAt: z.iso.datetime(),
        coins: z.int().optional().openapi({ description: 'Only with `canSeeLedger`, as are the fields below.' }),
        amountMinor: z.int().optional(),
        currency: z.string().optional(),
      }),
    ),
    sanctions: z.array(
      z.object({
        id: z.string(),
        action: z.string(),
        rule: z.string(),
        at: z.iso.datetime(),
        until: z.iso.datetime().nullable(),
        reversedAt: z.iso.datetime().nullable(),
        reason: z.string().optional().openapi({ description: 'Only with `canReviewReports`.' }),
      }),
    ),
    device: z.object({ userAgent: z.string(), lastSeenAt: z.iso.datetime() }).nullable(),
  })
  .openapi('BesideTicket');

export const Ticket = TicketSummary.extend({
  attachments: z.array(Attachment),
  replies: z.array(TicketReply).openapi({ description: 'Oldest first, up to 100.' }),
  nextRepliesCursor: z.string().nullable(),
  merged: z
    .array(z.object({ id: z.string(), number: z.string(), subject: z.string(), description: z.string() }))
    .openapi({ description: 'Tickets merged into this one; their replies are among these.' }),
  beside: Beside.optional().openapi({ description: 'Only for staff.' }),
}).openapi('Ticket');

export const CannedAnswerRequest = z
  .strictObject({
    title: aLine(TITLE_CHARACTERS_MAX),
    text,
    category: category.nullable().default(null),
    active: z.boolean().default(true).openapi({ description: 'False: no longer offered.' }),
  })
  .superRefine((answer, issue) => {
    for (const name of unknownVariables(answer.text))
      issue.addIssue({
        code: 'custom',
        path: ['text'],
        message: `must not use {{${name}}}: there are ${VARIABLES.map((variable) => `{{${variable}}}`).join(', ')}`,
      });
  })
  .openapi('CannedAnswerRequest');

export const CannedAnswer = z
  .object({
    id: z.string(),
    title: z.string(),
    text: z.string().openapi({ description: `With variables: ${VARIABLES.map((name) => `{{${name}}}`).join(', ')}.` }),
    category: category.nullable(),
    active: z.boolean(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('CannedAnswer');

export const CannedAnswersQuery = z.strictObject({
  category: category.optional(),
  all: z.enum(['true']).optional().openapi({ description: 'Also those that are no longer offered.' }),
});
