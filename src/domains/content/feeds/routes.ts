/** Endpoints of post lists: the public feed, a user's own feed, and the posts of one author. */
import { z } from '@hono/zod-openapi';
import { contentError } from '@/domains/content/posts/errors';
import { PostPage } from '@/domains/content/posts/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { listOwnPosts, listPostsOf, listPublicFeed } from './lists';
import { listFeed } from './personal-feed';
import { CursorQuery, PublicFeedQuery } from './schemas';

const ByUser = z.strictObject({ userId: z.string().min(1) });
const SHORT_PAGES = 'A page may be shorter than requested and still have a next one.';

export const feedEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listPublicFeed',
    method: 'get',
    path: '/content/feed/public',
    tag: 'content',
    summary: 'List the public feed, newest or trending first',
    description:
      'The trending score is the time of the post in seconds plus 21,600 × log2(1 + likes + 2 × comments): each ' +
      `doubling of the likes and comments is worth six hours. ${SHORT_PAGES}`,
    who: 'optional',
    query: PublicFeedQuery,
    response: PostPage,
    handler: (ctx, { actor, query }) => listPublicFeed(ctx, actor, query),
  }),
  endpoint({
    operationId: 'listFeed',
    method: 'get',
    path: '/content/feed',
    tag: 'content',
    summary: 'List my feed: creators I follow or subscribe to, then trending posts',
    description: `Posts of the last 30 days by those creators, then public posts by others. ${SHORT_PAGES}`,
    who: 'user',
    query: CursorQuery,
    response: PostPage,
    handler: (ctx, { actor, query }) => listFeed(ctx, actor, query),
  }),
  endpoint({
    operationId: 'listUserPosts',
    method: 'get',
    path: '/content/users/{userId}/posts',
    tag: 'content',
    summary: "List a user's posts that I may see",
    description: SHORT_PAGES,
    who: 'optional',
    params: ByUser,
    query: CursorQuery,
    response: PostPage,
    refusals: [contentError.POST_AUTHOR_NOT_FOUND],
    handler: (ctx, { actor, params, query }) => listPostsOf(ctx, actor, params.userId, query),
  }),
  endpoint({
    operationId: 'listMyPosts',
    method: 'get',
    path: '/content/posts',
    tag: 'content',
    summary: 'List my posts, newest first',
    who: 'user',
    query: CursorQuery,
    response: PostPage,
    handler: (ctx, { actor, query }) => listOwnPosts(ctx, actor, query),
  }),
];
