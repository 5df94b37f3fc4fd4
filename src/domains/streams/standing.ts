/** What a user is to a stream's channel: the facts that admission and the room's policy judge by, in one read. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { noBlockBetween } from '@/domains/social/visible';
import { subscribes } from '@/domains/subscriptions/subscribed';
import { users } from '@/domains/users/tables';
import type { RoomUser, Standing } from '@/room/api';
import type { Rank } from '@/shared/actor';
import { streams } from './tables';

export interface StandingRow {
  username: string;
  displayName: string;
  avatarUrl: string | null;
  creator: number;
  moderator: number;
  follower: number;
  subscriber: number;
  banned: number;
  blocked: number;
  gone: number;
  rank: Rank | null;
}

/** `shutOut`: why the user may not be in the room at all, whatever the policy. */
export interface RoomStanding {
  readonly user: RoomUser;
  readonly shutOut: 'gone' | 'blocked' | 'banned' | null;
}

/** Nothing where there is no such user or stream. */
export async function findRoomStanding(
  ctx: Pick<Context, 'db' | 'now'>,
  streamId: string,
  userId: string,
): Promise<RoomStanding | undefined> {
  return roomStandingOf(ctx, userId, await roomStandingQuery(ctx, streamId, userId));
}

/** For a batch of reads; its rows are for `roomStandingOf`. */
export function roomStandingQuery(ctx: Pick<Context, 'db'>, streamId: string, userId: string) {
  return ctx.db.all<StandingRow>(sql`
    SELECT users.username, users.display_name AS displayName, users.avatar_url AS avatarUrl,
      streams.creator_id = users.id AS creator,
      EXISTS (SELECT 1 FROM moderators m WHERE m.channel_id = streams.channel_id AND m.user_id = users.id) AS moderator,
      EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = users.id AND f.creator_id = streams.creator_id) AS follower,
      ${subscribes(users.id, streams.creatorId)} AS subscriber,
      EXISTS (SELECT 1 FROM channel_bans c WHERE c.channel_id = streams.channel_id AND c.user_id = users.id) AS banned,
      NOT (${noBlockBetween(users.id, streams.creatorId)}) AS blocked,
      users.status <> 'active' AS gone,
      (SELECT rank FROM staff WHERE staff.user_id = users.id) AS rank
    FROM streams JOIN users ON users.id = ${userId}
    WHERE streams.id = ${streamId}`);
}

export function roomStandingOf(
  ctx: Pick<Context, 'now'>,
  userId: string,
  [row]: readonly StandingRow[],
): RoomStanding | undefined {
  if (!row) return undefined;
  const { username, displayName, avatarUrl, rank } = row;
  const standing: Standing = {
    creator: row.creator === 1,
    moderator: row.moderator === 1,
    rank,
    follower: row.follower === 1,
    subscriber: row.creator === 1 || row.subscriber === 1,
    readAt: ctx.now(),
  };
  return {
    user: { kind: 'user', id: userId, username, displayName, avatarUrl, standing },
    shutOut: row.gone === 1 ? 'gone' : rank ? null : row.blocked === 1 ? 'blocked' : row.banned === 1 ? 'banned' : null,
  };
}

/**
 * `blocked`: either blocks the other, banned from the channel, or the account itself is banned or gone. Staff see to
 * every room, so no creator shuts them out.
 */
export async function readStanding(
  ctx: Pick<Context, 'db' | 'now'>,
  streamId: string,
  userId: string,
): Promise<Standing & { readonly blocked: boolean }> {
  const found = await findRoomStanding(ctx, streamId, userId);
  if (found) return { ...found.user.standing, blocked: found.shutOut !== null };
  return {
    creator: false,
    moderator: false,
    rank: null,
    follower: false,
    subscriber: false,
    readAt: ctx.now(),
    blocked: true,
  };
}
