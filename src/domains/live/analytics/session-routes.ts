/** Endpoints of one session's figures, for its creator: while it runs, and afterwards. */
import { NOT_HERE } from '@/domains/live/rooms/errors';
import { streamError } from '@/domains/live/streams/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { exportEngagement, exportSummary, exportViewers } from './session-export';
import { presentEngagement, presentSummary, presentViewers } from './session-figures';
import { readSession } from './session-read';
import {
  ById,
  SessionAnalytics,
  SessionCurveQuery,
  SessionEngagement,
  SessionQuery,
  SessionViewers,
  SessionViewersQuery,
} from './session-schemas';

const shared = {
  method: 'get',
  tag: 'session',
  who: 'creator',
  params: ById,
  csv: true,
  refusals: [...NOT_HERE, streamError.NOT_YOUR_STREAM],
} as const;

export const sessionAnalyticsEndpoints: Endpoint[] = [
  endpoint({
    ...shared,
    operationId: 'readSessionAnalytics',
    path: '/sessions/{id}/analytics',
    summary: 'My session in figures: viewers, watch time, reactions, gifts and sales',
    description:
      'They begin with the stream, not with its waiting room, and are zeros before it. While it is live they count up to ' +
      'now; the room also sends them to its creator, as `analytics`.',
    query: SessionQuery,
    response: SessionAnalytics,
    handler: async (ctx, { actor, params, query }) => {
      const session = await readSession(ctx, actor, params.id);
      return query.format === 'csv' ? exportSummary(session) : presentSummary(session);
    },
  }),
  endpoint({
    ...shared,
    operationId: 'readSessionViewers',
    path: '/sessions/{id}/analytics/viewers',
    summary: 'Viewers of my session over time, and how long they stayed',
    query: SessionViewersQuery,
    response: SessionViewers,
    handler: async (ctx, { actor, params, query }) => {
      const session = await readSession(ctx, actor, params.id);
      return query.format === 'csv' ? exportViewers(session, query) : presentViewers(session);
    },
  }),
  endpoint({
    ...shared,
    operationId: 'readSessionEngagement',
    path: '/sessions/{id}/analytics/engagement',
    summary: 'Messages, reactions, gifts and new followers of my session over time',
    query: SessionCurveQuery,
    response: SessionEngagement,
    handler: async (ctx, { actor, params, query }) => {
      const session = await readSession(ctx, actor, params.id);
      return query.format === 'csv' ? exportEngagement(session, query) : presentEngagement(session);
    },
  }),
];
