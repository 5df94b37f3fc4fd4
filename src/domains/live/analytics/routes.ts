/** Endpoints of a creator's figures. DJs and performers have the same one. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { exportCreatorAnalytics } from './export';
import { readCreatorAnalytics } from './read';
import { CreatorAnalytics, CreatorAnalyticsQuery } from './schemas';

const ROLES = [
  { who: 'dj', name: 'Dj' },
  { who: 'performer', name: 'Performer' },
] as const;

export const creatorAnalyticsEndpoints: Endpoint[] = ROLES.map(({ who, name }) =>
  endpoint({
    operationId: `read${name}Analytics`,
    method: 'get',
    path: `/${who}/analytics`,
    tag: who,
    summary: 'My figures by day: streams, viewers, followers and diamonds',
    description: 'The last 30 days by default; at most 366. Days are those of the zone `tz`.',
    who,
    query: CreatorAnalyticsQuery,
    response: CreatorAnalytics,
    csv: true,
    handler: (ctx, { actor, query }) =>
      query.format === 'csv'
        ? exportCreatorAnalytics(ctx, actor.userId, query)
        : readCreatorAnalytics(ctx, actor.userId, query),
  }),
);
