/** Endpoints of the platform itself: its settings, feedback, the versions of the apps, and its health. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { checkAppVersion, setAppVersion } from './app-versions';
import { SystemConfig } from './config-schemas';
import { platformError } from './errors';
import { listFeedback, sendFeedback } from './feedback';
import { readHealth } from './health';
import { DetailedHealth, Health } from './health-schemas';
import {
  AppVersion,
  AppVersionQuery,
  AppVersionRequest,
  FeedbackPage,
  FeedbackQuery,
  FeedbackRequest,
  PlatformParams,
  SentFeedback,
  SetAppVersion,
} from './schemas';
import { readSystemConfig } from './system-config';

export const platformEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'sendFeedback',
    method: 'post',
    path: '/settings/feedback',
    tag: 'settings',
    summary: 'Send feedback about the app',
    description: 'At most 20 a day. Sending the same again answers the first.',
    who: 'user',
    body: FeedbackRequest,
    response: SentFeedback,
    status: 201,
    refusals: [platformError.FEEDBACK_LIMIT_REACHED],
    handler: (ctx, { actor, body }) => sendFeedback(ctx, actor, body),
  }),
  endpoint({
    operationId: 'listFeedback',
    method: 'get',
    path: '/admin/feedback',
    tag: 'admin',
    summary: 'List feedback by category and version, newest first',
    description: 'A country admin sees the feedback of their country.',
    who: { permission: 'canManageTickets' },
    query: FeedbackQuery,
    response: FeedbackPage,
    handler: (ctx, { actor, query }) => listFeedback(ctx, actor, query),
  }),
  endpoint({
    operationId: 'checkAppVersion',
    method: 'get',
    path: '/settings/app/version',
    duringMaintenance: true,
    tag: 'settings',
    summary: 'Check whether an app needs an update',
    description: 'As long as staff have set no version for the platform, no update is available or required.',
    who: 'public',
    query: AppVersionQuery,
    response: AppVersion,
    handler: (ctx, { query }) => checkAppVersion(ctx, query),
  }),
  endpoint({
    operationId: 'readSystemConfig',
    method: 'get',
    path: '/settings/system/config',
    tag: 'settings',
    summary: 'Public configuration: limits, rates, packages, maintenance',
    description: 'May be cached for 30 seconds.',
    who: 'public',
    duringMaintenance: true,
    response: SystemConfig,
    handler: (ctx) => readSystemConfig(ctx),
  }),
  endpoint({
    operationId: 'setAppVersion',
    logs: 'app-version.set',
    method: 'put',
    path: '/admin/app-versions/{platform}',
    tag: 'admin',
    summary: 'Set the latest and the minimum version of an app',
    description: 'Replaces what was set before. Repeating it changes nothing.',
    who: { permission: 'canManageCatalogue' },
    params: PlatformParams,
    body: AppVersionRequest,
    response: SetAppVersion,
    refusals: [platformError.APP_VERSION_CHANGED],
    handler: (ctx, { actor, params, body }) => setAppVersion(ctx, actor, params.platform, body),
  }),
];

/** Mounted at the origin. */
export const healthEndpoints = [
  endpoint({
    operationId: 'readHealth',
    method: 'get',
    path: '/health',
    duringMaintenance: true,
    tag: 'health',
    summary: 'Check whether the server answers',
    who: 'public',
    response: Health,
    handler: (ctx) => ({ status: 'ok' as const, time: new Date(ctx.now()).toISOString() }),
  }),
  endpoint({
    operationId: 'readDetailedHealth',
    method: 'get',
    path: '/health/detailed',
    duringMaintenance: true,
    tag: 'health',
    summary: 'Read the state of everything the platform depends on',
    description:
      'Each probe has two seconds. `down`: the database or the rooms do not answer. `degraded`: something else does not, ' +
      'or a queue does not move. If the database does not answer, the access token alone says who is staff.',
    who: 'staff',
    withoutDatabase: true,
    response: DetailedHealth,
    handler: readHealth,
  }),
];
