/** Wire shapes of a room's chat and of its moderation. */
import { z } from '@hono/zod-openapi';
import { cursorPageOf, cursorQuery, pageOf, pageQuery } from '@/http/envelope';
import { aText } from '@/http/fields';
import { anId, aReason } from './schemas';

/** The room applies the same limit; here the answer can name the field. */
const TEXT_CHARACTERS_MAX = 500;
const SECONDS_A_DAY = 86_400;
/** A week, as in the room. To keep somebody away longer, ban them. */
const TIMEOUT_SECONDS_MAX = 7 * SECONDS_A_DAY;
export const TIMEOUT_SECONDS_DEFAULT = 5 * 60;

export const ChatMessage = z
  .object({
    id: z.string(),
    seq: z.int().nullable().openapi({ description: 'Null while a delayed message waits for its release.' }),
    streamId: z.string(),
    userId: z.string(),
    username: z.string(),
    displayName: z.string(),
    avatarUrl: z.string().nullable(),
    badges: z.array(z.enum(['creator', 'moderator', 'staff', 'subscriber'])),
    text: z.string().openapi({ description: 'Empty once deleted.' }),
    at: z.iso.datetime(),
    deleted: z.boolean(),
  })
  .openapi('ChatMessage');

export const ChatPageShape = cursorPageOf(ChatMessage);
export const ChatQuery = z.strictObject(cursorQuery);

const message = {
  text: aText(TEXT_CHARACTERS_MAX, 1),
  id: z.uuid().optional().openapi({ description: 'Your own id of the message: sent again, it is not a second one.' }),
};
export const NewMessage = z.strictObject(message).openapi('NewMessage');
export const NewStreamMessage = z.strictObject({ streamId: anId, ...message }).openapi('NewStreamMessage');

export const MODERATION_ACTIONS = ['timeout', 'end-timeout', 'kick', 'ban', 'unban'] as const;
export type ModerationKind = (typeof MODERATION_ACTIONS)[number];

export const Moderation = z
  .strictObject({
    action: z.enum(MODERATION_ACTIONS),
    userId: anId,
    seconds: z
      .int()
      .min(1)
      .max(TIMEOUT_SECONDS_MAX)
      .optional()
      .openapi({ description: 'Of a timeout; 300 if absent.' }),
    reason: aReason.optional().openapi({ description: 'The user sees it, other viewers do not.' }),
    deleteMessages: z.boolean().optional().openapi({
      description: 'Whether what they have written here disappears: of a ban true if absent, of a timeout false.',
    }),
  })
  .refine(({ action, seconds }) => action === 'timeout' || seconds === undefined, {
    path: ['seconds'],
    message: 'goes with a timeout alone',
  })
  .refine(({ action, deleteMessages }) => action === 'timeout' || action === 'ban' || deleteMessages === undefined, {
    path: ['deleteMessages'],
    message: 'goes with a timeout or a ban alone',
  })
  .openapi('Moderation');

const Moderated = z.object({
  id: z.string(),
  username: z.string().nullable(),
});

const messages = z.array(ChatMessage).openapi({
  description: 'What they wrote here last, newest first, also what other viewers are no longer shown.',
});

export const ModerationList = pageOf(
  z
    .object({
      user: Moderated,
      reason: z.string().nullable(),
      by: Moderated,
      at: z.iso.datetime(),
      messages,
    })
    .openapi('ChannelBan'),
).extend({
  timeouts: z.array(
    z
      .object({
        user: Moderated,
        until: z.iso.datetime(),
        reason: z.string().nullable(),
        by: Moderated,
        at: z.iso.datetime(),
        messages,
      })
      .openapi('TimeOut'),
  ),
});
export const ModerationQuery = z.strictObject(pageQuery);
