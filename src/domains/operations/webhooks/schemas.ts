/** Wire shapes of providers' webhooks, as far as the API reference shows them, and of the webhook desk. */
import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { dayRangeQuery } from '@/http/day-range';
import { cursorPageOf, cursorQuery, orNull } from '@/http/envelope';
import { aText } from '@/http/fields';
import { WEBHOOK_DECISIONS, WEBHOOK_PROVIDERS, WEBHOOK_STATES } from './tables';

const REASON_CHARACTERS_MAX = 500;

export const LiveKitWebhook = z
  .looseObject({ event: z.string(), id: z.string(), createdAt: z.iso.datetime().describe('Seconds since the epoch.') })
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
  .describe(
    '`held`: cannot be applied as it is. `failed`: all retries are spent. Both wait for staff. `closed`: staff decided ' +
      'that nothing is done about it.',
  );
const time = z.iso.datetime();

export const WebhookEvent = z
  .object({
    id: z.uuid(),
    provider,
    eventId: z.string().describe("The provider's id of the event."),
    type: z.string(),
    state,
    payload: z
      .unknown()
      .describe('The event in our format, as it is applied. Null 30 days after it was processed or closed.'),
    received: z
      .unknown()
      .describe('The original, with secrets, people and means of payment masked. Goes with the payload.'),
    attempts: z.int(),
    error: z.string().nullable(),
    receivedAt: time,
    queuedAt: time.nullable().describe('When it was queued, or when the queue redelivers it.'),
    processedAt: time.nullable().describe('When it was applied or closed.'),
    decision: orNull(
      z.object({
        decision: z.enum(WEBHOOK_DECISIONS),
        reason: z.string(),
        by: orNull(PublicCard).describe('The member of staff who decided.'),
        at: time,
      }),
    ),
  })
  .openapi('WebhookEvent');

export const WebhookDecisionRequest = z
  .strictObject({
    decision: z
      .enum([...WEBHOOK_DECISIONS, 'refund'])
      .describe(
        '`accept`: the event is true, so it is applied although it does not fit: an unpaid purchase is paid with what ' +
          'arrived, if a package may cost that, and a refund or dispute replaces what it contradicts. `credit`: the same for an ' +
          'unpaid purchase; a second payment of a paid one buys its package again, without the discount, as a purchase ' +
          "of its own. `close`: nothing is done. `refund` is refused: it is made in the provider's dashboard.",
      ),
    reason: aText(REASON_CHARACTERS_MAX, 1),
  })
  .openapi('WebhookDecisionRequest');

export const WebhookEventPage = cursorPageOf(WebhookEvent);

export const WebhookEventsQuery = z.strictObject({
  provider: provider.optional(),
  state: state.optional(),
  ...dayRangeQuery,
  ...cursorQuery,
});

/** The cursor position: the last event of a page. */
export const CursorPosition = z.tuple([z.uuid()]);
