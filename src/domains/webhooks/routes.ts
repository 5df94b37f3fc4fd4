/** Where providers tell us what happened. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { webhookHealth } from './health';
import { receiveLiveKitEvent } from './receive';

const LiveKitWebhook = z
  .looseObject({ event: z.string(), id: z.string(), createdAt: z.string().describe('Seconds since the epoch.') })
  .openapi('LiveKitWebhook');

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
];
