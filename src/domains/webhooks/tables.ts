/** What providers told us, each event once, until it is applied. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export type WebhookProvider = 'livekit';
export type WebhookState = 'stored' | 'processed' | 'failed';

export const webhookEvents = sqliteTable('webhook_events', {
  id: text().primaryKey(),
  provider: text().$type<WebhookProvider>().notNull(),
  /** The provider's own id of it, unique together with the provider. */
  eventId: text('event_id').notNull(),
  type: text().notNull(),
  /** The event in our words, so that no secret of the provider's body is kept; null once it is 30 days old. */
  payload: text({ mode: 'json' }).$type<unknown>(),
  state: text().$type<WebhookState>().notNull(),
  attempts: integer().notNull().default(0),
  error: text(),
  receivedAt: integer('received_at').notNull(),
  /** When a message for it was sent to the queue, or comes back from it: see `sweep.ts`. */
  queuedAt: integer('queued_at'),
  processedAt: integer('processed_at'),
});
