/** A user's relation to a channel (banned, moderator), as conditions for any SELECT. */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { channelBans, moderators } from '@/domains/live/channels/tables';

type Column = SQLWrapper | string;

/** One look-up by primary key. */
export function isBannedFrom(channelId: Column, userId: Column): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${channelBans} ban WHERE ban.channel_id = ${channelId} AND ban.user_id = ${userId})`;
}

/** One look-up by primary key. */
export function isModeratorOf(channelId: Column, userId: Column): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${moderators} moderator
    WHERE moderator.channel_id = ${channelId} AND moderator.user_id = ${userId})`;
}
