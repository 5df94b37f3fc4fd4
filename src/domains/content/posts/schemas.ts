/** Wire shapes of posts and comments. */
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
    url: z.string().openapi({ description: 'Signed unless the post is public; works for one to two hours then.' }),
    contentType: z.string(),
    width: z.int().nullable().openapi({ description: 'In pixels; null for videos.' }),
    height: z.int().nullable(),
  })
  .openapi('PostMedia');

const UNDER_REVIEW = 'Hidden from everyone but its author, while a report about it is reviewed.';

export const Post = z
  .object({
    id: z.uuid(),
    authorId: z.uuid(),
    author: PublicCard,
    text: z.string(),
    visibility: z.enum(POST_VISIBILITIES),
    media: z.array(PostMedia).openapi({ description: 'In the order the author chose.' }),
    likeCount: z.int(),
    commentCount: z.int().openapi({ description: 'Includes replies.' }),
    liked: z.boolean().openapi({ description: 'Whether the reader likes it.' }),
    createdAt: z.iso.datetime(),
    editedAt: z.iso.datetime().nullable(),
    hidden: z.literal(true).optional().openapi({ description: UNDER_REVIEW }),
  })
  .openapi('Post');

export const PostPage = cursorPageOf(Post);

export const Comment = z
  .object({
    id: z.uuid(),
    postId: z.uuid(),
    parentId: z.uuid().nullable().openapi({ description: 'The comment it replies to; null if it is on the post.' }),
    author: PublicCard,
    text: z.string(),
    likeCount: z.int(),
    replyCount: z.int(),
    liked: z.boolean().openapi({ description: 'Whether the reader likes it.' }),
    createdAt: z.iso.datetime(),
    hidden: z.literal(true).optional().openapi({ description: UNDER_REVIEW }),
  })
  .openapi('Comment');

export const CommentPage = cursorPageOf(Comment);

export const Like = z.object({ liked: z.boolean(), likeCount: z.int() }).openapi('Like');

/** It may be empty if the post has images or videos. */
const postText = aText(POST_CHARACTERS_MAX).openapi({ description: 'May be empty beside images or videos.' });
const visibility = z.enum(POST_VISIBILITIES);

/** The text fields of a new post's form; its files come beside them. */
export const NewPostFields = z.strictObject({
  text: postText.optional(),
  visibility: visibility.default('public'),
  mediaUploadIds: z
    .array(z.uuid().toLowerCase())
    .refine((ids) => new Set(ids).size === ids.length, 'must not name an upload twice')
    .default([])
    .openapi({ uniqueItems: true, description: 'Ids of finished video uploads; repeat the field for each.' }),
});

/** Only for the API reference. */
export const NewPostForm = NewPostFields.extend({
  files: z
    .array(z.any().openapi({ type: 'string', format: 'binary' }))
    .max(POST_MEDIA_MAX)
    .optional()
    .openapi({ description: 'Images and videos; at most ten, uploads included.' }),
}).openapi({
  anyOf: [
    { required: ['text'], properties: { text: { minLength: 1 } } },
    { required: ['files'], properties: { files: { minItems: 1 } } },
    { required: ['mediaUploadIds'], properties: { mediaUploadIds: { minItems: 1 } } },
  ],
});

export const PostChanges = z.strictObject({ text: postText.optional(), visibility: visibility.optional() });

export const NewComment = z.strictObject({
  postId: z.uuid(),
  parentId: z.uuid().optional().openapi({ description: 'Set it to reply to this comment on the post.' }),
  text: aText(COMMENT_CHARACTERS_MAX, 1),
});

export const LikeRequest = z
  .strictObject({
    liked: z.boolean().optional().openapi({
      description: 'The new state of the like. Without it, the like is toggled.',
    }),
  })
  .openapi({ description: 'Optional.' });

export const CommentQuery = z.strictObject({
  ...cursorQuery,
  parentId: z.uuid().optional().openapi({ description: 'Lists the replies to this comment, oldest first.' }),
});

/** The cursor position of lists that are ordered by id. */
export const IdPosition = z.tuple([z.uuid()]);
