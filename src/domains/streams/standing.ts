/** What a user is to a stream's channel: the facts that admission and the room's policy judge by, in one read. */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { blockedIdsOf } from '@/domains/social/blocks';
import { noBlockBetween } from '@/domains/social/visible';
import { users } from '@/domains/users/tables';
import { followsCreator, subscribes } from '@/domains/visibility/members';
import type { RoomUser, Standing } from '@/room/api';
import type { Rank } from '@/shared/actor';
import { streams } from './tables';

/** What `shutOutOf` judges by. */
interface ShutOutRow {
  banned: number;
  blocked: number;
  gone: number;
  rank: Rank | null;
}

export interface StandingRow extends ShutOutRow {
  username: string;
  displayName: string;
  avatarUrl: string | null;
  creator: number;
  moderator: number;
  follower: number;
  subscriber: number;
  banReason: string | null;
  /** JSON; null where it was not asked for. */
  blockedIds: string | null;
  verified: number;
}

/** `shutOut`: why the user may not be in the room at all, whatever the policy. */
export interface RoomStanding {
  readonly user: RoomUser;
  readonly shutOut: 'gone' | 'blocked' | 'banned' | null;
  /** Why they are banned, if whoever did it said so: for them alone to know. */
  readonly banReason: string | null;
  /** Whom the user blocks, if it was asked for. */
  readonly blockedIds: readonly string[];
}

/** Nothing where there is no such user or stream. */
export async function findRoomStanding(
  ctx: Pick<Context, 'db' | 'now'>,
  streamId: string,
  userId: string,
  withBlocks = false,
): Promise<RoomStanding | undefined> {
  return roomStandingOf(ctx, userId, await roomStandingQuery(ctx, streamId, userId, withBlocks));
}

/** For a batch of reads; its rows are for `roomStandingOf`. */
export function roomStandingQuery(ctx: Pick<Context, 'db'>, streamId: string, userId: string, withBlocks = false) {
  return ctx.db.all<StandingRow>(sql`
    SELECT users.username, users.display_name AS displayName, users.avatar_url AS avatarUrl,
      streams.creator_id = users.id AS creator,
      EXISTS (SELECT 1 FROM moderators m WHERE m.channel_id = streams.channel_id AND m.user_id = users.id) AS moderator,
      ${followsCreator(users.id, streams.creatorId)} AS follower,
      ${subscribes(users.id, streams.creatorId)} AS subscriber,
      (SELECT reason FROM channel_bans b WHERE b.channel_id = streams.channel_id AND b.user_id = users.id) AS banReason,
      ${withBlocks ? blockedIdsOf(users.id) : sql`NULL`} AS blockedIds,
      users.email_verified_at IS NOT NULL AS verified,
      ${shutOutColumns(streams.channelId, streams.creatorId)}
    FROM streams JOIN users ON users.id = ${userId}
    WHERE streams.id = ${streamId}`);
}

/**
 * For a SELECT that has `users` in it, and the channel and its creator. An account that is not verified enters as a
 * guest, so under its own id it counts as gone.
 */
function shutOutColumns(channelId: SQLWrapper, creatorId: SQLWrapper): SQL {
  return sql`
    EXISTS (SELECT 1 FROM channel_bans b WHERE b.channel_id = ${channelId} AND b.user_id = users.id) AS banned,
    NOT (${noBlockBetween(users.id, creatorId)}) AS blocked,
    (users.status <> 'active' OR users.email_verified_at IS NULL) AS gone,
    (SELECT rank FROM staff WHERE staff.user_id = users.id) AS rank`;
}

function shutOutOf({ gone, rank, blocked, banned }: ShutOutRow): RoomStanding['shutOut'] {
  if (gone === 1) return 'gone';
  if (rank) return null; // staff see to every room, so no creator shuts them out
  return blocked === 1 ? 'blocked' : banned === 1 ? 'banned' : null;
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
    verified: row.verified === 1,
    readAt: ctx.now(),
  };
  return {
    user: { kind: 'user', id: userId, username, displayName, avatarUrl, standing },
    shutOut: shutOutOf(row),
    banReason: row.banReason,
    // Staff see past blocks, their own too.
    blockedIds: row.blockedIds === null || rank ? [] : (JSON.parse(row.blockedIds) as string[]), // blockedIdsOf
  };
}

/** `blocked`: either blocks the other, banned from the channel, or the account itself is banned or gone. */
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
    verified: false,
    readAt: ctx.now(),
    blocked: true,
  };
}
