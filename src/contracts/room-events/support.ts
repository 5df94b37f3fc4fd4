/** A user's chat with staff. */
import { z } from '@hono/zod-openapi';
import { Card, event, id, time } from './shared';

const side = z.enum(['user', 'staff']);

export const supportEvents = {
  'support-message': [
    event('support-message', {
      seq: z.int().describe('The place in the thread. A support room numbers nothing else.'),
      message: z.strictObject({
        id,
        threadId: id,
        seq: z.int(),
        from: side,
        author: Card,
        text: z.string(),
        at: time,
        readAt: time.nullable(),
      }),
    }),
    'A message of the thread.',
  ],
  'support-typing': [event('support-typing', { userId: id }), 'The other side is typing.'],
  'support-read': [
    event('support-read', { threadId: id, messageId: id, seq: z.int(), by: side, at: time }),
    'The other side has read this message and all before it.',
  ],
} as const;
