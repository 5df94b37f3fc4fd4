import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { EconomyConfig } from '@/contracts/economy';

/** Rows are only added: earnings made under a version refer to it for ever. */
export const economyVersions = sqliteTable('economy_versions', {
  version: integer().primaryKey(),
  config: text({ mode: 'json' }).$type<EconomyConfig>().notNull(),
  /** Null for the initial version. */
  changedBy: text('changed_by'),
  createdAt: integer('created_at').notNull(),
});

/** One row: the number of changes to the economy, the packages and the codes, counted by triggers. */
export const offerRevisions = sqliteTable('offer_revisions', {
  id: integer().primaryKey(),
  revision: integer().notNull(),
});

export type EconomyVersionRow = typeof economyVersions.$inferSelect;
