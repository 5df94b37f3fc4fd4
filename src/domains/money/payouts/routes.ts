/** Endpoints for creators' cash-outs; each has a path under payment and one under earnings. */

import { FinancialRequest } from '@/domains/people/creators/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { pageOf } from '@/http/envelope';
import { httpError } from '@/http/errors';
import { paymentProviderError } from '@/providers/payment-errors';
import { connectAccount } from './accounts';
import { requestDetails } from './details';
import { payoutError } from './errors';
import { listOwnPayouts } from './lists';
import { requestPayout } from './request-payout';
import { Payout, PayoutAccount, PayoutAccountRequest, PayoutDetails, PayoutRequest, PayoutsQuery } from './schemas';
import { detailsDeskEndpoints, payoutDeskEndpoints } from './staff-routes';

const own = { method: 'get', query: PayoutsQuery, response: pageOf(Payout) } as const;

export const payoutEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'requestPayout',
    method: 'post',
    path: '/payment/payout',
    aliases: ['/earnings/cashout/request'],
    tag: 'payment',
    summary: 'Request a cash-out of diamonds or sales',
    description:
      'Diamonds must have matured. The diamonds or the sales money are held at once, and returned if the cash-out ' +
      'is rejected, fails or comes back. The fee is deducted from the amount sent. Coins that you owe are paid back first, ' +
      'with matured diamonds at the current rate: see `setOff`.',
    who: 'creator',
    movesMoney: true,
    body: PayoutRequest,
    response: Payout,
    status: 201,
    refusals: [
      payoutError.DEBT_OPEN,
      payoutError.NOT_ENOUGH_DIAMONDS,
      payoutError.NOT_ENOUGH_SALES,
      payoutError.PAYOUT_LIMIT_MINIMUM,
      payoutError.PAYOUT_LIMIT_MAXIMUM,
      payoutError.PAYOUT_LIMIT_DAILY,
      payoutError.PAYOUT_CURRENCY_NOT_SET,
      payoutError.PAYOUT_NOT_SENDABLE,
      payoutError.PAYOUT_TOO_SMALL,
      payoutError.PAYOUT_ACCOUNT_MISSING,
      payoutError.PAYOUT_ACCOUNT_NOT_READY,
      payoutError.BANK_DETAILS_MISSING,
      payoutError.BANK_DETAILS_RESTING,
      payoutError.PAYOUT_CHANGED,
      payoutError.PAYOUTS_BY_BANK_ONLY,
    ],
    handler: (ctx, { actor, body, once }) => requestPayout(ctx, actor.userId, body, once),
  }),
  endpoint({
    operationId: 'listMyPayouts',
    ...own,
    path: '/payment/payout-history',
    tag: 'payment',
    summary: 'My cash-outs, newest first',
    who: 'creator',
    handler: (ctx, { actor, query }) => listOwnPayouts(ctx, actor.userId, query),
  }),
  endpoint({
    operationId: 'listMyCashouts',
    ...own,
    path: '/earnings/cashout/my',
    tag: 'earnings',
    summary: 'My cash-outs, also for users who are no longer creators',
    who: 'user',
    handler: (ctx, { actor, query }) => listOwnPayouts(ctx, actor.userId, query),
  }),
  endpoint({
    operationId: 'connectPayoutAccount',
    method: 'post',
    path: '/payment/payout-account',
    tag: 'payment',
    summary: 'Connect the account that the provider pays to',
    description:
      'Returns a link, valid for a few minutes, where the provider asks for your identity and your bank account. ' +
      'Call it again for a new link. The provider sends you back to `returnUrl`. With `replace`, an account that cannot ' +
      'receive money makes way for a new one.',
    who: 'creator',
    body: PayoutAccountRequest,
    response: PayoutAccount,
    refusals: [
      paymentProviderError.PAYOUT_ACCOUNT_REFUSED,
      paymentProviderError.PAYOUT_UNAVAILABLE,
      httpError.RETURN_URL_NOT_ALLOWED,
      payoutError.PAYOUT_COUNTRY_MISSING,
      payoutError.PAYOUT_ACCOUNT_WORKS,
      payoutError.PAYOUT_ACCOUNTS_LIMIT,
      payoutError.PAYOUTS_BY_BANK_ONLY,
    ],
    handler: (ctx, { actor, body }) => connectAccount(ctx, actor, body),
  }),
  endpoint({
    operationId: 'requestPayoutDetails',
    method: 'post',
    path: '/payment/payout-details',
    tag: 'payment',
    summary: 'Ask for other bank details',
    description:
      'Staff review it. Accepted bank details are used after seven days; until then nothing is paid by bank transfer. ' +
      'You get an email at once.',
    who: 'creator',
    body: FinancialRequest,
    response: PayoutDetails,
    status: 201,
    refusals: [payoutError.BANK_DETAILS_MISSING, payoutError.PAYOUT_DETAILS_OPEN],
    handler: (ctx, { actor, body }) => requestDetails(ctx, actor.userId, body),
  }),
  ...payoutDeskEndpoints,
  ...detailsDeskEndpoints,
];
