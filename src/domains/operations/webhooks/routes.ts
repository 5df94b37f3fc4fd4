/** Where providers tell us what happened, and where staff look at it. */
import { z } from '@hono/zod-openapi';
import { streamError } from '@/domains/live/streams/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { httpError } from '@/http/errors';
import { listWebhookEvents, replayWebhookEvent } from './desk';
import { webhookError } from './errors';
import { webhookHealth } from './health';
import { receiveLiveKitEvent } from './receive';
import { receivePaymentEvent } from './receive-payment';
import {
  DodoWebhook,
  LiveKitWebhook,
  StripeWebhook,
  WebhookEvent,
  WebhookEventPage,
  WebhookEventsQuery,
  WebhookHealth,
} from './schemas';

const ID_CHARACTERS_MAX = 64;
const desk = { tag: 'admin', who: { permission: 'canReplayWebhooks' } } as const;

export const webhookEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'receiveLiveKitEvent',
    method: 'post',
    path: '/webhook/livekit',
    tag: 'webhook',
    summary: "Take one of LiveKit's events",
    description:
      "`Authorization` is LiveKit's JWT, signed with the API secret, which carries the body's SHA-256. An event that " +
      'is known already is 200 and does nothing.',
    who: 'signed',
    upload: { contentType: 'application/webhook+json', schema: LiveKitWebhook },
    response: Nothing,
    refusals: [webhookError.WEBHOOK_SIGNATURE_INVALID, httpError.BODY_TOO_LARGE, streamError.CHANGED_MEANWHILE],
    handler: async (ctx, { request }) => {
      await receiveLiveKitEvent(ctx, request);
      return {};
    },
  }),
  endpoint({
    operationId: 'readLiveKitHealth',
    method: 'get',
    path: '/webhook/livekit/health',
    tag: 'webhook',
    summary: "Whether LiveKit's events arrive",
    who: 'public',
    response: WebhookHealth,
    handler: (ctx) => webhookHealth(ctx, 'livekit', ctx.config.livekit.apiSecret !== ''),
  }),
  endpoint({
    operationId: 'receiveStripeEvent',
    method: 'post',
    path: '/webhook/stripe',
    tag: 'webhook',
    summary: "Take one of Stripe's events",
    description:
      '`Stripe-Signature` is of the body and at most five minutes old. An event that is known already is 200 and does ' +
      'nothing, as is one from which nothing follows. In development the sandbox posts here too.',
    who: 'signed',
    upload: { contentType: 'application/json', schema: StripeWebhook },
    response: Nothing,
    refusals: [webhookError.WEBHOOK_SIGNATURE_INVALID, httpError.BODY_TOO_LARGE],
    handler: async (ctx, { request }) => {
      await receivePaymentEvent(ctx, 'stripe', request);
      return {};
    },
  }),
  endpoint({
    operationId: 'receiveDodoEvent',
    method: 'post',
    path: '/webhook/dodo',
    tag: 'webhook',
    summary: "Take one of Dodo Payments' events",
    description:
      'Signed as [Standard Webhooks](https://www.standardwebhooks.com) says: `webhook-id`, `webhook-timestamp` (at ' +
      'most five minutes off) and `webhook-signature`. An event that is known already is 200 and does nothing, as is ' +
      'one from which nothing follows.',
    who: 'signed',
    upload: { contentType: 'application/json', schema: DodoWebhook },
    response: Nothing,
    refusals: [webhookError.WEBHOOK_SIGNATURE_INVALID, httpError.BODY_TOO_LARGE],
    handler: async (ctx, { request }) => {
      await receivePaymentEvent(ctx, 'dodo', request);
      return {};
    },
  }),
  endpoint({
    operationId: 'listWebhookEvents',
    ...desk,
    method: 'get',
    path: '/admin/webhooks',
    summary: 'Webhook events with their state, the newest first',
    query: WebhookEventsQuery,
    response: WebhookEventPage,
    handler: (ctx, { query }) => listWebhookEvents(ctx, query),
  }),
  endpoint({
    operationId: 'replayWebhookEvent',
    ...desk,
    method: 'post',
    path: '/admin/webhooks/{id}/replay',
    summary: 'Have an event applied again',
    description:
      'Whatever became of it: what was applied is not applied twice. It is queued, and logged with who asked.',
    params: z.object({ id: z.string().min(1).max(ID_CHARACTERS_MAX) }),
    response: WebhookEvent,
    refusals: [webhookError.WEBHOOK_EVENT_NOT_FOUND, webhookError.WEBHOOK_PAYLOAD_GONE],
    handler: (ctx, { actor, params }) => replayWebhookEvent(ctx, actor, params.id),
  }),
];
