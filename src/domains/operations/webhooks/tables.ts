/** Events from providers, each stored once. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const WEBHOOK_PROVIDERS = ['livekit', 'stripe', 'dodo', 'sandbox'] as const;
export type WebhookProvider = (typeof WEBHOOK_PROVIDERS)[number];

/** `held`: we cannot apply it as it is; it waits for staff. */
export const WEBHOOK_STATES = ['stored', 'processed', 'held', 'failed'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];

export const webhookEvents = sqliteTable('webhook_events', {
  id: text().primaryKey(),
  provider: text().$type<WebhookProvider>().notNull(),
  /** The provider's id of the event, unique per provider. */
  eventId: text('event_id').notNull(),
  type: text().notNull(),
  /** The event in our format, as it is applied; null once it is 30 days old. */
  payload: text({ mode: 'json' }).$type<unknown>(),
  /** The original for staff, without secrets, names and card data; null once it is 30 days old. */
  received: text({ mode: 'json' }).$type<unknown>(),
  state: text().$type<WebhookState>().notNull(),
  attempts: integer().notNull().default(0),
  error: text(),
  receivedAt: integer('received_at').notNull(),
  /** When a message for it was queued, or when the queue redelivers it (see `sweep.ts`). */
  queuedAt: integer('queued_at'),
  processedAt: integer('processed_at'),
});

export type WebhookEventRow = typeof webhookEvents.$inferSelect;
