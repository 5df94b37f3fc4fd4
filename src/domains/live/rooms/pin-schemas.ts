/** Wire shapes of what is pinned in a room. */
import { z } from '@hono/zod-openapi';
import { aText } from '@/http/fields';
import { countLines, foldLines } from '@/shared/text';
import { ChatMessage } from './chat-schemas';

/** As of a chat message. */
const TEXT_CHARACTERS_MAX = 500;
const LINES_MAX = 10;

export const ToPin = z
  .strictObject({
    messageId: z.uuid().toLowerCase().optional().openapi({ description: 'A message that everyone sees.' }),
    text: aText(TEXT_CHARACTERS_MAX, 1, foldLines)
      .refine((text) => countLines(text) <= LINES_MAX, `must have at most ${LINES_MAX} lines`)
      .optional()
      .openapi({ description: 'An announcement. It is not a chat message.' }),
  })
  .refine(({ messageId, text }) => (messageId === undefined) !== (text === undefined), {
    path: ['messageId'],
    message: 'is required, unless text is sent instead',
  })
  .openapi('ToPin', { oneOf: [{ required: ['messageId'] }, { required: ['text'] }] });

export const Pin = z
  .object({
    at: z.iso.datetime(),
    by: z.string().optional().openapi({ description: 'Who pinned it; only those in charge learn it.' }),
    message: ChatMessage.optional(),
    announcement: ChatMessage.pick({
      ...{ id: true, userId: true, username: true, displayName: true, avatarUrl: true, badges: true, text: true },
    }).optional(),
  })
  .openapi('Pin');
