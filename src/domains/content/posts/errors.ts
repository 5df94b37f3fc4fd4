import { errorList } from '@/http/errors';

export const contentError = errorList({
  POST_NOT_FOUND: [404, 'There is no such post, or it is not visible to you.'],
  POST_AUTHOR_NOT_FOUND: [404, 'There is no such user, or they are not visible to you.'],
  COMMENT_NOT_FOUND: [404, 'There is no such comment, or it is not visible to you.'],
  FOLLOWERS_ONLY: [403, 'Only followers of the author see this post.'],
  SUBSCRIBERS_ONLY: [403, 'Only subscribers of the author see this post.'],
  NOT_YOUR_POST: [403, 'Only its author may do this.'],
  NOT_YOUR_COMMENT: [403, 'Only its author, the author of the post and staff may delete a comment.'],
  REPLY_TO_REPLY: [409, 'Replies go one level deep: reply to the comment that this one replies to.'],
});

/** For endpoints that name a post. */
export const POST_HIDDEN = [contentError.POST_NOT_FOUND, contentError.FOLLOWERS_ONLY, contentError.SUBSCRIBERS_ONLY];
