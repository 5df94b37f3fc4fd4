/** A user's own blocks: listed so that they can be undone, as ids for a client to hide by, and applied to what is read. */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, ne, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cardColumns, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import { toIso } from '@/shared/time';
import { BlockPosition, type BlocksQuery } from './schemas';
import { blocks } from './tables';

const LIST = 'social.blocks';

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
