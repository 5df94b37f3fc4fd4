/** The owner's figures. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { DashboardStats, StatsQuery } from './schemas';
import { readDashboard } from './stats';

export const dashboardEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readDashboard',
    method: 'get',
    path: '/owner/panel/dashboard/stats',
    tag: 'owner',
    summary: 'The platform’s figures, by day',
    description: 'Of the last 30 days, unless it says otherwise; at most 366.',
    who: { permission: 'canSeeAnalytics' },
    query: StatsQuery,
    response: DashboardStats,
    handler: (ctx, { query }) => readDashboard(ctx, query),
  }),
];
