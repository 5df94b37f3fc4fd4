import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { EconomyConfig } from '@/contracts/economy';

/** Rows are only added: what was earned under a version names it for ever. */
export const economyVersions = sqliteTable('economy_versions', {
  version: integer().primaryKey(),
  config: text({ mode: 'json' }).$type<EconomyConfig>().notNull(),
  /** Null: the version that the platform came with. */
  changedBy: text('changed_by'),
  createdAt: integer('created_at').notNull(),
});

export type EconomyVersionRow = typeof economyVersions.$inferSelect;
