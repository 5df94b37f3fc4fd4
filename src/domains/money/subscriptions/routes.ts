/** Endpoints for subscriptions and creators' tiers. */
import { z } from '@hono/zod-openapi';
import { Tiers } from '@/domains/people/creators/schemas';
import { socialError } from '@/domains/people/social/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorQuery } from '@/http/envelope';
import { ledgerError } from '@/ledger/errors';
import { subscriptionError } from './errors';
import { listSubscriptions, unsubscribe } from './own-subscriptions';
import {
  EndedSubscription,
  NewSubscription,
  NewTiers,
  SubscriberPage,
  SubscribersQuery,
  Subscription,
  SubscriptionPage,
} from './schemas';
import { subscribe } from './subscribe';
import { exportSubscribers, listSubscribers } from './subscribers';
import { listOwnTiers, listTiers, setTiers } from './tiers';

export const subscriptionEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'subscribe',
    method: 'post',
    path: '/payment/subscribe',
    tag: 'payment',
    summary: 'Subscribe to a creator; the first month is charged at once',
    description:
      'Renews from the wallet every calendar month, at the price it began with, or at its tier’s price if that ' +
      'is lower now. Subscribing to the same tier again resumes a cancelled subscription that still runs: 200, and ' +
      'nothing is charged; `expectedCoins` is then what the following months cost. To take another tier, let it end ' +
      'first. If the creator blocks you, is banned or leaves, the subscription ends and you get the coins of unused ' +
      'days back. The details of `NOT_ENOUGH_COINS` are the balance and the price.',
    who: 'user',
    movesMoney: true,
    body: NewSubscription,
    response: Subscription,
    status: 201,
    also: { status: 200, when: 'A cancelled subscription that still runs was resumed; nothing was charged.' },
    refusals: [
      ledgerError.NOT_ENOUGH_COINS,
      socialError.USER_NOT_FOUND,
      socialError.NOT_A_CREATOR,
      socialError.NOT_ONESELF,
      subscriptionError.TIER_NOT_FOUND,
      subscriptionError.ALREADY_SUBSCRIBED,
      ledgerError.PRICE_CHANGED,
      subscriptionError.TIER_WORTHLESS,
      subscriptionError.SUBSCRIPTION_CHANGED,
    ],
    handler: (ctx, { actor, body, once }) => subscribe(ctx, actor, body, once),
  }),
  endpoint({
    operationId: 'unsubscribe',
    method: 'post',
    path: '/payment/unsubscribe',
    tag: 'payment',
    summary: 'Cancel a subscription at the end of its period',
    description: 'It stays valid until `periodEndsAt`. Repeating the request changes nothing.',
    who: 'user',
    body: EndedSubscription,
    response: Subscription,
    refusals: [subscriptionError.NOT_SUBSCRIBED, subscriptionError.SUBSCRIPTION_CHANGED],
    handler: (ctx, { actor, body }) => unsubscribe(ctx, actor.userId, body.creatorId),
  }),
  endpoint({
    operationId: 'listSubscriptions',
    method: 'get',
    path: '/payment/subscriptions',
    tag: 'payment',
    summary: 'My subscriptions, newest first',
    who: 'user',
    query: z.strictObject(cursorQuery),
    response: SubscriptionPage,
    handler: (ctx, { actor, query }) => listSubscriptions(ctx, actor.userId, query),
  }),
  endpoint({
    operationId: 'listSubscribers',
    method: 'get',
    path: '/payment/subscribers',
    tag: 'payment',
    summary: 'My subscribers, newest first',
    description:
      'Each subscription of yours with its card, tier, price and dates. With `format=csv` the response is `text/csv`: the ' +
      'whole list with a header row, streamed. Text that a spreadsheet would read as a formula gets a leading apostrophe.',
    who: 'creator',
    fresh: true,
    query: SubscribersQuery,
    response: SubscriberPage,
    csv: true,
    handler: (ctx, { actor, query }) =>
      query.format === 'csv' ? exportSubscribers(ctx, actor, query) : listSubscribers(ctx, actor, query),
  }),
  endpoint({
    operationId: 'listTiers',
    method: 'get',
    path: '/payment/tiers/{creatorId}',
    tag: 'payment',
    summary: "A creator's tiers, cheapest first",
    who: 'optional',
    params: z.strictObject({ creatorId: z.string().min(1) }),
    response: Tiers,
    refusals: [socialError.USER_NOT_FOUND],
    handler: (ctx, { actor, params }) => listTiers(ctx, actor, params.creatorId),
  }),
  endpoint({
    operationId: 'listMyTiers',
    method: 'get',
    path: '/payment/tiers',
    tag: 'payment',
    summary: 'My tiers',
    who: 'creator',
    response: Tiers,
    handler: (ctx, { actor }) => listOwnTiers(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'setTiers',
    method: 'put',
    path: '/payment/tiers',
    tag: 'payment',
    summary: 'Set my tiers',
    description:
      'Replaces the whole list, at most five tiers. A tier that is left out is retired, but its subscriptions ' +
      'continue. A new price is for new months: existing subscriptions keep theirs if their tier becomes more ' +
      'expensive, and pay the lower price for months that begin while it is cheaper. Paid months never change.',
    who: 'creator',
    body: NewTiers,
    response: Tiers,
    refusals: [
      subscriptionError.TIER_NOT_FOUND,
      subscriptionError.TIER_WORTHLESS,
      subscriptionError.SUBSCRIPTION_CHANGED,
    ],
    handler: (ctx, { actor, body }) => setTiers(ctx, actor.userId, body),
  }),
];
