/** Endpoint of the platform's figures by day and country. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { analyticsError } from './errors';
import { exportAnalytics } from './export';
import { readAnalytics } from './read';
import { AnalyticsQuery, PlatformAnalytics } from './schemas';

export const analyticsEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readPlatformAnalytics',
    method: 'get',
    path: '/admin/analytics',
    tag: 'admin',
    summary: 'Read the platform’s figures by day and country',
    description:
      'The last 30 days by default; at most 366. A figure has the country of the user whom it concerns: who registered, ' +
      'bought, gave, was paid or was reported, or the creator of a stream. Days that are over no longer change. Country ' +
      'admins see their own country.',
    who: { permission: 'canSeeAnalytics' },
    query: AnalyticsQuery,
    response: PlatformAnalytics,
    csv: true,
    refusals: [analyticsError.COUNTRY_OUT_OF_REACH],
    handler: (ctx, { actor, query }) =>
      query.format === 'csv' ? exportAnalytics(ctx, actor, query) : readAnalytics(ctx, actor, query),
  }),
];
