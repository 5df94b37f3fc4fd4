/** The show: its course, its policy, its figures, gifts and music. */
import { z } from '@hono/zod-openapi';
import { LINK_RULES } from '../chat-rules';
import { REACTION_KINDS } from '../room-figures';
import { Card, event, id, streamId, time } from './shared';

/** The part of a channel's rules that viewers see. */
export const PublicPolicyShape = z.strictObject({
  isChatEnabled: z.boolean(),
  isChatDelayed: z.boolean(),
  chatDelaySeconds: z.int(),
  isChatFollowersOnly: z.boolean(),
  isChatSubscribersOnly: z.boolean(),
  slowModeSeconds: z.int(),
  minFollowMinutes: z.int(),
  minAccountHours: z.int(),
  links: z.enum(LINK_RULES),
  emotesOnly: z.boolean(),
  holdFirstMessages: z.boolean(),
});

export const MaintenanceShape = z.strictObject({ from: time, until: time, message: z.string() });

export const NowPlaying = event('now-playing', {
  streamId,
  track: z
    .strictObject({
      id: z.string().nullable().describe('Null: its DJ typed the title.'),
      title: z.string(),
      artist: z.string().nullable(),
      coverUrl: z.string().nullable(),
      duration: z.number().nullable().describe('Seconds; null if unknown.'),
    })
    .nullable()
    .describe('Null if nothing plays.'),
  startedAt: time.nullable(),
});

export const GiftSent = event('gift-sent', {
  id,
  sender: Card,
  recipient: Card,
  gift: z
    .strictObject({
      id,
      name: z.string(),
      icon: z.string(),
      coins: z.int(),
      animationUrl: z.string().nullable(),
    })
    .nullable()
    .describe('Null: a tip.'),
  quantity: z.int(),
  coins: z.int(),
  message: z.string().nullable(),
  at: time,
});

export const Maintenance = event('maintenance', { streamId, maintenance: MaintenanceShape.nullable() });

export const showEvents = {
  'stream-started': [
    event('stream-started', { streamId, title: z.string(), startedAt: time.nullable() }),
    'The show has begun.',
  ],
  'stream-updated': [
    event('stream-updated', {
      streamId,
      title: z.string(),
      description: z.string().nullish(),
      category: z.string().nullish(),
      thumbnailUrl: z.string().nullish(),
    }),
    'Its title or another detail changed. Only changed details are sent.',
  ],
  'stream-ended': [
    event('stream-ended', { streamId, endedAt: time.nullable() }),
    'The show is over, or was cancelled.',
  ],
  'room-policy': [event('room-policy', { streamId, policy: PublicPolicyShape }), 'The rules of the chat changed.'],
  'now-playing': [NowPlaying, 'Another track plays. `welcome` has the newest.'],
  'gift-sent': [GiftSent, 'A gift or a tip was paid.'],
  maintenance: [
    Maintenance,
    'The platform will be down; null once that is called off. In a support room without `seq`.',
  ],
} as const;

export const Analytics = event('analytics', {
  streamId: z.string(),
  live: z.literal(true),
  viewerCount: z.int(),
  startedAt: time.nullable(),
  endedAt: z.null(),
  uniqueViewers: z.int(),
  users: z.int(),
  guests: z.int(),
  peakViewers: z.int(),
  peakAt: time.nullable(),
  averageViewers: z.number(),
  watchSeconds: z.int(),
  averageWatchSeconds: z.int(),
  messages: z.int(),
  chatters: z.int(),
  reactions: z.partialRecord(z.enum(REACTION_KINDS), z.int()).readonly(),
  gifts: z.strictObject({ count: z.int(), coins: z.int() }).readonly(),
  productClicks: z.int(),
});

export const creatorEvents = {
  analytics: [Analytics, 'To the creator alone, while live: the figures that the room knows.'],
} as const;
