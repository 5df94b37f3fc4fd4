/** Endpoint of the platform's statistics. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { dashboardError } from './errors';
import { DashboardStats, StatsQuery } from './schemas';
import { readDashboard } from './stats';

export const dashboardEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readDashboard',
    method: 'get',
    path: '/owner/panel/dashboard/stats',
    tag: 'owner',
    summary: 'Read the platform’s statistics by day',
    description:
      'Covers the last 30 days by default, and at most 366 days. All countries together: country admins read ' +
      '`/admin/analytics` instead.',
    who: { permission: 'canSeeAnalytics' },
    query: StatsQuery,
    response: DashboardStats,
    refusals: [dashboardError.STATISTICS_NOT_BY_COUNTRY],
    handler: (ctx, { actor, query }) => readDashboard(ctx, actor, query),
  }),
];
