import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export type CreatorType = 'creator' | 'dj' | 'performer';

export const creatorApplications = sqliteTable('creator_applications', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  type: text().$type<CreatorType>().notNull(),
  status: text().$type<'PENDING' | 'APPROVED' | 'REJECTED'>().notNull(),
  bio: text().notNull(),
  categories: text({ mode: 'json' }).$type<string[]>().notNull(),
  documentType: text('document_type').$type<'passport' | 'id_card' | 'driving_licence'>(),
  documentKey: text('document_key'),
  legalName: text('legal_name').notNull(),
  birthDate: text('birth_date').notNull(),
  financial: text().notNull(),
  accountLast4: text('account_last4').notNull(),
  reason: text(),
  submittedAt: integer('submitted_at').notNull(),
  decidedAt: integer('decided_at'),
  decidedBy: text('decided_by'),
});

export const creatorProfiles = sqliteTable('creator_profiles', {
  userId: text('user_id').primaryKey(),
  bio: text().notNull(),
  categories: text({ mode: 'json' }).$type<string[]>().notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

/** One row per category of a profile. Triggers maintain it, so code only reads it. */
export const creatorCategories = sqliteTable(
  'creator_categories',
  {
    userId: text('user_id').notNull(),
    category: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.category] })],
);

export type ApplicationRow = typeof creatorApplications.$inferSelect;
