/** What providers told us, each event once, until it is applied. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const WEBHOOK_PROVIDERS = ['livekit', 'stripe', 'dodo', 'sandbox'] as const;
export type WebhookProvider = (typeof WEBHOOK_PROVIDERS)[number];

/** `held`: it says what we cannot take as it is, and waits for staff. */
export const WEBHOOK_STATES = ['stored', 'processed', 'held', 'failed'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];

export const webhookEvents = sqliteTable('webhook_events', {
  id: text().primaryKey(),
  provider: text().$type<WebhookProvider>().notNull(),
  /** The provider's own id of it, unique together with the provider. */
  eventId: text('event_id').notNull(),
  type: text().notNull(),
  /** The event in our words, as it is applied; null once it is 30 days old. */
  payload: text({ mode: 'json' }).$type<unknown>(),
  /** As it came, without secrets, names and card data; for staff. Null once it is 30 days old. */
  received: text({ mode: 'json' }).$type<unknown>(),
  state: text().$type<WebhookState>().notNull(),
  attempts: integer().notNull().default(0),
  error: text(),
  receivedAt: integer('received_at').notNull(),
  /** When a message for it was sent to the queue, or comes back from it: see `sweep.ts`. */
  queuedAt: integer('queued_at'),
  processedAt: integer('processed_at'),
});

export type WebhookEventRow = typeof webhookEvents.$inferSelect;
