/** What a user is to a stream's channel: the facts that admission and the room's policy judge by, in one read. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/context';
import type { Standing } from '@/room/api';
import type { Rank } from '@/shared/actor';

interface Row {
  creator: number;
  moderator: number;
  follower: number;
  blocked: number;
  banned: number;
  rank: Rank | null;
}

/** `blocked`: by the creator, banned from the channel, or the account itself is banned or gone. */
export async function readStanding(
  ctx: Pick<Context, 'db' | 'now'>,
  streamId: string,
  userId: string,
): Promise<Standing & { readonly blocked: boolean }> {
  const row = await ctx.db.get<Row | undefined>(sql`
    SELECT s.creator_id = u.id AS creator,
      EXISTS (SELECT 1 FROM moderators m WHERE m.channel_id = s.channel_id AND m.user_id = u.id) AS moderator,
      EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = u.id AND f.creator_id = s.creator_id) AS follower,
      EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = s.creator_id AND b.blocked_id = u.id) AS blocked,
      u.status <> 'active'
        OR EXISTS (SELECT 1 FROM channel_bans c WHERE c.channel_id = s.channel_id AND c.user_id = u.id) AS banned,
      (SELECT rank FROM staff WHERE staff.user_id = u.id) AS rank
    FROM streams s JOIN users u ON u.id = ${userId}
    WHERE s.id = ${streamId}`);
  return {
    creator: row?.creator === 1,
    moderator: row?.moderator === 1,
    rank: row?.rank ?? null,
    follower: row?.follower === 1,
    // NOTE: subscriptions come with the money; until then only the creator counts as one.
    subscriber: row?.creator === 1,
    blocked: !row || row.blocked === 1 || row.banned === 1,
    readAt: ctx.now(),
  };
}
