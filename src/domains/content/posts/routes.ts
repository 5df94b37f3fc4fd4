/** Posts, their comments and likes, and the feeds. */
import { z } from '@hono/zod-openapi';
import { listFeed } from '@/domains/content/feeds/personal-feed';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { addComment, listComments, removeComment } from './comments';
import { getPost } from './find-post';
import { likeComment, likePost } from './like';
import { listOwnPosts, listPostsOf, listPublicFeed } from './lists';
import { presentPost } from './present';
import {
  Comment,
  CommentPage,
  CommentQuery,
  CursorQuery,
  Like,
  LikeRequest,
  NewComment,
  NewPostForm,
  Post,
  PostChanges,
  PostPage,
  PublicFeedQuery,
} from './schemas';
import { changePost, createPost, removePost } from './write-post';

const ByPost = z.strictObject({ postId: z.string().min(1) });
const ByComment = z.strictObject({ commentId: z.string().min(1) });
const ByUser = z.strictObject({ userId: z.string().min(1) });
const HIDDEN = 'FOLLOWERS_ONLY, SUBSCRIBERS_ONLY';
const SHORT_PAGES = 'A page may be shorter than asked for and still have a next one.';

export const contentEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/content/feed/public',
    tag: 'content',
    summary: 'The public feed, by time or by what is trending',
    description:
      'Trending goes by the time of a post in seconds and 21,600 × log2(1 + likes + 2 × comments): each doubling of ' +
      `what people had to say about it is worth six hours. ${SHORT_PAGES}`,
    who: 'optional',
    query: PublicFeedQuery,
    response: PostPage,
    handler: (ctx, { actor, query }) => listPublicFeed(ctx, actor, query),
  }),
  endpoint({
    method: 'get',
    path: '/content/feed',
    tag: 'content',
    summary: 'My feed: creators I follow or subscribe to, then what is trending',
    description: `What the creators whom you follow or subscribe to posted in the last 30 days, then public posts of others. ${SHORT_PAGES}`,
    who: 'user',
    query: CursorQuery,
    response: PostPage,
    handler: (ctx, { actor, query }) => listFeed(ctx, actor, query),
  }),
  endpoint({
    method: 'get',
    path: '/content/posts/{postId}',
    tag: 'content',
    summary: 'One post',
    who: 'optional',
    params: ByPost,
    response: Post,
    refusals: { 403: HIDDEN, 404: 'POST_NOT_FOUND' },
    handler: async (ctx, { actor, params }) => presentPost(ctx, await getPost(ctx, actor, params.postId)),
  }),
  endpoint({
    method: 'get',
    path: '/content/posts/{postId}/comments',
    tag: 'content',
    summary: 'The comments on a post, or the replies to one of them',
    description: 'Comments come newest first; with `parentId`, the replies to that comment, oldest first.',
    who: 'optional',
    params: ByPost,
    query: CommentQuery,
    response: CommentPage,
    refusals: { 403: HIDDEN, 404: 'POST_NOT_FOUND, COMMENT_NOT_FOUND' },
    handler: (ctx, { actor, params, query }) => listComments(ctx, actor, params.postId, query),
  }),
  endpoint({
    method: 'get',
    path: '/content/users/{userId}/posts',
    tag: 'content',
    summary: "A user's posts, as far as I may see them",
    description: SHORT_PAGES,
    who: 'optional',
    params: ByUser,
    query: CursorQuery,
    response: PostPage,
    refusals: { 404: 'POST_AUTHOR_NOT_FOUND' },
    handler: (ctx, { actor, params, query }) => listPostsOf(ctx, actor, params.userId, query),
  }),
  endpoint({
    method: 'get',
    path: '/content/posts',
    tag: 'content',
    summary: 'My posts, newest first',
    who: 'user',
    query: CursorQuery,
    response: PostPage,
    handler: (ctx, { actor, query }) => listOwnPosts(ctx, actor, query),
  }),
  endpoint({
    method: 'post',
    path: '/content/posts',
    tag: 'content',
    summary: 'Write a post, with up to ten pictures and videos',
    description:
      'A form, read as it comes: its words may stand before or after its files. A picture may have 10 MB, a video (MP4, ' +
      'WebM, QuickTime) 200 MB, all files of a form 300 MB, and Cloudflare takes no more than 100 MB on most plans: what ' +
      'is larger goes by `POST /media/uploads`. What a file is, its bytes say. Uploads come after the files.',
    who: 'user',
    upload: { contentType: 'multipart/form-data', schema: NewPostForm },
    response: Post,
    status: 201,
    refusals: { 404: 'UPLOAD_NOT_FOUND', 409: 'UPLOAD_USED, UPLOAD_INCOMPLETE, UPLOAD_CONFLICT' },
    handler: (ctx, { actor, request }) => createPost(ctx, actor, request),
  }),
  endpoint({
    method: 'put',
    path: '/content/posts/{postId}',
    tag: 'content',
    summary: 'Edit my post',
    description:
      'What is not sent stays. Other words set `editedAt`; pictures and videos stay as they are, and are as public as ' +
      'it; a signed URL that somebody was given before opens until it expires.',
    who: 'user',
    params: ByPost,
    body: PostChanges,
    response: Post,
    refusals: { 403: `NOT_YOUR_POST, ${HIDDEN}`, 404: 'POST_NOT_FOUND' },
    handler: (ctx, { actor, params, body }) => changePost(ctx, actor, params.postId, body),
  }),
  endpoint({
    method: 'delete',
    path: '/content/posts/{postId}',
    tag: 'content',
    summary: 'Delete my post, its media, likes and comments',
    description: 'Staff with `canDeleteMessages` delete the posts of others; it is logged.',
    who: 'user',
    params: ByPost,
    response: Nothing,
    refusals: { 403: `NOT_YOUR_POST, ${HIDDEN}`, 404: 'POST_NOT_FOUND' },
    handler: async (ctx, { actor, params }) => {
      await removePost(ctx, actor, params.postId);
      return {};
    },
  }),
  endpoint({
    method: 'post',
    path: '/content/posts/{postId}/like',
    tag: 'content',
    summary: 'Turn my like of a post on or off',
    who: 'user',
    params: ByPost,
    body: LikeRequest,
    response: Like,
    refusals: { 403: HIDDEN, 404: 'POST_NOT_FOUND' },
    handler: (ctx, { actor, params, body }) => likePost(ctx, actor, params.postId, body.liked),
  }),
  endpoint({
    method: 'post',
    path: '/content/comments',
    tag: 'content',
    summary: 'Comment on a post, or reply to a comment',
    who: 'user',
    body: NewComment,
    response: Comment,
    status: 201,
    refusals: { 403: HIDDEN, 404: 'POST_NOT_FOUND, COMMENT_NOT_FOUND', 409: 'REPLY_TO_REPLY' },
    handler: (ctx, { actor, body }) => addComment(ctx, actor, body),
  }),
  endpoint({
    method: 'delete',
    path: '/content/comments/{commentId}',
    tag: 'content',
    summary: 'Delete a comment and its replies',
    description:
      'Its author may, the author of the post, and staff with `canDeleteMessages`, whose deletions are logged.',
    who: 'user',
    params: ByComment,
    response: Nothing,
    refusals: { 403: 'NOT_YOUR_COMMENT', 404: 'COMMENT_NOT_FOUND' },
    handler: async (ctx, { actor, params }) => {
      await removeComment(ctx, actor, params.commentId);
      return {};
    },
  }),
  endpoint({
    method: 'post',
    path: '/content/comments/{commentId}/like',
    tag: 'content',
    summary: 'Turn my like of a comment on or off',
    who: 'user',
    params: ByComment,
    body: LikeRequest,
    response: Like,
    refusals: { 404: 'COMMENT_NOT_FOUND' },
    handler: (ctx, { actor, params, body }) => likeComment(ctx, actor, params.commentId, body.liked),
  }),
];
