/** What providers send, as far as the reference tells it, and what staff see of it. */
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
  .describe('`held`: it says what cannot be taken as it is. `failed`: every try is spent. Both wait for staff.');
const time = z.iso.datetime();

export const WebhookEvent = z
  .object({
    id: z.uuid(),
    provider,
    eventId: z.string().describe("The provider's."),
    type: z.string(),
    state,
    payload: z.unknown().describe('In our words, as it is applied. Null once it is 30 days old.'),
    received: z
      .unknown()
      .describe('As it came, with secrets, people and means of payment masked. Null once it is 30 days old.'),
    attempts: z.int(),
    error: z.string().nullable(),
    receivedAt: time,
    queuedAt: time.nullable().describe('When it was queued, or comes back from the queue.'),
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

/** The last event of a page. */
export const CursorPosition = z.tuple([z.uuid()]);
