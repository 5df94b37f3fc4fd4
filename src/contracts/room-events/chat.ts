/** Chat, reactions and counts. */
import { z } from '@hono/zod-openapi';
import { HELD_ACTIONS, HELD_REASONS } from '../chat-rules';
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
  clientId: z.string().optional().describe('Only to the author: the id that their client gave it, in small letters.'),
});

export const MessageShape = NewMessageEvent.omit({ type: true, clientId: true });

export const PinShape = z.strictObject({
  at: time,
  by: id.optional().describe('Only to those who moderate: who pinned it.'),
  message: MessageShape.extend({ seq: z.int() }).optional().describe('Either this'),
  announcement: MessageShape.pick({
    id: true,
    userId: true,
    username: true,
    displayName: true,
    avatarUrl: true,
    badges: true,
    text: true,
  })
    .optional()
    .describe('or this: a text that is no message.'),
});

export const PollShape = z.strictObject({
  id,
  question: z.string(),
  options: z
    .array(z.strictObject({ id: z.int().describe('Its place, from 0.'), text: z.string(), votes: z.int() }))
    .readonly(),
  totalVotes: z.int(),
  startedAt: time,
  endsAt: time,
  endedAt: time.nullable().describe('Null while it runs.'),
});
const poll = { streamId, poll: PollShape };

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

export const pinEvents = {
  'message-pinned': [event('message-pinned', { streamId, pin: PinShape }), 'A message or an announcement is pinned.'],
  'message-unpinned': [event('message-unpinned', { streamId }), 'Nothing is pinned now.'],
} as const;

export const pollEvents = {
  'poll-started': [event('poll-started', poll), 'A poll began, the only one that runs.'],
  'poll-ended': [event('poll-ended', poll), 'The poll is over; these are the results.'],
} as const;

/** To the author, or to those who moderate. */
export const heldEvents = {
  'message-held': [
    MessageShape.extend({
      type: z.literal('message-held'),
      reason: z.enum(HELD_REASONS),
      releaseAt: time.optional().describe('When it is shown if nobody decides. Missing: it waits for a decision.'),
    }),
    'To moderators alone: a message waits.',
  ],
  'held-resolved': [
    event('held-resolved', {
      ...{ streamId, messageId: id },
      action: z.enum([...HELD_ACTIONS, 'delete', 'withdraw', 'end']),
      by: id.nullable().describe('Null: its time had come, or the stream ended.'),
    }),
    'To moderators alone: how the waiting of a message ended.',
  ],
  'message-dropped': [
    event('message-dropped', { streamId, messageId: id, id: id.describe('The id that the client gave it.') }),
    'To its author alone: nobody will see this message.',
  ],
} as const;

export const NewReaction = event('new-reaction', {
  counts: z.partialRecord(z.enum(REACTION_KINDS), z.int()).describe('Of each kind, how many since the last frame.'),
});
export const ViewerCount = event('viewer-count', { viewerCount: z.int() });

export const passingChatEvents = {
  'poll-updated': [event('poll-updated', { poll: PollShape }), 'The counts of the poll, at most once a second.'],
  'new-reaction': [NewReaction, 'Reactions since the last frame, counted: never one event for a click.'],
  'viewer-count': [ViewerCount, 'How many are watching, at most once a second.'],
} as const;
