/** Posts for tests, put straight into the database: what a form and the store would take long to make. */
import { posts } from '@/domains/content/posts/tables';
import { newId } from '@/shared/ids';
import { testContext } from './context';

/** A public post unless it says otherwise. */
export async function aPost(
  author: { readonly userId: string },
  given: Partial<typeof posts.$inferInsert> = {},
): Promise<string> {
  const ctx = testContext();
  const row = {
    id: newId(),
    authorId: author.userId,
    text: 'Hello',
    visibility: 'public' as const,
    createdAt: ctx.now(),
    ...given,
  };
  await ctx.db.insert(posts).values(row);
  return row.id;
}
