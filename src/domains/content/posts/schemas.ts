/** Wire shapes of posts, comments and their feeds. */
import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { cursorPageOf, cursorQuery } from '@/http/envelope';
import { aText } from '@/http/fields';
import { POST_VISIBILITIES } from './tables';

const POST_CHARACTERS_MAX = 2_000;
export const POST_MEDIA_MAX = 10;
const COMMENT_CHARACTERS_MAX = 1_000;

const PostMedia = z
  .object({
    type: z.enum(['image', 'video']),
    url: z.string().openapi({ description: 'Where the post is not public, signed: it opens for one to two hours.' }),
    contentType: z.string(),
    width: z.int().nullable().openapi({ description: 'Pixels, of images.' }),
    height: z.int().nullable(),
  })
  .openapi('PostMedia');

export const Post = z
  .object({
    id: z.uuid(),
    authorId: z.uuid(),
    author: PublicCard,
    text: z.string(),
    visibility: z.enum(POST_VISIBILITIES),
    media: z.array(PostMedia).openapi({ description: 'In the order of the author.' }),
    likeCount: z.int(),
    commentCount: z.int().openapi({ description: 'Replies are counted as well.' }),
    liked: z.boolean().openapi({ description: 'By the reader.' }),
    createdAt: z.string(),
    editedAt: z.string().nullable(),
  })
  .openapi('Post');

export const PostPage = cursorPageOf(Post);

export const Comment = z
  .object({
    id: z.uuid(),
    postId: z.uuid(),
    parentId: z.uuid().nullable().openapi({ description: 'The comment that this one replies to.' }),
    author: PublicCard,
    text: z.string(),
    likeCount: z.int(),
    replyCount: z.int(),
    liked: z.boolean().openapi({ description: 'By the reader.' }),
    createdAt: z.string(),
  })
  .openapi('Comment');

export const CommentPage = cursorPageOf(Comment);

export const Like = z.object({ liked: z.boolean(), likeCount: z.int() }).openapi('Like');

const postText = aText(POST_CHARACTERS_MAX, 1);
const visibility = z.enum(POST_VISIBILITIES);

/** The words of a new post's form; its files stand beside them. */
export const NewPostFields = z.strictObject({
  text: postText,
  visibility: visibility.default('public'),
  mediaUploadIds: z
    .array(z.uuid())
    .refine((ids) => new Set(ids).size === ids.length, 'must not name an upload twice')
    .default([])
    .openapi({ description: 'Videos, sent before by the URL of an upload; the field repeated for each.' }),
});

/** For the reference alone. */
export const NewPostForm = NewPostFields.extend({
  files: z
    .array(z.any().openapi({ type: 'string', format: 'binary' }))
    .max(POST_MEDIA_MAX)
    .optional()
    .openapi({ description: 'Pictures and videos; with the uploads, ten in all.' }),
});

export const PostChanges = z.strictObject({ text: postText.optional(), visibility: visibility.optional() });

export const NewComment = z.strictObject({
  postId: z.uuid(),
  parentId: z.uuid().optional().openapi({ description: 'To reply to a comment of the post.' }),
  text: aText(COMMENT_CHARACTERS_MAX, 1),
});

export const LikeRequest = z
  .strictObject({
    liked: z.boolean().optional().openapi({
      description:
        'What it shall be, whatever it is. Without it the like is turned: on if it was off, off if it was on.',
    }),
  })
  .openapi({ description: 'May be left out.' });

export const CommentQuery = z.strictObject({
  ...cursorQuery,
  parentId: z.uuid().optional().openapi({ description: 'The replies to this comment, oldest first.' }),
});

/** What the lists' cursors hold. */
export const IdPosition = z.tuple([z.uuid()]);
