/**
 * Tables of posts, comments and likes. The generated column `score` of posts is only used in SQL (see migration 0021).
 */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const POST_VISIBILITIES = ['public', 'followers', 'subscribers'] as const;
export type PostVisibility = (typeof POST_VISIBILITIES)[number];

export const posts = sqliteTable('posts', {
  id: text().primaryKey(),
  authorId: text('author_id').notNull(),
  text: text().notNull(),
  visibility: text().$type<PostVisibility>().notNull(),
  likeCount: integer('like_count').notNull().default(0),
  commentCount: integer('comment_count').notNull().default(0),
  createdAt: integer('created_at').notNull(),
  editedAt: integer('edited_at'),
  /** When it was hidden from everyone, or when the sweep last queued the task that deletes it. */
  removedAt: integer('removed_at'),
  /** While staff look at a report: only its author sees it. */
  hiddenAt: integer('hidden_at'),
  /** Removed by staff, and kept that long (ms), since an appeal may bring it back. */
  keptUntil: integer('kept_until'),
});

export const postMedia = sqliteTable(
  'post_media',
  {
    postId: text('post_id').notNull(),
    position: integer().notNull(),
    key: text().notNull(),
    contentType: text('content_type').notNull(),
    width: integer(),
    height: integer(),
  },
  (table) => [primaryKey({ columns: [table.postId, table.position] })],
);

export const postLikes = sqliteTable(
  'post_likes',
  {
    postId: text('post_id').notNull(),
    userId: text('user_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.postId, table.userId] })],
);

export const comments = sqliteTable('comments', {
  id: text().primaryKey(),
  postId: text('post_id').notNull(),
  /** Null for comments on the post itself. */
  parentId: text('parent_id'),
  authorId: text('author_id').notNull(),
  text: text().notNull(),
  likeCount: integer('like_count').notNull().default(0),
  replyCount: integer('reply_count').notNull().default(0),
  createdAt: integer('created_at').notNull(),
  removedAt: integer('removed_at'),
  /** As for posts. */
  hiddenAt: integer('hidden_at'),
  keptUntil: integer('kept_until'),
});

export const commentLikes = sqliteTable(
  'comment_likes',
  {
    commentId: text('comment_id').notNull(),
    userId: text('user_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.commentId, table.userId] })],
);

export type PostRow = typeof posts.$inferSelect;

export type CommentRow = typeof comments.$inferSelect;
