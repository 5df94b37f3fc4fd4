/** Wire shapes of providers' webhooks, as far as the API reference shows them, and of the webhook desk. */
import { z } from '@hono/zod-openapi';
import { dayRangeQuery } from '@/http/day-range';
import { cursorPageOf, cursorQuery } from '@/http/envelope';
import { WEBHOOK_PROVIDERS, WEBHOOK_STATES } from './tables';

export const LiveKitWebhook = z
  .looseObject({ event: z.string(), id: z.string(), createdAt: z.string().describe('Seconds since the epoch.') })
  .openapi('LiveKitWebhook');

export const StripeWebhook = z
  .looseObject({ id: z.string(), object: z.literal('event'), type: z.string(), data: z.looseObject({}) })
  .openapi('StripeWebhook');

export const DodoWebhook = z
  .looseObject({ type: z.string(), timestamp: z.string(), data: z.looseObject({}) })
  .openapi('DodoWebhook');

export const WebhookHealth = z
  .object({
    status: z.literal('ok'),
    secretConfigured: z.boolean(),
    lastEventAt: z.iso.datetime().nullable(),
  })
  .openapi('WebhookHealth');

const provider = z.enum(WEBHOOK_PROVIDERS);
const state = z
  .enum(WEBHOOK_STATES)
  .describe('`held`: cannot be applied as it is. `failed`: all retries are spent. Both wait for staff.');
const time = z.iso.datetime();

export const WebhookEvent = z
  .object({
    id: z.uuid(),
    provider,
    eventId: z.string().describe("The provider's id of the event."),
    type: z.string(),
    state,
    payload: z.unknown().describe('The event in our format, as it is applied. Null after 30 days.'),
    received: z
      .unknown()
      .describe('The original, with secrets, people and means of payment masked. Null after 30 days.'),
    attempts: z.int(),
    error: z.string().nullable(),
    receivedAt: time,
    queuedAt: time.nullable().describe('When it was queued, or when the queue redelivers it.'),
    processedAt: time.nullable(),
  })
  .openapi('WebhookEvent');

export const WebhookEventPage = cursorPageOf(WebhookEvent);

export const WebhookEventsQuery = z.strictObject({
  provider: provider.optional(),
  state: state.optional(),
  ...dayRangeQuery,
  ...cursorQuery,
});

/** The cursor position: the last event of a page. */
export const CursorPosition = z.tuple([z.uuid()]);
