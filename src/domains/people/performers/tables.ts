import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A row once a performer has chosen something. Where they are not shown is the social domain's to know. */
export const performerPrivacy = sqliteTable('performer_privacy', {
  userId: text('user_id').primaryKey(),
  allowRecording: integer('allow_recording', { mode: 'boolean' }).notNull().default(true),
  showViewerList: integer('show_viewer_list', { mode: 'boolean' }).notNull().default(true),
  anonymousMode: integer('anonymous_mode', { mode: 'boolean' }).notNull().default(false),
  updatedAt: integer('updated_at').notNull(),
});
