/** Wire shapes of a room's chat and of its moderation. */
import { z } from '@hono/zod-openapi';
import { HELD_REASONS } from '@/contracts/chat-rules';
import { LOGGED_ACTIONS } from '@/contracts/moderation-log';
import { BADGES } from '@/contracts/room-events/chat';
import { PublicCard } from '@/domains/base/users/schemas';
import { cursorPageOf, cursorQuery, pageOf, pageQuery } from '@/http/envelope';
import { aText } from '@/http/fields';
import { countLines, foldLines } from '@/shared/text';
import { anId, aReason } from './schemas';

/** The room applies the same limit; checking it here lets the error name the field. */
const TEXT_CHARACTERS_MAX = 500;
const TEXT_LINES_MAX = 10;
const SECONDS_A_DAY = 86_400;
/** A week, as in the room. A ban keeps a user away longer. */
const TIMEOUT_SECONDS_MAX = 7 * SECONDS_A_DAY;
export const TIMEOUT_SECONDS_DEFAULT = 5 * 60;

const RepliedTo = z
  .object({
    ...{ id: z.string(), userId: z.string(), username: z.string(), displayName: z.string() },
    text: z.string().openapi({ description: 'Its beginning: up to 100 characters. Empty once it was deleted.' }),
  })
  .openapi('RepliedTo');
const Mention = z
  .object({ start: z.int(), end: z.int(), userId: z.string() })
  .openapi('Mention', { description: 'Where the text names someone, in UTF-16 code units: `text.slice(start, end)`.' });
const EmoteRange = z
  .object({
    id: z.string(),
    name: z.string(),
    url: z.string().openapi({ description: '112 × 112 pixels; `?w=28` and `?w=56` answer smaller ones.' }),
    start: z
      .int()
      .openapi({ description: 'In UTF-16 code units: `text.slice(start, end)` is the name with its colons.' }),
    end: z.int(),
  })
  .openapi('EmoteRange');

export const ChatMessage = z
  .object({
    id: z.string(),
    seq: z.int().nullable().openapi({ description: 'Null while the message waits.' }),
    streamId: z.string(),
    userId: z.string(),
    username: z.string(),
    displayName: z.string(),
    avatarUrl: z.string().nullable(),
    badges: z.array(z.enum(BADGES)),
    text: z.string().openapi({ description: 'Empty once deleted.' }),
    at: z.iso.datetime(),
    deleted: z.boolean(),
    held: z.enum(HELD_REASONS).optional().openapi({ description: 'Why your message waits. Nobody else sees it yet.' }),
    replyTo: RepliedTo.optional().openapi({ description: 'The message that this one answers.' }),
    mentions: z
      .array(Mention)
      .optional()
      .openapi({ description: 'People in the room whom the text names by `@username`.' }),
    emotes: z
      .array(EmoteRange)
      .optional()
      .openapi({ description: "The channel's emotes in the text, in its order. Missing if there are none." }),
  })
  .openapi('ChatMessage');

export const ChatPageShape = cursorPageOf(ChatMessage);
export const ChatQuery = z.strictObject(cursorQuery);

const message = {
  text: aText(TEXT_CHARACTERS_MAX, 1, foldLines)
    .refine((text) => countLines(text) <= TEXT_LINES_MAX, `must have at most ${TEXT_LINES_MAX} lines`)
    .openapi({ description: 'At most ten lines. Several blank lines in a row become one.' }),
  id: z
    .uuid()
    .toLowerCase()
    .optional()
    .openapi({ description: 'Your own id for the message. Sending it again does not create a second message.' }),
  replyTo: z.uuid().toLowerCase().optional().openapi({ description: 'The id of the message that you answer.' }),
};
export const NewMessage = z.strictObject(message).openapi('NewMessage');
export const NewStreamMessage = z.strictObject({ streamId: anId, ...message }).openapi('NewStreamMessage');

export const MODERATION_ACTIONS = ['timeout', 'end-timeout', 'kick', 'ban', 'unban'] as const;
export type ModerationKind = (typeof MODERATION_ACTIONS)[number];

/** What goes with each action, as the refinements below check it. */
const without = (...names: string[]) => ({ not: { anyOf: names.map((name) => ({ required: [name] })) } });
const MODERATION_FORMS = MODERATION_ACTIONS.map((action) => ({
  properties: { action: { enum: [action] } },
  ...(action === 'kick'
    ? { oneOf: [{ required: ['userId'] }, { required: ['guestId'] }], ...without('seconds', 'deleteMessages') }
    : {
        required: ['userId'],
        ...without(
          'guestId',
          ...(action === 'timeout' ? [] : ['seconds']),
          ...(action === 'timeout' || action === 'ban' ? [] : ['deleteMessages']),
        ),
      }),
}));

export const Moderation = z
  .strictObject({
    action: z.enum(MODERATION_ACTIONS),
    userId: anId.optional(),
    guestId: z
      .uuid()
      .toLowerCase()
      .optional()
      .openapi({ description: 'Instead of `userId`, to kick a guest. `GET /stream/{id}/viewers` lists them.' }),
    seconds: z
      .int()
      .min(1)
      .max(TIMEOUT_SECONDS_MAX)
      .optional()
      .openapi({ description: 'For a timeout. Default: 300.' }),
    reason: aReason.optional().openapi({ description: 'Shown to the user, but not to other viewers.' }),
    deleteMessages: z.boolean().optional().openapi({
      description: 'Whether to delete their messages in this room. Default: true for a ban, false for a timeout.',
    }),
  })
  .refine(({ action, seconds }) => action === 'timeout' || seconds === undefined, {
    path: ['seconds'],
    message: 'is only for a timeout',
  })
  .refine(({ action, deleteMessages }) => action === 'timeout' || action === 'ban' || deleteMessages === undefined, {
    path: ['deleteMessages'],
    message: 'is only for a timeout or a ban',
  })
  .refine(({ userId, guestId }) => (userId === undefined) !== (guestId === undefined), {
    path: ['userId'],
    message: 'is required, or `guestId` instead of it',
  })
  .refine(({ action, guestId }) => action === 'kick' || guestId === undefined, {
    path: ['guestId'],
    message: 'is only for a kick',
  })
  .openapi('Moderation', { anyOf: MODERATION_FORMS });

export const ModerationLog = cursorPageOf(
  z
    .object({
      id: z.string(),
      action: z.enum(LOGGED_ACTIONS),
      by: PublicCard.nullable().openapi({ description: 'Null for a decision of staff.' }),
      user: PublicCard.nullable(),
      guestId: z.string().nullable().openapi({ description: 'Of a guest who was kicked.' }),
      messageId: z.string().nullable(),
      text: z.string().nullable().openapi({ description: 'What the message or the gift said.' }),
      reason: z.string().nullable(),
      until: z.iso.datetime().nullable(),
      at: z.iso.datetime(),
    })
    .openapi('ModerationEntry'),
);

const messages = z.array(ChatMessage).openapi({
  description: 'Their newest messages in this room, newest first, including those hidden from other viewers.',
});

export const ModerationList = pageOf(
  z
    .object({
      user: PublicCard,
      reason: z.string().nullable(),
      by: PublicCard.nullable(),
      at: z.iso.datetime(),
      messages,
    })
    .openapi('ChannelBan'),
).extend({
  timeouts: z.array(
    z
      .object({
        user: PublicCard,
        until: z.iso.datetime(),
        reason: z.string().nullable(),
        by: PublicCard.nullable(),
        at: z.iso.datetime(),
        messages,
      })
      .openapi('TimeOut'),
  ),
});
export const ModerationQuery = z.strictObject(pageQuery);
