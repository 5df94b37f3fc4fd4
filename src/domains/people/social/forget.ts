/** Deletes a deleted account's follows, blocks and blocked regions, in both directions, some rows at a time. */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';

/** Repeat each statement until it changes no row. */
export function forgetFollowsAndBlocks(ctx: Context, userId: string, limit: SQL): Statement[] {
  return [
    ctx.db.run(sql`DELETE FROM follows WHERE (follower_id, creator_id) IN (
      SELECT follower_id, creator_id FROM follows WHERE follower_id = ${userId} ${limit})`),
    ctx.db.run(sql`DELETE FROM follows WHERE (follower_id, creator_id) IN (
      SELECT follower_id, creator_id FROM follows WHERE creator_id = ${userId} ${limit})`),
    ctx.db.run(sql`DELETE FROM former_follows WHERE (follower_id, creator_id) IN (
      SELECT follower_id, creator_id FROM former_follows WHERE follower_id = ${userId} ${limit})`),
    ctx.db.run(sql`DELETE FROM former_follows WHERE (follower_id, creator_id) IN (
      SELECT follower_id, creator_id FROM former_follows WHERE creator_id = ${userId} ${limit})`),
    ctx.db.run(sql`DELETE FROM blocks WHERE (blocker_id, blocked_id) IN (
      SELECT blocker_id, blocked_id FROM blocks WHERE blocker_id = ${userId} ${limit})`),
    ctx.db.run(sql`DELETE FROM blocks WHERE (blocker_id, blocked_id) IN (
      SELECT blocker_id, blocked_id FROM blocks WHERE blocked_id = ${userId} ${limit})`),
    ctx.db.run(sql`DELETE FROM blocked_regions WHERE (creator_id, region) IN (
      SELECT creator_id, region FROM blocked_regions WHERE creator_id = ${userId} ${limit})`),
  ];
}
