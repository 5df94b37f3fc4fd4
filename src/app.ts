/** The API: middleware in order, one line a domain, the OpenAPI document. */
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { routePath } from 'hono/route';
import { ConfigError } from '@/config';
import { auditEndpoints } from '@/domains/audit/routes';
import { guard } from '@/domains/auth/guard';
import { authPageRoutes } from '@/domains/auth/pages';
import { authEndpoints } from '@/domains/auth/routes';
import { avatarEndpoints } from '@/domains/avatars/routes';
import { contentEndpoints } from '@/domains/content/routes';
import { creatorEndpoints } from '@/domains/creators/routes';
import { dashboardEndpoints } from '@/domains/dashboard/routes';
import { discountEndpoints } from '@/domains/discounts/routes';
import { discoveryEndpoints } from '@/domains/discovery/routes';
import { earningEndpoints } from '@/domains/earnings/routes';
import { economyEndpoints } from '@/domains/economy/routes';
import { giftEndpoints } from '@/domains/gifts/routes';
import { mediaEndpoints } from '@/domains/media/routes';
import { mediaRoutes } from '@/domains/media/serve';
import { notificationEndpoints } from '@/domains/notifications/routes';
import { payoutEndpoints } from '@/domains/payouts/routes';
import { performerEndpoints } from '@/domains/performers/routes';
import { privacyEndpoints } from '@/domains/privacy/routes';
import { profileEndpoints } from '@/domains/profiles/routes';
import { purchaseEndpoints } from '@/domains/purchases/routes';
import { sandboxCheckoutRoutes } from '@/domains/purchases/sandbox-checkout';
import { searchEndpoints } from '@/domains/search/routes';
import { settingsEndpoints } from '@/domains/settings/routes';
import { socialEndpoints } from '@/domains/social/routes';
import { staffEndpoints } from '@/domains/staff/routes';
import { streamEndpoints } from '@/domains/streams/routes';
import { studioEndpoints } from '@/domains/studio/routes';
import { subscriptionEndpoints } from '@/domains/subscriptions/routes';
import { walletEndpoints } from '@/domains/wallet/routes';
import { webhookEndpoints } from '@/domains/webhooks/routes';
import { devRoutes } from '@/http/dev';
import { docsEndpoints, docsRoutes } from '@/http/docs';
import { drainRefused } from '@/http/drain';
import { errorResponse } from '@/http/envelope';
import { AppError, httpError } from '@/http/errors';
import { healthEndpoints } from '@/http/health';
import { type AppEnv, allowOrigins, logRequests, secure, withContext } from '@/http/middleware';
import { mount } from '@/http/mount';
import { openApiDocument } from '@/http/openapi';
import { isUpgrade, refuseSocket } from '@/http/socket';
import { reportFault } from '@/providers/faults';

/** Every endpoint of the API, for the router, the document and the tests. */
export const endpoints = [
  ...authEndpoints,
  ...creatorEndpoints,
  ...studioEndpoints,
  ...streamEndpoints,
  ...searchEndpoints,
  ...socialEndpoints,
  ...performerEndpoints,
  ...contentEndpoints,
  ...discoveryEndpoints,
  ...staffEndpoints,
  ...profileEndpoints,
  ...settingsEndpoints,
  ...privacyEndpoints,
  ...walletEndpoints,
  ...purchaseEndpoints,
  ...discountEndpoints,
  ...giftEndpoints,
  ...subscriptionEndpoints,
  ...earningEndpoints,
  ...payoutEndpoints,
  ...economyEndpoints,
  ...auditEndpoints,
  ...dashboardEndpoints,
  ...notificationEndpoints,
  ...webhookEndpoints,
  ...avatarEndpoints,
  ...mediaEndpoints,
  ...docsEndpoints,
];

const api = mount(endpoints, guard);

/** OpenAPI 3.1, complete by construction: it is made of the same declarations as the routes. */
export const describeApi = () => openApiDocument(endpoints, healthEndpoints);

export const app = new Hono<AppEnv>();
app.use(withContext, drainRefused, logRequests, secure, allowOrigins);
app.route('/', mount(healthEndpoints, guard));
app.route('/', docsRoutes(describeApi));
app.route('/', authPageRoutes);
app.route('/', mediaRoutes);
app.route('/', devRoutes);
app.route('/', sandboxCheckoutRoutes);
app.route('/api/v1', api);
app.route('/api', api);
app.notFound((c) => errorResponse(httpError('NOT_FOUND'), c.var.ctx.requestId));
app.onError((error, c) => {
  if (error instanceof ConfigError) {
    console.error(error.message);
    return errorResponse(httpError('MISCONFIGURED'), '');
  }
  const { ctx } = c.var;
  const refusal =
    error instanceof AppError
      ? error
      : error instanceof HTTPException && error.status === 400
        ? httpError('MALFORMED_JSON')
        : undefined;
  if (refusal) return isUpgrade(c.req.raw) ? refuseSocket(refusal) : errorResponse(refusal, ctx.requestId);
  ctx.log.fault(`${c.req.method} ${routePath(c)}`, error);
  ctx.waitUntil(reportFault(ctx.config, ctx.requestId, error));
  return errorResponse(httpError('INTERNAL'), ctx.requestId);
});
