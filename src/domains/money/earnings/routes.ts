/** What creators earn: figures, history, targets, and diamonds for coins. Cash-outs are payouts' own. */
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
  StatsQuery,
  TargetList,
} from './schemas';
import { readStats } from './stats';
import { listTargets } from './targets';

const CSV =
  'With `format=csv` the answer is `text/csv`: all of the range, a header row first, sent as it is read. A text that a ' +
  'spreadsheet would take for a formula is preceded by an apostrophe.';

export const earningEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listEarningTargets',
    method: 'get',
    path: '/earnings/targets',
    tag: 'earnings',
    summary: 'Targets, and how far I have come',
    description: 'Progress is of the period that runs, in UTC; a week begins on Monday. Rewards come within an hour.',
    who: 'user',
    response: TargetList,
    handler: (ctx, { actor }) => listTargets(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'readEarningStats',
    method: 'get',
    path: '/earnings/stats',
    tag: 'earnings',
    summary: 'What I earned, by source and by day',
    description: 'Of the last 30 days, unless it says otherwise; at most 366.',
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
    summary: 'All that I earned, and what took diamonds away',
    description: `The newest first. ${CSV} A file has at most 366 days: the last ones, unless it says otherwise.`,
    who: 'user',
    fresh: true,
    query: HistoryQuery,
    response: EarningPage,
    csv: true,
    handler: (ctx, { actor, query }) =>
      query.format === 'csv' ? exportHistory(ctx, actor.userId, query) : listHistory(ctx, actor.userId, query),
  }),
  endpoint({
    operationId: 'exchangeDiamonds',
    method: 'post',
    path: '/earnings/exchange',
    tag: 'earnings',
    summary: 'Exchange diamonds for coins',
    description: 'At the configured rate, rounded down. Diamonds that are still maturing go first.',
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
    description: `Of the last 30 days, unless it says otherwise; at most 366. ${CSV}`,
    who: 'dj',
    query: DaysQuery,
    response: EarningDayPage,
    csv: true,
    handler: (ctx, { actor, query }) =>
      query.format === 'csv' ? exportDays(ctx, actor.userId, query) : listDays(ctx, actor.userId, query),
  }),
];
