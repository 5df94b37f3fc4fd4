/** Lists a user's own blocks, so that they can be undone. */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, ne, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import { toIso } from '@/shared/time';
import { BlockPosition, type BlocksQuery } from './schemas';
import { blocks } from './tables';

const LIST = 'social.blocks';

/**
 * Newest first, in one statement. Includes users who are banned or block the user in return, without revealing that, so
 * every block can be undone. Leaves out deleted accounts. Throws CURSOR_INVALID.
 */
export async function listBlocks(ctx: Context, userId: string, { cursor, perPage }: z.output<typeof BlocksQuery>) {
  const before = cursor === undefined ? undefined : decodeCursor(LIST, BlockPosition, cursor);
  const rows = await ctx.db
    .select({ card: blockedCardColumns(userId), at: blocks.createdAt })
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

/** A blocked user's card never reveals whether they are live. */
function blockedCardColumns(userId: string) {
  return { ...cardColumnsFor({ userId }), isLive: sql<number>`0`.as('is_live') };
}
