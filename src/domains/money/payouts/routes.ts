/** Cash-outs: asked for and read by creators. Two doors lead to each, of which neither knows more than the other. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { pageOf } from '@/http/envelope';
import { connectAccount } from './accounts';
import { listOwnPayouts } from './lists';
import { requestPayout } from './request-payout';
import { Payout, PayoutAccount, PayoutAccountRequest, PayoutRequest, PayoutsQuery } from './schemas';
import { payoutDeskEndpoints } from './staff-routes';

const request = {
  method: 'post',
  description:
    'Diamonds must have matured. They, or the sales money, are held at once and come back if it is rejected or fails. ' +
    'The fee is taken off what is sent.',
  who: 'creator',
  movesMoney: true,
  body: PayoutRequest,
  response: Payout,
  status: 201,
  refusals: {
    409:
      'NOT_ENOUGH_DIAMONDS, NOT_ENOUGH_SALES, PAYOUT_LIMIT_MINIMUM, PAYOUT_LIMIT_MAXIMUM, PAYOUT_LIMIT_DAILY, ' +
      'PAYOUT_ACCOUNT_MISSING, PAYOUT_ACCOUNT_NOT_READY, BANK_DETAILS_MISSING or PAYOUT_CHANGED',
    422: 'PAYOUT_TOO_SMALL',
    503: 'PAYOUTS_BY_BANK_ONLY',
  },
} as const;

const own = { method: 'get', query: PayoutsQuery, response: pageOf(Payout) } as const;

export const payoutEndpoints: Endpoint[] = [
  endpoint({
    ...request,
    path: '/payment/payout',
    tag: 'payment',
    summary: 'Ask for a cash-out of diamonds or sales',
    handler: (ctx, { actor, body, once }) => requestPayout(ctx, actor.userId, body, once),
  }),
  endpoint({
    ...request,
    path: '/earnings/cashout/request',
    tag: 'earnings',
    summary: 'Ask for a cash-out: the same as POST /payment/payout',
    handler: (ctx, { actor, body, once }) => requestPayout(ctx, actor.userId, body, once),
  }),
  endpoint({
    ...own,
    path: '/payment/payout-history',
    tag: 'payment',
    summary: 'My cash-outs, the newest first',
    who: 'creator',
    handler: (ctx, { actor, query }) => listOwnPayouts(ctx, actor.userId, query),
  }),
  endpoint({
    ...own,
    path: '/earnings/cashout/my',
    tag: 'earnings',
    summary: 'My cash-outs: the same as GET /payment/payout-history',
    who: 'user',
    handler: (ctx, { actor, query }) => listOwnPayouts(ctx, actor.userId, query),
  }),
  endpoint({
    method: 'post',
    path: '/payment/payout-account',
    tag: 'payment',
    summary: 'Connect the account that the provider pays to',
    description:
      'Answers a link, good for minutes, where the provider asks who you are and where your bank is; call it again for ' +
      'another. The provider sends you back to `returnUrl`.',
    who: 'creator',
    body: PayoutAccountRequest,
    response: PayoutAccount,
    refusals: {
      409: 'PAYOUT_ACCOUNT_REFUSED',
      422: 'RETURN_URL_NOT_ALLOWED',
      503: 'PAYOUTS_BY_BANK_ONLY or PAYOUT_UNAVAILABLE',
    },
    handler: (ctx, { actor, body }) => connectAccount(ctx, actor, body),
  }),
  ...payoutDeskEndpoints,
];
