/** Endpoints for creators' earnings: figures, history, targets and exchange. Cash-outs belong to payouts. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { exportDays, listDays } from './days';
import { earningError } from './errors';
import { exchangeDiamonds } from './exchange';
import { exportHistory, listHistory } from './history';
import {
  DaysQuery,
  EarningDayPage,
  EarningPage,
  EarningStats,
  Exchange,
  ExchangeRequest,
  HistoryQuery,
  StatementQuery,
  StatsQuery,
  TargetList,
} from './schemas';
import { exportStatement } from './statement';
import { readStats } from './stats';
import { listTargets } from './targets';

const CSV =
  'With `format=csv` the response is `text/csv`: the whole range with a header row, streamed. Text that a ' +
  'spreadsheet would read as a formula gets a leading apostrophe.';

export const earningEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listEarningTargets',
    method: 'get',
    path: '/earnings/targets',
    tag: 'earnings',
    summary: 'Targets, and my progress',
    description: 'Progress is for the current period, in UTC; a week begins on Monday. Rewards arrive within an hour.',
    who: 'user',
    response: TargetList,
    handler: (ctx, { actor }) => listTargets(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'readEarningStats',
    method: 'get',
    path: '/earnings/stats',
    tag: 'earnings',
    summary: 'My earnings by source and by day',
    description: 'The last 30 days by default; at most 366.',
    who: 'user',
    query: StatsQuery,
    response: EarningStats,
    handler: (ctx, { actor, query }) => readStats(ctx, actor.userId, query),
  }),
  endpoint({
    operationId: 'listEarnings',
    method: 'get',
    path: '/earnings/history',
    tag: 'earnings',
    summary: 'My earnings, and what took diamonds away',
    description: `Newest first. ${CSV} A file covers at most 366 days, by default the last ones.`,
    who: 'user',
    fresh: true,
    query: HistoryQuery,
    response: EarningPage,
    csv: true,
    handler: (ctx, { actor, query }) =>
      query.format === 'csv' ? exportHistory(ctx, actor.userId, query) : listHistory(ctx, actor.userId, query),
  }),
  endpoint({
    operationId: 'readEarningStatement',
    method: 'get',
    path: '/earnings/statement',
    tag: 'earnings',
    summary: "A month's earnings, reversals and cash-outs as a CSV file",
    description:
      'Newest first, between the closing and the opening balance of diamonds. Cash-outs have their money, fee, ' +
      'currency and status as it is now. The month that is running ends now. `/earnings/history` has the same as JSON.',
    who: 'creator',
    fresh: true,
    query: StatementQuery,
    response: z.string(),
    contentType: 'text/csv',
    handler: (ctx, { actor, query }) => exportStatement(ctx, actor.userId, query.month),
  }),
  endpoint({
    operationId: 'exchangeDiamonds',
    method: 'post',
    path: '/earnings/exchange',
    tag: 'earnings',
    summary: 'Exchange diamonds for coins',
    description: 'At the configured rate, rounded down. Only matured diamonds can be exchanged.',
    who: 'user',
    movesMoney: true,
    body: ExchangeRequest,
    response: Exchange,
    status: 201,
    refusals: [earningError.EXCHANGE_TOO_SMALL, earningError.EXCHANGE_WORTHLESS, earningError.NOT_ENOUGH_DIAMONDS],
    handler: (ctx, { actor, body, once }) => exchangeDiamonds(ctx, actor.userId, body.diamonds, once),
  }),
  endpoint({
    operationId: 'listDjEarnings',
    method: 'get',
    path: '/dj/earnings',
    tag: 'dj',
    summary: 'My earnings by day and source, with their sum',
    description: `The last 30 days by default; at most 366. ${CSV}`,
    who: 'dj',
    query: DaysQuery,
    response: EarningDayPage,
    csv: true,
    handler: (ctx, { actor, query }) =>
      query.format === 'csv' ? exportDays(ctx, actor.userId, query) : listDays(ctx, actor.userId, query),
  }),
];
