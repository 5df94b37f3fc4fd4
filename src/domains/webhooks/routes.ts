/** Where providers tell us what happened. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { webhookHealth } from './health';
import { receiveLiveKitEvent } from './receive';
import { receivePaymentEvent } from './receive-payment';

const LiveKitWebhook = z
  .looseObject({ event: z.string(), id: z.string(), createdAt: z.string().describe('Seconds since the epoch.') })
  .openapi('LiveKitWebhook');

const StripeWebhook = z
  .looseObject({ id: z.string(), object: z.literal('event'), type: z.string(), data: z.looseObject({}) })
  .openapi('StripeWebhook');

const DodoWebhook = z
  .looseObject({ type: z.string(), timestamp: z.string(), data: z.looseObject({}) })
  .openapi('DodoWebhook');

const WebhookHealth = z
  .object({
    status: z.literal('ok'),
    secretConfigured: z.boolean(),
    lastEventAt: z.iso.datetime().nullable(),
  })
  .openapi('WebhookHealth');

export const webhookEndpoints: Endpoint[] = [
  endpoint({
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
    refusals: { 401: 'WEBHOOK_SIGNATURE_INVALID', 413: 'BODY_TOO_LARGE' },
    handler: async (ctx, { request }) => {
      await receiveLiveKitEvent(ctx, request);
      return {};
    },
  }),
  endpoint({
    method: 'get',
    path: '/webhook/livekit/health',
    tag: 'webhook',
    summary: "Whether LiveKit's events arrive",
    who: 'public',
    response: WebhookHealth,
    handler: (ctx) => webhookHealth(ctx, 'livekit', ctx.config.livekit.apiSecret !== ''),
  }),
  endpoint({
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
    refusals: { 401: 'WEBHOOK_SIGNATURE_INVALID', 413: 'BODY_TOO_LARGE' },
    handler: async (ctx, { request }) => {
      await receivePaymentEvent(ctx, 'stripe', request);
      return {};
    },
  }),
  endpoint({
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
    refusals: { 401: 'WEBHOOK_SIGNATURE_INVALID', 413: 'BODY_TOO_LARGE' },
    handler: async (ctx, { request }) => {
      await receivePaymentEvent(ctx, 'dodo', request);
      return {};
    },
  }),
];
