import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { LINK_RULES } from '@/contracts/chat-rules';

/** The picture that viewers get: as it is sent, or in several sizes up to this one. */
export const QUALITIES = ['source', '720p', '1080p'] as const;

export const channels = sqliteTable('channels', {
  id: text().primaryKey(),
  creatorId: text('creator_id').notNull(),
  title: text().notNull(),
  description: text().notNull().default(''),
  category: text(),
  thumbnail: text(),
  ingressId: text('ingress_id'),
  ingressType: text('ingress_type').$type<'RTMP' | 'WHIP'>(),
  ingressUrl: text('ingress_url'),
  streamKey: text('stream_key'),
  ingressClaimedAt: integer('ingress_claimed_at'),
  ingressLostAt: integer('ingress_lost_at'),
  quality: text({ enum: QUALITIES }).notNull().default('1080p'),
  mediaRoom: text('media_room'),
  encoderRefusedUntil: integer('encoder_refused_until'),
  mediaEventAt: integer('media_event_at').notNull().default(0),
  chatEnabled: integer('chat_enabled', { mode: 'boolean' }).notNull().default(true),
  chatDelaySeconds: integer('chat_delay_seconds').notNull().default(0),
  chatFollowersOnly: integer('chat_followers_only', { mode: 'boolean' }).notNull().default(false),
  chatSubscribersOnly: integer('chat_subscribers_only', { mode: 'boolean' }).notNull().default(false),
  slowModeSeconds: integer('slow_mode_seconds').notNull().default(0),
  blockedWords: text('blocked_words', { mode: 'json' }).$type<string[]>().notNull().default([]),
  heldWords: text('held_words', { mode: 'json' }).$type<string[]>().notNull().default([]),
  minFollowMinutes: integer('min_follow_minutes').notNull().default(0),
  minAccountHours: integer('min_account_hours').notNull().default(0),
  links: text({ enum: LINK_RULES }).notNull().default('allow'),
  emotesOnly: integer('emotes_only', { mode: 'boolean' }).notNull().default(false),
  holdFirstMessages: integer('hold_first_messages', { mode: 'boolean' }).notNull().default(false),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const moderators = sqliteTable(
  'moderators',
  {
    channelId: text('channel_id').notNull(),
    userId: text('user_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.channelId, table.userId] })],
);

/** A ban is from the channel, so it applies to this stream and the next. */
export const channelBans = sqliteTable(
  'channel_bans',
  {
    channelId: text('channel_id').notNull(),
    userId: text('user_id').notNull(),
    bannedBy: text('banned_by').notNull(),
    reason: text(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.channelId, table.userId] })],
);

/** Viewers removed from a show's video, for as long as an older token could bring them back. */
export const videoDenials = sqliteTable(
  'video_denials',
  {
    room: text().notNull(),
    viewerId: text('viewer_id').notNull(),
    deniedAt: integer('denied_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.room, table.viewerId] })],
);

export type ChannelRow = typeof channels.$inferSelect;
