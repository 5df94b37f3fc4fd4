/** The API: middleware in order, one line per domain, and the OpenAPI document. */
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { routePath } from 'hono/route';
import { economyEndpoints } from '@/domains/base/economy/routes';
import { maintenanceEndpoints } from '@/domains/base/maintenance/routes';
import { mediaEndpoints } from '@/domains/base/media/routes';
import { mediaRoutes } from '@/domains/base/media/serve';
import { notificationEndpoints } from '@/domains/base/notifications/routes';
import { settingsEndpoints } from '@/domains/base/settings/routes';
import { feedEndpoints } from '@/domains/content/feeds/routes';
import { contentEndpoints } from '@/domains/content/posts/routes';
import { searchEndpoints } from '@/domains/content/search/routes';
import { creatorAnalyticsEndpoints } from '@/domains/live/analytics/routes';
import { sessionAnalyticsEndpoints } from '@/domains/live/analytics/session-routes';
import { emoteEndpoints } from '@/domains/live/emotes/routes';
import { roomEndpoints } from '@/domains/live/rooms/routes';
import { screeningEndpoints } from '@/domains/live/screenings/routes';
import { streamEndpoints } from '@/domains/live/streams/routes';
import { stageEndpoints } from '@/domains/live/streams/stage-routes';
import { studioEndpoints } from '@/domains/live/studio/routes';
import { trackEndpoints } from '@/domains/live/tracks/routes';
import { unbanRequestEndpoints } from '@/domains/live/unban-requests/routes';
import { userRoomEndpoints } from '@/domains/live/user-rooms/routes';
import { auditEndpoints } from '@/domains/money/audit/routes';
import { discountEndpoints } from '@/domains/money/discounts/routes';
import { earningEndpoints } from '@/domains/money/earnings/routes';
import { giftEndpoints } from '@/domains/money/gifts/routes';
import { orderDeskEndpoints } from '@/domains/money/orders/desk-routes';
import { orderEndpoints } from '@/domains/money/orders/routes';
import { soldOrderEndpoints } from '@/domains/money/orders/sold-routes';
import { payoutEndpoints } from '@/domains/money/payouts/routes';
import { productEndpoints } from '@/domains/money/products/routes';
import { purchaseEndpoints } from '@/domains/money/purchases/routes';
import { receiptEndpoints } from '@/domains/money/receipts/routes';
import { productAnalyticsEndpoints } from '@/domains/money/showcase/analytics-routes';
import { showcaseEndpoints } from '@/domains/money/showcase/routes';
import { subscriptionEndpoints } from '@/domains/money/subscriptions/routes';
import { walletEndpoints } from '@/domains/money/wallet/routes';
import { analyticsEndpoints } from '@/domains/operations/analytics/routes';
import { appealEndpoints } from '@/domains/operations/appeals/routes';
import { banEndpoints } from '@/domains/operations/bans/routes';
import { cacheEndpoints } from '@/domains/operations/cache/routes';
import { dashboardEndpoints } from '@/domains/operations/dashboard/routes';
import { faqEndpoints } from '@/domains/operations/faqs/routes';
import { inboxEndpoints } from '@/domains/operations/inbox/routes';
import { healthEndpoints, platformEndpoints } from '@/domains/operations/platform/routes';
import { privacyEndpoints } from '@/domains/operations/privacy/routes';
import { reportEndpoints } from '@/domains/operations/reports/routes';
import { staffRoomEndpoints } from '@/domains/operations/staff/room-routes';
import { staffEndpoints } from '@/domains/operations/staff/routes';
import { supportChatEndpoints } from '@/domains/operations/support-chat/routes';
import { ticketEndpoints } from '@/domains/operations/tickets/routes';
import { webhookEndpoints } from '@/domains/operations/webhooks/routes';
import { sandboxCheckoutRoutes } from '@/domains/operations/webhooks/sandbox-checkout';
import { guard } from '@/domains/people/auth/guard';
import { authPageRoutes } from '@/domains/people/auth/pages';
import { authEndpoints } from '@/domains/people/auth/routes';
import { creatorEndpoints } from '@/domains/people/creators/routes';
import { djEndpoints } from '@/domains/people/djs/routes';
import { guideEndpoints } from '@/domains/people/guides/routes';
import { performerEndpoints } from '@/domains/people/performers/routes';
import { avatarEndpoints } from '@/domains/people/profiles/avatar-routes';
import { discoveryEndpoints } from '@/domains/people/profiles/discovery-routes';
import { profileEndpoints } from '@/domains/people/profiles/routes';
import { socialEndpoints } from '@/domains/people/social/routes';
import { usernameEndpoints } from '@/domains/people/usernames/routes';
import { devRoutes } from '@/http/dev';
import { docsEndpoints, docsRoutes } from '@/http/docs';
import { drainRefused } from '@/http/drain';
import { withAliases } from '@/http/endpoint';
import { errorResponse } from '@/http/envelope';
import { AppError, httpError } from '@/http/errors';
import { type AppEnv, allowOrigins, logRequests, secure, withContext } from '@/http/middleware';
import { mount } from '@/http/mount';
import { openApiDocument } from '@/http/openapi';
import { keepPaths, methodsBy, noRoute } from '@/http/paths';
import { returnRoutes } from '@/http/return-url';
import { isUpgrade, refuseSocket } from '@/http/socket';
import { reportFault } from '@/providers/faults';
import { ConfigError } from './config';

/** Every endpoint of the API with its aliases, for the router, the OpenAPI document and the tests. */
export const endpoints = withAliases([
  ...authEndpoints,
  ...usernameEndpoints,
  ...creatorEndpoints,
  ...guideEndpoints,
  ...studioEndpoints,
  ...streamEndpoints,
  ...emoteEndpoints,
  ...roomEndpoints,
  ...searchEndpoints,
  ...socialEndpoints,
  ...performerEndpoints,
  ...djEndpoints,
  ...stageEndpoints,
  ...creatorAnalyticsEndpoints,
  ...sessionAnalyticsEndpoints,
  ...productAnalyticsEndpoints,
  ...trackEndpoints,
  ...feedEndpoints,
  ...contentEndpoints,
  ...discoveryEndpoints,
  ...staffEndpoints,
  ...appealEndpoints,
  ...inboxEndpoints,
  ...reportEndpoints,
  ...banEndpoints,
  ...staffRoomEndpoints,
  ...profileEndpoints,
  ...settingsEndpoints,
  ...privacyEndpoints,
  ...walletEndpoints,
  ...productEndpoints,
  ...purchaseEndpoints,
  ...soldOrderEndpoints, // before `/orders/{id}`, which `/orders/sales` would match
  ...orderEndpoints,
  ...discountEndpoints,
  ...giftEndpoints,
  ...showcaseEndpoints,
  ...subscriptionEndpoints,
  ...earningEndpoints,
  ...payoutEndpoints,
  ...orderDeskEndpoints,
  ...receiptEndpoints,
  ...economyEndpoints,
  ...auditEndpoints,
  ...dashboardEndpoints,
  ...analyticsEndpoints,
  ...notificationEndpoints,
  ...webhookEndpoints,
  ...avatarEndpoints,
  ...mediaEndpoints,
  ...faqEndpoints,
  ...supportChatEndpoints,
  ...docsEndpoints,
  ...platformEndpoints,
  ...cacheEndpoints,
  ...maintenanceEndpoints,
  ...ticketEndpoints,
  ...userRoomEndpoints,
  ...unbanRequestEndpoints,
  ...screeningEndpoints,
]);

const api = mount(endpoints, guard);

/** The OpenAPI 3.1 document. Complete by construction: it is built from the same declarations as the routes. */
export const describeApi = () => openApiDocument(endpoints, healthEndpoints, guard);

/** NOTE: not strict, so that a slash at the end of a path changes nothing. */
export const app = new Hono<AppEnv>({ strict: false });
const methodsOf = methodsBy(() => app.routes);
app.use(withContext, drainRefused, logRequests, secure, keepPaths(methodsOf), allowOrigins);
app.route('/', mount(healthEndpoints, guard));
app.route('/', docsRoutes(describeApi));
app.route('/', authPageRoutes);
app.route('/', mediaRoutes);
app.route('/', devRoutes);
app.route('/', returnRoutes);
app.route('/', sandboxCheckoutRoutes);
app.route('/api/v1', api);
app.route('/api', api);
app.notFound((c) => errorResponse(noRoute(methodsOf, c.req), c.var.ctx.requestId));
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
