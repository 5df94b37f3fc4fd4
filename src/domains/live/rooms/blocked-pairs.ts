/** Blocks between people of a room, for what one of them is told of another. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { isBlockBetween } from '@/domains/base/visibility/people';

export type Pair = readonly [string, string];

/** Which of these pairs a block separates, in either direction: as `keyOfPair`. Two look-ups by key for each. */
export async function findBlockedPairs(
  { db }: Pick<Context, 'db'>,
  pairs: readonly Pair[],
): Promise<ReadonlySet<string>> {
  const [one, other] = [sql`pair.value ->> 0`, sql`pair.value ->> 1`];
  const rows = await db.all<{ one: string; other: string }>(sql`
    SELECT ${one} AS one, ${other} AS other FROM json_each(${JSON.stringify(pairs)}) AS pair
    WHERE ${isBlockBetween(one, other)}`);
  return new Set(rows.map((row) => keyOfPair([row.one, row.other])));
}

export function keyOfPair([one, other]: Pair): string {
  return `${one} ${other}`;
}
