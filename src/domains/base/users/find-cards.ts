/** Cards of users who are known by their ids. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cardColumns, presentCard } from './present';
import { users } from './tables';

export type Card = ReturnType<typeof presentCard>;

/** One statement, or none without ids. Ids without an account have no entry. */
export async function findCards(
  ctx: Pick<Context, 'db'>,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, Card>> {
  const asked = [...new Set(ids.filter((id) => id !== null))];
  if (asked.length === 0) return new Map();
  const rows = await ctx.db
    .select(cardColumns)
    .from(users)
    .where(sql`${users.id} IN (SELECT value FROM json_each(${JSON.stringify(asked)}))`);
  return new Map(rows.map((row) => [row.id, presentCard(row)]));
}
