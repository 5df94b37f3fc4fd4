/** Wire shape of the inbox of staff. */
import { z } from '@hono/zod-openapi';

export const INBOX_KINDS = [
  'report',
  'appeal',
  'ticket',
  'chat',
  'application',
  'payout',
  'product',
  'held-event',
  'health',
] as const;
export type InboxKind = (typeof INBOX_KINDS)[number];

/** Counting stops here. */
export const INBOX_COUNT_MAX = 1_000;

const count = z.int().min(0).max(INBOX_COUNT_MAX);

export const Inbox = z
  .object({
    items: z.array(
      z.object({
        kind: z.enum(INBOX_KINDS),
        count,
        capped: z.boolean().openapi({ description: `There are more than ${INBOX_COUNT_MAX}.` }),
        oldestAt: z.iso.datetime().nullable().openapi({ description: 'Since when the oldest of those counted waits.' }),
        mine: count.nullable().openapi({ description: 'Assigned to you. Null: this kind is not assigned.' }),
        unassigned: count.nullable(),
      }),
    ),
  })
  .openapi('Inbox');
