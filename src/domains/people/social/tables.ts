import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const follows = sqliteTable(
  'follows',
  {
    followerId: text('follower_id').notNull(),
    creatorId: text('creator_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.followerId, table.creatorId] })],
);

export const blocks = sqliteTable(
  'blocks',
  {
    blockerId: text('blocker_id').notNull(),
    blockedId: text('blocked_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.blockerId, table.blockedId] })],
);

export const formerFollows = sqliteTable(
  'former_follows',
  {
    followerId: text('follower_id').notNull(),
    creatorId: text('creator_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.followerId, table.creatorId] })],
);

/** Where a creator is hidden, as ISO 3166 codes: countries (`DE`) and regions (`US-CA`). */
export const blockedRegions = sqliteTable(
  'blocked_regions',
  {
    creatorId: text('creator_id').notNull(),
    region: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.creatorId, table.region] })],
);
