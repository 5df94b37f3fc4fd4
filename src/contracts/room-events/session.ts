/** What one socket alone gets: its welcome, answers to its own frames, its notifications. */
import { z } from '@hono/zod-openapi';
import { HELD_ACTIONS, HELD_REASONS } from '../chat-rules';
import { Showcase } from '../product';
import { Screening, Video } from '../screening';
import { NewMessageEvent, PinShape, PollShape } from './chat';
import { Card, event, id, time } from './shared';
import { MaintenanceShape, NowPlaying, PublicPolicyShape } from './show';
import { RoomShape } from './stage';
import { supportEvents } from './support';

const seq = z.int();
const [SupportMessageEvent] = supportEvents['support-message'];

export const YouShape = z.strictObject({
  creator: z.boolean(),
  moderator: z.boolean(),
  staff: z.boolean(),
  follower: z.boolean(),
  subscriber: z.boolean(),
  timedOutUntil: time.nullable(),
  reason: z.string().nullable(),
  vote: z.int().nullish().describe('Their vote in the poll that runs.'),
  host: z.boolean().optional().describe('Only in rooms that users open, like the next two.'),
  coHost: z.boolean().optional(),
  speaker: z.boolean().optional(),
});

export const WelcomeEvent = event('welcome', {
  seq: seq.describe('Of the room’s last event: the next one is `seq + 1`.'),
  streamId: id,
  status: z.string(),
  title: z.string(),
  viewer: z.strictObject({ kind: z.enum(['user', 'guest']), id }),
  you: YouShape,
  viewerCount: z.int().describe('Without the newcomer.'),
  policy: PublicPolicyShape,
  pin: PinShape.nullable(),
  poll: PollShape.nullable(),
  showcase: Showcase.extend({ seq }).nullable(),
  nowPlaying: NowPlaying.extend({ seq }).nullable(),
  screening: Screening.nullable(),
  cinemaQueue: z.array(Video).readonly(),
  room: RoomShape.optional().describe('Only in rooms that users open.'),
  maintenance: MaintenanceShape.nullable(),
  messages: z
    .array(z.union([NewMessageEvent.extend({ seq }), SupportMessageEvent]))
    .readonly()
    .describe('The newest, oldest first.'),
  resumePass: z.string(),
});

export const sessionEvents = {
  welcome: [WelcomeEvent, 'The first event of every socket.'],
  ack: [
    event('ack', {
      id,
      seq: seq.optional().describe('Of the message, unless it waits for its release.'),
      messageId: id.optional().describe('Of the message.'),
      held: z.enum(HELD_REASONS).optional().describe('Why the message waits.'),
      serverTime: time.optional().describe('To a ping with an id: measure your clock by it.'),
      resumePass: z.string().optional().describe('To a ping with an id: the newest pass to come back with.'),
    }),
    'Your frame with this id was done. It repeats the id as you wrote it.',
  ],
  error: [
    event('error', {
      id: id.optional(),
      code: z.string(),
      message: z.string(),
      retryAfterMs: z.number().optional(),
      reason: z.string().nullish(),
      decided: z
        .strictObject({ action: z.enum(HELD_ACTIONS), by: id })
        .optional()
        .describe('To `HELD_DECIDED`: what another moderator decided.'),
    }),
    'Your frame was refused.',
  ],
  pong: [event('pong', {}), 'The answer to a ping without an id.'],
  resync: [event('resync', { seq }), 'You missed too much. Drop what you show and start from the history.'],
  'user-notification': [
    event('user-notification', {
      notification: z.strictObject({
        id: z.string(),
        kind: z.string(),
        title: z.string(),
        body: z.string(),
        data: z.record(z.string(), z.unknown()),
        actor: Card.nullable(),
        read: z.boolean(),
        createdAt: time,
      }),
    }),
    'A notification of yours, in whichever room you are.',
  ],
} as const;
