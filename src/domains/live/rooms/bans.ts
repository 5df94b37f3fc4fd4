/**
 * Who is kept out of a room, and who moderates it. A stream's bans and moderators belong to its channel, a user's room has
 * its own. A ban reaches the video in the same batch.
 */
import { and, desc, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { requireChange } from '@/db/commit';
import { isModeratorOf } from '@/domains/base/visibility/channels';
import { banFromChannel, unbanFromChannel } from '@/domains/live/channels/bans';
import { channelBans } from '@/domains/live/channels/tables';
import { denyLiveVideo, denyVideo } from '@/domains/live/channels/video-denials';
import { roomCoHosts } from '@/domains/live/user-rooms/tables';
import { COUNT_MAX, limitAndOffset, type PageQuery } from '@/http/envelope';
import type { FoundDoor } from './admission';
import { roomBans } from './tables';

type Banned = Pick<FoundDoor, 'roomId' | 'channelId'>;

interface Ban {
  readonly userId: string;
  readonly bannedBy: string;
  readonly reason: string | null;
}

/** Keeps the first reason. The batch aborts if the user is already banned. */
export function ban(ctx: Context, { roomId, channelId }: Banned, { userId, bannedBy, reason }: Ban): Statement[] {
  if (channelId !== null)
    return [
      banFromChannel(ctx, { channelId, userId, bannedBy, reason }),
      requireChange(ctx),
      denyLiveVideo(ctx, channelId, userId),
    ];
  const row = { roomId, userId, bannedBy, reason, createdAt: ctx.now() };
  return [
    ctx.db.insert(roomBans).values(row).onConflictDoNothing(),
    requireChange(ctx),
    denyVideo(ctx, roomId, [userId]),
  ];
}

/** The batch aborts if the user is not banned. */
export function unban(ctx: Context, { roomId, channelId }: Banned, userId: string): Statement[] {
  const ofRoom = and(eq(roomBans.roomId, roomId), eq(roomBans.userId, userId));
  const statement =
    channelId === null ? ctx.db.delete(roomBans).where(ofRoom) : unbanFromChannel(ctx, channelId, userId);
  return [statement, requireChange(ctx)];
}

/** True if this user is banned. */
export function bannedFrom(door: Banned, userId: string): SQL {
  return sql`${banOf(door, sql`${userId}`).at} IS NOT NULL`;
}

/** When this user was banned and why, as columns: null if they are not. */
export function banOf({ roomId, channelId }: Banned, userId: SQLWrapper) {
  const of =
    channelId === null
      ? sql`FROM ${roomBans} ban WHERE ban.room_id = ${roomId} AND ban.user_id = ${userId}`
      : sql`FROM ${channelBans} ban WHERE ban.channel_id = ${channelId} AND ban.user_id = ${userId}`;
  return {
    at: sql<number | null>`(SELECT ban.created_at ${of})`,
    reason: sql<string | null>`(SELECT ban.reason ${of})`,
  };
}

/** 1 if this user moderates the room: in a user's room, its co-hosts do. */
export function moderates({ roomId, channelId }: Banned, userId: SQLWrapper): SQL<number> {
  if (channelId !== null) return isModeratorOf(channelId, userId);
  return sql<number>`EXISTS (SELECT 1 FROM ${roomCoHosts} WHERE room_id = ${roomId} AND user_id = ${userId})`;
}

/** A page of the bans, newest first, and their number. */
export function readBans(ctx: Context, { roomId, channelId }: Banned, query: PageQuery) {
  const table = channelId === null ? roomBans : channelBans;
  const here = channelId === null ? eq(roomBans.roomId, roomId) : eq(channelBans.channelId, channelId);
  const { limit, offset } = limitAndOffset(query);
  return ctx.db.batch([
    ctx.db
      .select({ userId: table.userId, by: table.bannedBy, reason: table.reason, at: table.createdAt })
      .from(table)
      .where(here)
      .orderBy(desc(table.createdAt), desc(table.userId))
      .limit(limit)
      .offset(offset),
    ctx.db.select({ count: sql<number>`count(*)` }).from(
      ctx.db
        .select({ userId: table.userId })
        .from(table)
        .where(here)
        .limit(COUNT_MAX + 1)
        .as('counted'),
    ),
  ]);
}
