import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * A DJ has a row once they set genres or are rated. The stage name and bio are columns of `users`. Triggers keep the sum
 * and the count of the ratings.
 */
export const djProfiles = sqliteTable('dj_profiles', {
  userId: text('user_id').primaryKey(),
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
