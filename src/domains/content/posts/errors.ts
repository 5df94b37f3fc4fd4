import { errorList } from '@/http/errors';

export const contentError = errorList({
  POST_NOT_FOUND: [404, 'This post does not exist, or you cannot see it.'],
  POST_AUTHOR_NOT_FOUND: [404, 'This user does not exist, or you cannot see them.'],
  COMMENT_NOT_FOUND: [404, 'This comment does not exist, or you cannot see it.'],
  FOLLOWERS_ONLY: [403, 'Only followers of the author can see this post.'],
  SUBSCRIBERS_ONLY: [403, 'Only subscribers of the author can see this post.'],
  NOT_YOUR_POST: [403, 'Only the author of this post can do this.'],
  POST_UNDER_REVIEW: [
    409,
    'This post is hidden while a report about it is reviewed. You can edit it afterwards, or delete it now.',
  ],
  NOT_YOUR_COMMENT: [403, 'Only its author, the author of the post and staff can delete a comment.'],
  OUT_OF_YOUR_REACH: [403, 'Its author is out of your reach: they have your rank or a higher one, or another country.'],
  REPLY_TO_REPLY: [409, 'You can reply to comments, but not to replies. Reply to the comment above instead.'],
});

/** Errors of every endpoint that looks a post up. */
export const POST_HIDDEN = [contentError.POST_NOT_FOUND, contentError.FOLLOWERS_ONLY, contentError.SUBSCRIBERS_ONLY];
