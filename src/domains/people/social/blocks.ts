/** A user's own blocks: listed so that they can be undone, as ids for a client to hide by, and applied to what is read. */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, ne, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cardColumns, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { noBlockBetween, seesPastBlocks } from '@/domains/base/visibility/people';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Viewer } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { BlockPosition, type BlocksQuery } from './schemas';
import { blocks } from './tables';

const LIST = 'social.blocks';
/** As many as a client is given to hide by. */
const BLOCKED_IDS_MAX = 500;

/**
 * Newest first. It names who is banned or blocks the user in return, too: either block can be undone by itself, and the
 * list does not tell. Nobody needs to undo the block of a deleted account. One statement. Throws CURSOR_INVALID.
 */
export async function listBlocks(ctx: Context, userId: string, { cursor, perPage }: z.output<typeof BlocksQuery>) {
  const before = cursor === undefined ? undefined : decodeCursor(LIST, BlockPosition, cursor);
  const rows = await ctx.db
    .select({ card: blockedCardColumns, at: blocks.createdAt })
    .from(blocks)
    .crossJoin(users)
    .where(
      and(
        eq(blocks.blockerId, userId),
        before && sql`(${blocks.createdAt}, ${blocks.blockedId}) < (${before[0]}, ${before[1]})`,
        eq(users.id, blocks.blockedId),
        ne(users.status, 'deleted'),
      ),
    )
    .orderBy(desc(blocks.createdAt), desc(blocks.blockedId))
    .limit(perPage + 1);
  return presentCursorPage(
    rows,
    perPage,
    ({ card, at }) => ({ ...presentCard(card), blockedAt: toIso(at) }),
    ({ card, at }) => encodeCursor(LIST, [at, card.id]),
  );
}

/** A card across a block never says whether somebody is live. */
const blockedCardColumns = { ...cardColumns, isLive: sql<number>`0`.as('is_live') };

/**
 * A column: JSON of the newest ids whom the user blocks, and not of those who block the user. A list of those would tell
 * everybody who has blocked them.
 */
export function blockedIdsOf(userId: SQLWrapper): SQL<string> {
  return sql<string>`(SELECT json_group_array(blocked_id) FROM (
    SELECT blocked_id FROM blocks WHERE blocker_id = ${userId}
    ORDER BY created_at DESC, blocked_id DESC LIMIT ${sql.raw(String(BLOCKED_IDS_MAX))}))`;
}

/** Those among these users whom a block, either way, keeps apart from the reader. One statement, two look-ups by key for each. */
export async function findBlockedAmong(
  ctx: Context,
  viewer: Viewer,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (viewer?.kind !== 'user' || seesPastBlocks(viewer)) return new Set();
  const others = [...new Set(userIds)].filter((id) => id !== viewer.userId);
  if (others.length === 0) return new Set();
  const rows = await ctx.db.all<{ id: string }>(sql`
    SELECT other.value AS id FROM json_each(${JSON.stringify(others)}) AS other
    WHERE NOT (${noBlockBetween(viewer.userId, sql`other.value`)})`);
  return new Set(rows.map(({ id }) => id));
}
