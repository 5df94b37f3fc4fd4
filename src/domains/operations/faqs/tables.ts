/** Questions and answers for users, and who found them helpful. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const faqs = sqliteTable('faqs', {
  id: text().primaryKey(),
  category: text().notNull(),
  /** BCP 47. */
  language: text().notNull(),
  question: text().notNull(),
  /** Markdown source. */
  answer: text().notNull(),
  /** Its place within its category and language: 1 is first. */
  position: integer().notNull(),
  published: integer({ mode: 'boolean' }).notNull().default(false),
  /** Triggers count the votes. */
  helpful: integer().notNull().default(0),
  notHelpful: integer('not_helpful').notNull().default(0),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});
export type FaqRow = typeof faqs.$inferSelect;

export const faqVotes = sqliteTable(
  'faq_votes',
  {
    faqId: text('faq_id').notNull(),
    userId: text('user_id').notNull(),
    helpful: integer({ mode: 'boolean' }).notNull(),
    votedAt: integer('voted_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.faqId, table.userId] })],
);
