/** Wire shapes of the chat with support. */
import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { cursorPageOf, cursorQuery, orNull } from '@/http/envelope';
import { aText } from '@/http/fields';

export const TEXT_CHARACTERS_MAX = 2_000;

export const anId = z.string().min(1);
const threadId = anId.optional().openapi({ description: 'For staff. Without it: your own chat.' });

/** The socket applies the same rule. */
export const messageText = aText(TEXT_CHARACTERS_MAX, 1);

export const SupportMessage = z
  .object({
    id: z.uuid(),
    threadId: z.uuid(),
    seq: z.int().openapi({ description: 'The place in the thread: 1 is first.' }),
    from: z.enum(['user', 'staff']),
    author: PublicCard,
    text: z.string(),
    at: z.iso.datetime(),
    readAt: z.iso.datetime().nullable().openapi({ description: 'When the other side read it.' }),
  })
  .openapi('SupportMessage');

export const NewSupportMessage = z
  .strictObject({
    text: messageText,
    threadId,
    id: z
      .uuid()
      .toLowerCase()
      .optional()
      .openapi({ description: 'Your own id for the message. Sending it again does not create a second message.' }),
  })
  .openapi('NewSupportMessage');

export const SupportMessagesQuery = z.strictObject({ threadId, ...cursorQuery });
export const SupportMessages = cursorPageOf(SupportMessage).extend({
  threadId: z.uuid().nullable().openapi({ description: 'Null before the first message.' }),
  unread: z.int().openapi({ description: 'Messages of the other side that you have not read: 100 means 100 or more.' }),
});

export const SupportRead = z
  .object({
    threadId: z.uuid(),
    messageId: z.uuid(),
    seq: z.int().openapi({ description: 'This message and all before it are read.' }),
    by: z.enum(['user', 'staff']),
    at: z.iso.datetime(),
  })
  .openapi('SupportRead');

export const THREAD_STATUSES = ['open', 'answered'] as const;
export const SupportThreadsQuery = z.strictObject({ status: z.enum(THREAD_STATUSES).optional(), ...cursorQuery });
export const SupportThread = z
  .object({
    id: z.uuid(),
    user: PublicCard,
    lastMessage: orNull(SupportMessage),
    unread: z.int().openapi({ description: 'Messages of the user that no staff have read: 100 means 100 or more.' }),
    assignee: orNull(PublicCard).openapi({ description: 'The first member of staff who answered.' }),
    status: z.enum(THREAD_STATUSES).openapi({ description: '`open`: the user waits for an answer.' }),
    waitingSince: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .openapi('SupportThread');
export const SupportThreads = cursorPageOf(SupportThread);

export const SupportJoin = z.strictObject({ threadId }).openapi('SupportJoin');
export const SupportJoined = z
  .object({
    threadId: z.uuid(),
    pass: z.string().openapi({ description: 'Works once.' }),
    passSeconds: z.int(),
    wsUrl: z.string(),
  })
  .openapi('SupportJoined');
