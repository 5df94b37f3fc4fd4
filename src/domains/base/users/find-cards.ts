/** Cards of users who are known by their ids. */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cardColumnsFor, presentCard, type Reader } from './present';
import type { PublicCard } from './schemas';
import { users } from './tables';

export type Card = z.input<typeof PublicCard>;

/** Those who exist, by id: one statement, or none without ids. @param reader as in `cardColumnsFor` */
export async function findCards(
  ctx: Pick<Context, 'db'>,
  userIds: readonly (string | null)[],
  reader?: Reader,
): Promise<ReadonlyMap<string, Card>> {
  const ids = [...new Set(userIds.filter((id) => id !== null))];
  if (ids.length === 0) return new Map();
  const rows = await ctx.db
    .select(cardColumnsFor(reader))
    .from(users)
    .where(sql`${users.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
  return new Map(rows.map((row) => [row.id, presentCard(row)]));
}
