/** Searches posts by their text. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { postAudience, visiblePosts } from '@/domains/base/visibility/posts';
import { postColumns, presentPost } from '@/domains/content/posts/present';
import { posts } from '@/domains/content/posts/tables';
import type { Viewer } from '@/shared/actor';
import { hitColumns, hitsOf, isShown, presentHits } from './hits';
import type { Index, Question } from './place';

const INDEX: Index = { table: 'posts_fts', rows: posts, fields: [{ name: 'text', weight: 1, isLong: true }] };

/** Runs one statement. Throws CURSOR_INVALID. */
export async function searchPosts(ctx: Context, viewer: Viewer, question: Question) {
  // A CTE, so that it is computed once and not for each tier: it reads one row per creator the reader follows.
  const reader = ctx.db.$with('reader', {}).as(sql`SELECT ${postAudience(viewer)} AS audience`);
  const hits = hitsOf({ index: INDEX, question, audience: sql`(SELECT audience FROM reader)` });
  const rows = await ctx.db
    .with(reader)
    .select({ ...postColumns(viewer), hit: hitColumns })
    .from(hits)
    .crossJoin(posts)
    .crossJoin(users)
    .where(and(sql`posts.rowid = hits.hit_row`, eq(users.id, posts.authorId), isShown(visiblePosts(viewer))))
    .limit(question.perPage + 1);
  return presentHits(INDEX, question, rows, (row) => presentPost(ctx, row));
}
