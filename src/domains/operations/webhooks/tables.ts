/** Events from providers, each stored once. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const WEBHOOK_PROVIDERS = ['livekit', 'stripe', 'dodo', 'sandbox'] as const;
export type WebhookProvider = (typeof WEBHOOK_PROVIDERS)[number];

/** `held`: we cannot apply it as it is; it waits for staff. `closed`: staff decided that nothing is done about it. */
export const WEBHOOK_STATES = ['stored', 'processed', 'held', 'failed', 'closed'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];

/** What staff can decide about an event that waits for them; see `decide.ts`. */
export const WEBHOOK_DECISIONS = ['accept', 'credit', 'close'] as const;
export type WebhookDecision = (typeof WEBHOOK_DECISIONS)[number];

export const webhookEvents = sqliteTable('webhook_events', {
  id: text().primaryKey(),
  provider: text().$type<WebhookProvider>().notNull(),
  /** The provider's id of the event, unique per provider. */
  eventId: text('event_id').notNull(),
  type: text().notNull(),
  /** The event in our format, as it is applied; null 30 days after it was processed or closed. */
  payload: text({ mode: 'json' }).$type<unknown>(),
  /** The original for staff, without secrets, names and card data; goes with the payload. */
  received: text({ mode: 'json' }).$type<unknown>(),
  /** The whole original, encrypted, of an event that we could not read; goes with the payload. */
  sealed: text(),
  state: text().$type<WebhookState>().notNull(),
  attempts: integer().notNull().default(0),
  error: text(),
  receivedAt: integer('received_at').notNull(),
  /** When a message for it was queued, or when the queue redelivers it (see `sweep.ts`). */
  queuedAt: integer('queued_at'),
  /** When it was applied, or closed by staff. */
  processedAt: integer('processed_at'),
  decision: text().$type<WebhookDecision>(),
  decisionReason: text('decision_reason'),
  decidedBy: text('decided_by'),
  decidedAt: integer('decided_at'),
});

export type WebhookEventRow = typeof webhookEvents.$inferSelect;
