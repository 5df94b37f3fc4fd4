/** Endpoints for providers' webhooks, and the desk where staff inspect them. */
import { z } from '@hono/zod-openapi';
import { streamError } from '@/domains/live/streams/errors';
import { paymentError } from '@/domains/money/payments/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { httpError } from '@/http/errors';
import { paymentProviderError } from '@/providers/payment-errors';
import { decideWebhookEvent } from './decide';
import { listWebhookEvents, replayWebhookEvent } from './desk';
import { webhookError } from './errors';
import { webhookHealth } from './health';
import { receiveLiveKitEvent } from './receive';
import { receivePaymentEvent } from './receive-payment';
import {
  DodoWebhook,
  LiveKitWebhook,
  StripeWebhook,
  WebhookDecisionRequest,
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
    summary: 'Receive an event from LiveKit',
    description:
      "`Authorization` is LiveKit's JWT, signed with the API secret, with the SHA-256 of the body. A repeated event " +
      'is answered with 200 and has no effect.',
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
    summary: 'Check whether events from LiveKit arrive',
    who: 'public',
    duringMaintenance: true,
    response: WebhookHealth,
    handler: (ctx) => webhookHealth(ctx, 'livekit', ctx.config.livekit.apiSecret !== ''),
  }),
  endpoint({
    operationId: 'receiveStripeEvent',
    method: 'post',
    path: '/webhook/stripe',
    tag: 'webhook',
    summary: 'Receive an event from Stripe',
    description:
      '`Stripe-Signature` signs the body and may be at most five minutes old. Repeated events and events that need no ' +
      'action are answered with 200 and have no effect. In development the sandbox posts here too.',
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
    summary: 'Receive an event from Dodo Payments',
    description:
      'Signed according to [Standard Webhooks](https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp` ' +
      '(at most five minutes off) and `webhook-signature`. Repeated events and events that need no action are answered ' +
      'with 200 and have no effect.',
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
    summary: 'List webhook events with their state, newest first',
    query: WebhookEventsQuery,
    response: WebhookEventPage,
    handler: (ctx, { query }) => listWebhookEvents(ctx, query),
  }),
  endpoint({
    operationId: 'replayWebhookEvent',
    logs: 'webhook.replay',
    ...desk,
    method: 'post',
    path: '/admin/webhooks/{id}/replay',
    summary: 'Replay a webhook event',
    description:
      'Works in any state, unless staff decided on the event: what was already applied is not applied twice. The event ' +
      'is queued, and the replay is logged with the member of staff.',
    params: z.object({ id: z.string().min(1).max(ID_CHARACTERS_MAX) }),
    response: WebhookEvent,
    refusals: [
      webhookError.WEBHOOK_EVENT_NOT_FOUND,
      webhookError.WEBHOOK_EVENT_DECIDED,
      webhookError.WEBHOOK_PAYLOAD_GONE,
    ],
    handler: (ctx, { actor, params }) => replayWebhookEvent(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'decideWebhookEvent',
    logs: 'webhook.decide',
    ...desk,
    method: 'put',
    path: '/admin/webhooks/{id}/decide',
    summary: 'Decide on an event that could not be applied',
    description:
      'For events that are `held` or `failed`. A decision is final and logged with its reason; repeating it changes ' +
      'nothing. Staff do not decide on their own payments, except to close the event.',
    params: z.object({ id: z.string().min(1).max(ID_CHARACTERS_MAX) }),
    body: WebhookDecisionRequest,
    response: WebhookEvent,
    refusals: [
      webhookError.WEBHOOK_EVENT_NOT_FOUND,
      webhookError.WEBHOOK_EVENT_DECIDED,
      webhookError.WEBHOOK_EVENT_NOT_WAITING,
      webhookError.WEBHOOK_EVENT_UNREADABLE,
      webhookError.WEBHOOK_EVENT_NOT_OF_PAYMENT,
      webhookError.WEBHOOK_PAYLOAD_GONE,
      webhookError.REFUND_AT_PROVIDER,
      paymentError.OWN_PAYMENT,
      paymentError.DECISION_IMPOSSIBLE,
      paymentError.DECISION_OVERTAKEN,
      paymentError.PAYMENT_NOT_KNOWN_YET,
      paymentProviderError.PAYMENT_UNAVAILABLE,
      paymentProviderError.PAYMENT_REFUSED,
    ],
    handler: (ctx, { actor, params, body }) => decideWebhookEvent(ctx, actor, params.id, body),
  }),
];
