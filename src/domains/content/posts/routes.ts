/** Endpoints of posts, comments and likes. */
import { z } from '@hono/zod-openapi';
import { FORM_REFUSALS, fileError } from '@/domains/base/media/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { imagesError } from '@/providers/images-errors';
import { addComment, listComments, removeComment } from './comments';
import { contentError, POST_HIDDEN } from './errors';
import { getPost } from './find-post';
import { likeComment, likePost } from './like';
import { presentPost } from './present';
import {
  Comment,
  CommentPage,
  CommentQuery,
  Like,
  LikeRequest,
  NewComment,
  NewPostForm,
  Post,
  PostChanges,
} from './schemas';
import { changePost, createPost, removePost } from './write-post';

const ByPost = z.strictObject({ postId: z.string().min(1) });
const ByComment = z.strictObject({ commentId: z.string().min(1) });

export const contentEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readPost',
    method: 'get',
    path: '/content/posts/{postId}',
    tag: 'content',
    summary: 'Read one post',
    who: 'optional',
    params: ByPost,
    response: Post,
    refusals: POST_HIDDEN,
    handler: async (ctx, { actor, params }) => presentPost(ctx, await getPost(ctx, actor, params.postId)),
  }),
  endpoint({
    operationId: 'listComments',
    method: 'get',
    path: '/content/posts/{postId}/comments',
    tag: 'content',
    summary: 'List the comments on a post, or the replies to one of them',
    description: 'Comments come newest first. With `parentId`, lists the replies to that comment, oldest first.',
    who: 'optional',
    params: ByPost,
    query: CommentQuery,
    response: CommentPage,
    refusals: [...POST_HIDDEN, contentError.COMMENT_NOT_FOUND],
    handler: (ctx, { actor, params, query }) => listComments(ctx, actor, params.postId, query),
  }),
  endpoint({
    operationId: 'createPost',
    method: 'post',
    path: '/content/posts',
    tag: 'content',
    summary: 'Write a post with up to ten images and videos',
    description:
      'The form is read as a stream: text fields may come before or after the files. An image may have up to 10 MB, ' +
      'a video (MP4, WebM, QuickTime) 200 MB, and all files of a form 300 MB. Most Cloudflare plans limit a request ' +
      'to 100 MB: send larger videos with `POST /media/uploads`. The type of a file is detected from its bytes. The ' +
      'post shows the files first, then the uploads. With any of them, the text may be empty or left out.',
    who: 'user',
    upload: { contentType: 'multipart/form-data', schema: NewPostForm },
    response: Post,
    status: 201,
    refusals: [
      ...FORM_REFUSALS,
      imagesError.IMAGES_UNAVAILABLE,
      fileError.UPLOAD_NOT_FOUND,
      fileError.UPLOAD_USED,
      fileError.UPLOAD_INCOMPLETE,
      fileError.UPLOAD_CONFLICT,
    ],
    handler: (ctx, { actor, request }) => createPost(ctx, actor, request),
  }),
  endpoint({
    operationId: 'changePost',
    method: 'put',
    path: '/content/posts/{postId}',
    tag: 'content',
    summary: 'Edit my post',
    description:
      'Fields that are not sent stay unchanged. A new text sets `editedAt`. Images and videos stay, and take on the ' +
      'visibility of the post; a signed URL that was issued before works until it expires.',
    who: 'user',
    params: ByPost,
    body: PostChanges,
    response: Post,
    refusals: [...POST_HIDDEN, contentError.NOT_YOUR_POST, contentError.POST_UNDER_REVIEW],
    handler: (ctx, { actor, params, body }) => changePost(ctx, actor, params.postId, body),
  }),
  endpoint({
    operationId: 'deletePost',
    logs: 'post.delete',
    method: 'delete',
    path: '/content/posts/{postId}',
    tag: 'content',
    summary: 'Delete my post with its media, likes and comments',
    description: 'Staff with `canDeleteMessages` can delete posts of others; this is logged.',
    who: 'user',
    staffToo: true,
    params: ByPost,
    response: Nothing,
    refusals: [...POST_HIDDEN, contentError.NOT_YOUR_POST, contentError.OUT_OF_YOUR_REACH],
    handler: async (ctx, { actor, params }) => {
      await removePost(ctx, actor, params.postId);
      return {};
    },
  }),
  endpoint({
    operationId: 'likePost',
    method: 'post',
    path: '/content/posts/{postId}/like',
    tag: 'content',
    summary: 'Like or unlike a post',
    who: 'user',
    params: ByPost,
    body: LikeRequest,
    response: Like,
    refusals: POST_HIDDEN,
    handler: (ctx, { actor, params, body }) => likePost(ctx, actor, params.postId, body.liked),
  }),
  endpoint({
    operationId: 'addComment',
    method: 'post',
    path: '/content/comments',
    tag: 'content',
    summary: 'Comment on a post, or reply to a comment',
    who: 'user',
    body: NewComment,
    response: Comment,
    status: 201,
    refusals: [...POST_HIDDEN, contentError.COMMENT_NOT_FOUND, contentError.REPLY_TO_REPLY],
    handler: (ctx, { actor, body }) => addComment(ctx, actor, body),
  }),
  endpoint({
    operationId: 'deleteComment',
    logs: 'comment.delete',
    method: 'delete',
    path: '/content/comments/{commentId}',
    tag: 'content',
    summary: 'Delete a comment and its replies',
    description:
      'Allowed for its author, the author of the post, and staff with `canDeleteMessages`, whose deletions are logged.',
    who: 'user',
    staffToo: true,
    params: ByComment,
    response: Nothing,
    refusals: [contentError.COMMENT_NOT_FOUND, contentError.NOT_YOUR_COMMENT, contentError.OUT_OF_YOUR_REACH],
    handler: async (ctx, { actor, params }) => {
      await removeComment(ctx, actor, params.commentId);
      return {};
    },
  }),
  endpoint({
    operationId: 'likeComment',
    method: 'post',
    path: '/content/comments/{commentId}/like',
    tag: 'content',
    summary: 'Like or unlike a comment',
    who: 'user',
    params: ByComment,
    body: LikeRequest,
    response: Like,
    refusals: [contentError.COMMENT_NOT_FOUND],
    handler: (ctx, { actor, params, body }) => likeComment(ctx, actor, params.commentId, body.liked),
  }),
];
