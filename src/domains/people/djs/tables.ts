import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A DJ has a row once they set something or are rated. Triggers keep the sum and the count of their ratings. */
export const djProfiles = sqliteTable('dj_profiles', {
  userId: text('user_id').primaryKey(),
  /** Null: the display name of the account. */
  stageName: text('stage_name'),
  /** Null: the bio as a creator, or else that of the account. */
  bio: text(),
  genres: text({ mode: 'json' }).$type<readonly string[]>().notNull().default([]),
  ratingSum: integer('rating_sum').notNull().default(0),
  ratingCount: integer('rating_count').notNull().default(0),
  updatedAt: integer('updated_at').notNull(),
});

/** One for each DJ and listener. */
export const djRatings = sqliteTable(
  'dj_ratings',
  {
    djId: text('dj_id').notNull(),
    userId: text('user_id').notNull(),
    /** One to five. */
    rating: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.djId, table.userId] })],
);
