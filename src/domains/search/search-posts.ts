/** Posts by their words. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { postColumns, presentPost } from '@/domains/content/present';
import { posts } from '@/domains/content/tables';
import { visiblePosts } from '@/domains/content/visible';
import { users } from '@/domains/users/tables';
import type { Viewer } from '@/shared/actor';
import { hitColumns, hitsOf, type Index, presentHits, type Question } from './hits';

const INDEX: Index = { table: 'posts_fts', fields: [{ name: 'text', weight: 1, isLong: true }] };

/** One statement. Throws CURSOR_INVALID. */
export async function searchPosts(ctx: Context, viewer: Viewer, question: Question) {
  const hits = hitsOf(INDEX, question);
  const rows = await ctx.db
    .select({ ...postColumns(viewer), hit: hitColumns })
    .from(hits)
    .crossJoin(posts)
    .crossJoin(users)
    .where(and(sql`posts.rowid = hits.hit_row`, eq(users.id, posts.authorId), visiblePosts(viewer)))
    .limit(question.perPage + 1);
  const shown = await Promise.all(rows.map(async (row) => ({ hit: row.hit, post: await presentPost(ctx, row) })));
  return presentHits(INDEX, question, shown, ({ post }) => post);
}
