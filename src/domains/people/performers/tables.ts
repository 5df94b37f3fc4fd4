import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A performer has a row once they set something. Blocked regions are stored by the social domain. */
export const performerPrivacy = sqliteTable('performer_privacy', {
  userId: text('user_id').primaryKey(),
  allowRecording: integer('allow_recording', { mode: 'boolean' }).notNull().default(true),
  showViewerList: integer('show_viewer_list', { mode: 'boolean' }).notNull().default(true),
  anonymousMode: integer('anonymous_mode', { mode: 'boolean' }).notNull().default(false),
  updatedAt: integer('updated_at').notNull(),
});
