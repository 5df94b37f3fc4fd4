/** Searches every requested type at once: one page and one statement for each. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { Viewer } from '@/shared/actor';
import type { SearchQuery } from './schemas';
import { searchPosts } from './search-posts';
import { searchProducts } from './search-products';
import { searchStreams } from './search-streams';
import { searchUsers } from './search-users';

/** Throws CURSOR_INVALID. */
export async function search(ctx: Context, viewer: Viewer, { type, ...question }: z.output<typeof SearchQuery>) {
  const [users, streams, products, posts] = await Promise.all([
    type.includes('users') ? searchUsers(ctx, viewer, question) : undefined,
    type.includes('streams') ? searchStreams(ctx, viewer, question) : undefined,
    type.includes('products') ? searchProducts(ctx, viewer, question) : undefined,
    type.includes('posts') ? searchPosts(ctx, viewer, question) : undefined,
  ]);
  return {
    ...(users ? { users } : {}),
    ...(streams ? { streams } : {}),
    ...(products ? { products } : {}),
    ...(posts ? { posts } : {}),
  };
}
