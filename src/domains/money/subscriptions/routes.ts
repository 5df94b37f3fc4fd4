/** Subscriptions to creators, and their tiers. */
import { z } from '@hono/zod-openapi';
import { Tiers } from '@/domains/people/creators/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorQuery } from '@/http/envelope';
import { listSubscriptions, unsubscribe } from './own-subscriptions';
import { EndedSubscription, NewSubscription, NewTiers, Subscription, SubscriptionPage } from './schemas';
import { subscribe } from './subscribe';
import { listOwnTiers, listTiers, setTiers } from './tiers';

export const subscriptionEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/payment/subscribe',
    tag: 'payment',
    summary: 'Subscribe to a creator; the first month is paid at once',
    description:
      'Renewed from the wallet each calendar month, at the price it began with. One that was cancelled and still runs ' +
      'is taken up again by subscribing to the same tier: 200, and nothing is charged. For another tier it must end ' +
      'first.',
    who: 'user',
    movesMoney: true,
    body: NewSubscription,
    response: Subscription,
    status: 201,
    also: { status: 200, when: 'A cancelled one that still runs was taken up again; nothing was charged.' },
    refusals: {
      402: 'NOT_ENOUGH_COINS, with the balance and the price',
      404: 'USER_NOT_FOUND, TIER_NOT_FOUND',
      409: 'ALREADY_SUBSCRIBED, NOT_A_CREATOR, TIER_WORTHLESS, SUBSCRIPTION_CHANGED',
      422: 'NOT_ONESELF',
    },
    handler: (ctx, { actor, body, once }) => subscribe(ctx, actor, body, once),
  }),
  endpoint({
    method: 'post',
    path: '/payment/unsubscribe',
    tag: 'payment',
    summary: 'Let a subscription end with its period',
    description: 'It is good until `periodEndsAt`. Repeating it changes nothing.',
    who: 'user',
    body: EndedSubscription,
    response: Subscription,
    refusals: { 404: 'NOT_SUBSCRIBED', 409: 'SUBSCRIPTION_CHANGED' },
    handler: (ctx, { actor, body }) => unsubscribe(ctx, actor.userId, body.creatorId),
  }),
  endpoint({
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
    method: 'get',
    path: '/payment/tiers/{creatorId}',
    tag: 'payment',
    summary: "A creator's tiers, cheapest first",
    who: 'optional',
    params: z.strictObject({ creatorId: z.string().min(1) }),
    response: Tiers,
    handler: (ctx, { actor, params }) => listTiers(ctx, actor, params.creatorId),
  }),
  endpoint({
    method: 'get',
    path: '/payment/tiers',
    tag: 'payment',
    summary: 'My tiers',
    who: 'creator',
    response: Tiers,
    handler: (ctx, { actor }) => listOwnTiers(ctx, actor.userId),
  }),
  endpoint({
    method: 'put',
    path: '/payment/tiers',
    tag: 'payment',
    summary: 'Set my tiers',
    description:
      'The whole list, at most five. What is left out is retired: subscriptions to it go on, and so does their price ' +
      'where a tier gets dearer.',
    who: 'creator',
    body: NewTiers,
    response: Tiers,
    refusals: { 404: 'TIER_NOT_FOUND', 409: 'TIER_WORTHLESS, SUBSCRIPTION_CHANGED' },
    handler: (ctx, { actor, body }) => setTiers(ctx, actor.userId, body),
  }),
];
