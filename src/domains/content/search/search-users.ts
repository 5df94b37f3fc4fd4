/** Searches users by their names: an exact username first, then by rank. */
import { and, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { EVERYBODY } from '@/db/fts';
import { cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { profileVisibleTo } from '@/domains/base/visibility/people';
import type { Viewer } from '@/shared/actor';
import { usernameIn } from '@/shared/text';
import { hitColumns, hitsOf, isShown, presentHits } from './hits';
import type { Index, Question } from './place';

const INDEX: Index = {
  table: 'users_fts',
  rows: users,
  fields: [
    { name: 'username', weight: 10 },
    { name: 'displayName', weight: 5 },
  ],
};

/** Runs one statement. Throws CURSOR_INVALID. */
export async function searchUsers(ctx: Context, viewer: Viewer, question: Question) {
  const hits = hitsOf({
    index: INDEX,
    question,
    audience: EVERYBODY,
    first: sql`(SELECT rowid FROM ${users} WHERE username = ${usernameIn(question.q)})`,
  });
  const rows = await ctx.db
    .select({ card: cardColumnsFor(viewer), hit: hitColumns })
    .from(hits)
    .crossJoin(users)
    .where(and(sql`users.rowid = hits.hit_row`, isShown(profileVisibleTo(viewer))))
    .limit(question.perPage + 1);
  return presentHits(INDEX, question, rows, ({ card }) => presentCard(card));
}
