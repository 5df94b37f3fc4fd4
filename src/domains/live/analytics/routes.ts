/** Endpoints of a creator's figures: of performers, and of DJs with what they played. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { exportCreatorAnalytics } from './export';
import { readCreatorAnalytics } from './read';
import { CreatorAnalytics, CreatorAnalyticsQuery, DjAnalytics } from './schemas';
import { readReport } from './spans';
import { listTopTracks } from './top-tracks';

const description = 'The last 30 days by default; at most 366. Days are those of the zone `tz`.';

export const creatorAnalyticsEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readDjAnalytics',
    method: 'get',
    path: '/dj/analytics',
    tag: 'dj',
    summary: 'My figures by day: streams, viewers, followers, diamonds and sales, and my most played tracks',
    description,
    who: 'dj',
    query: CreatorAnalyticsQuery,
    response: DjAnalytics,
    csv: true,
    handler: async (ctx, { actor: { userId }, query }) => {
      const report = readReport(ctx.now(), query);
      if (query.format === 'csv') return exportCreatorAnalytics(ctx, userId, report);
      const reads = [readCreatorAnalytics(ctx, userId, report), listTopTracks(ctx, userId, report)] as const;
      const [figures, topTracks] = await Promise.all(reads);
      return { ...figures, topTracks };
    },
  }),
  endpoint({
    operationId: 'readPerformerAnalytics',
    method: 'get',
    path: '/performer/analytics',
    tag: 'performer',
    summary: 'My figures by day: streams, viewers, followers, diamonds and sales',
    description,
    who: 'performer',
    query: CreatorAnalyticsQuery,
    response: CreatorAnalytics,
    csv: true,
    handler: (ctx, { actor, query }) => {
      const report = readReport(ctx.now(), query);
      const read = query.format === 'csv' ? exportCreatorAnalytics : readCreatorAnalytics;
      return read(ctx, actor.userId, report);
    },
  }),
];
