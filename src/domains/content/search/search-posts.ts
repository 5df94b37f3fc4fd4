/** Posts by their words. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { postAudience, visiblePosts } from '@/domains/base/visibility/posts';
import { postColumns, presentPost } from '@/domains/content/posts/present';
import { posts } from '@/domains/content/posts/tables';
import type { Viewer } from '@/shared/actor';
import { hitColumns, hitsOf, type Index, isShown, presentHits, type Question } from './hits';

const INDEX: Index = { table: 'posts_fts', rows: 'posts', fields: [{ name: 'text', weight: 1, isLong: true }] };

/** One statement. Throws CURSOR_INVALID. */
export async function searchPosts(ctx: Context, viewer: Viewer, question: Question) {
  // Asked for once, although it is matched with for each tier: it is a row for each creator whom the reader follows.
  const reader = ctx.db.$with('reader', {}).as(sql`SELECT ${postAudience(viewer)} AS audience`);
  const hits = hitsOf(INDEX, question, sql`(SELECT audience FROM reader)`);
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
