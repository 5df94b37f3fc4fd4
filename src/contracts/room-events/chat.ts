/** Chat, reactions and counts. */
import { z } from '@hono/zod-openapi';
import { REACTION_KINDS } from '../room-figures';
import { event, id, streamId, time } from './shared';

export const BADGES = ['creator', 'moderator', 'staff', 'subscriber'] as const;

const about = {
  streamId,
  messageId: id.describe('A message, or a gift with a text.'),
  userId: id.describe('Who wrote it.'),
};

/** The message that another one answers, as it was when the answer was written. */
const RepliedTo = z.strictObject({
  id,
  userId: id,
  username: z.string(),
  displayName: z.string(),
  text: z.string().describe('The beginning of its text; empty once it was deleted.'),
});

const range = {
  start: z.int().describe('In UTF-16 code units: `text.slice(start, end)`.'),
  end: z.int(),
};

export const NewMessageEvent = event('new-message', {
  id,
  streamId,
  userId: id,
  username: z.string(),
  displayName: z.string(),
  avatarUrl: z.string().nullable(),
  badges: z.array(z.enum(BADGES)).readonly(),
  text: z.string().describe('As typed; empty once deleted.'),
  at: time,
  deleted: z.boolean(),
  replyTo: RepliedTo.optional().describe('Only in an answer to another message.'),
  mentions: z
    .array(z.strictObject({ ...range, userId: id }))
    .readonly()
    .optional(),
  emotes: z
    .array(z.strictObject({ ...range, id, name: z.string(), url: z.string() }))
    .readonly()
    .optional(),
});

export const chatEvents = {
  'new-message': [NewMessageEvent, 'Someone wrote in the chat.'],
  'message-deleted': [event('message-deleted', about), 'A text was deleted. Remove it; of a gift, only its text.'],
  'message-restored': [
    event('message-restored', about),
    'Staff brought a text back, under its old `seq`. Read it from the history.',
  ],
  'messages-restored': [
    event('messages-restored', { userId: id }),
    'Staff reversed a decision. All texts of this user are back in the history, under their old `seq`.',
  ],
} as const;

export const NewReaction = event('new-reaction', {
  counts: z.partialRecord(z.enum(REACTION_KINDS), z.int()).describe('Of each kind, how many since the last frame.'),
});
export const ViewerCount = event('viewer-count', { viewerCount: z.int() });

export const passingChatEvents = {
  'new-reaction': [NewReaction, 'Reactions since the last frame, counted: never one event for a click.'],
  'viewer-count': [ViewerCount, 'How many are watching, at most once a second.'],
} as const;
