/** Endpoints for staff to review and decide cash-outs, and requests for other bank details. */
import { z } from '@hono/zod-openapi';
import { authError } from '@/domains/people/auth/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf, pageOf } from '@/http/envelope';
import { returnPaid } from './come-back';
import { approvePayout, confirmPaid, rejectPayout } from './decide';
import { decideDetails, listDetails } from './details-desk';
import { payoutError } from './errors';
import { listPayouts, listPendingPayouts } from './lists';
import {
  AllPayoutsQuery,
  DetailsDecision,
  DetailsQuery,
  PaidRequest,
  PayoutApproval,
  PayoutDetailsInReview,
  PayoutInReview,
  PayoutRejection,
  PayoutReturn,
  PayoutsQuery,
} from './schemas';

const ID_CHARACTERS_MAX = 64;
const tag = 'owner';
const who = { permission: 'canApproveCashout' } as const;
const params = z.object({ id: z.string().min(1).max(ID_CHARACTERS_MAX) });
const NOT_DECIDABLE = [payoutError.PAYOUT_NOT_FOUND, payoutError.OWN_PAYOUT, payoutError.PAYOUT_OUT_OF_REACH];

export const payoutDeskEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listPendingPayouts',
    method: 'get',
    path: '/owner/panel/cashouts/pending',
    tag,
    summary: 'Cash-outs waiting for a decision, oldest first',
    who,
    query: PayoutsQuery,
    response: pageOf(PayoutInReview),
    handler: (ctx, { actor, query }) => listPendingPayouts(ctx, actor, query),
  }),
  endpoint({
    operationId: 'listPayouts',
    method: 'get',
    path: '/owner/panel/cashouts',
    tag,
    summary: 'All cash-outs, newest first',
    description:
      'With `id`, an approved bank transfer includes the full bank account to pay it to, unless the creator can no ' +
      'longer be paid or is in debt. Nothing else shows a bank account in full, and every access is logged.',
    who,
    fresh: true,
    query: AllPayoutsQuery,
    response: cursorPageOf(PayoutInReview),
    handler: (ctx, { actor, query }) => listPayouts(ctx, actor, query),
  }),
  endpoint({
    operationId: 'approvePayout',
    logs: 'payout.approve',
    method: 'put',
    path: '/owner/panel/cashouts/{id}/approve',
    tag,
    summary: 'Approve a cash-out',
    description:
      'Requires a new code from your authenticator app, which works once. A Stripe payout is sent at once. A bank ' +
      'transfer waits until it is marked as paid.',
    who,
    params,
    body: PayoutApproval,
    response: PayoutInReview,
    refusals: [
      ...NOT_DECIDABLE,
      payoutError.PAYOUT_DECIDED,
      payoutError.CREATOR_NOT_PAYABLE,
      payoutError.BANK_DETAILS_RESTING,
      payoutError.DEBT_OPEN,
      authError.TOTP_REQUIRED,
      authError.CHALLENGE_LIMIT,
    ],
    handler: (ctx, { actor, params: { id }, body }) => approvePayout(ctx, actor, id, body.code),
  }),
  endpoint({
    operationId: 'rejectPayout',
    logs: 'payout.reject',
    method: 'put',
    path: '/owner/panel/cashouts/{id}/reject',
    tag,
    summary: 'Reject a cash-out with a reason; the held amount is returned',
    description:
      'Also for a cash-out with `needsDecision`, and with `afterApproval` for one that was approved but not sent. ' +
      'These become `failed`.',
    who,
    params,
    body: PayoutRejection,
    response: PayoutInReview,
    refusals: [...NOT_DECIDABLE, payoutError.PAYOUT_DECIDED],
    handler: (ctx, { actor, params: { id }, body }) => rejectPayout(ctx, actor, id, body),
  }),
  endpoint({
    operationId: 'confirmPayout',
    logs: 'payout.paid',
    method: 'put',
    path: '/owner/panel/cashouts/{id}/paid',
    tag,
    summary: 'Mark an approved bank transfer as paid, with its reference',
    description: 'Also for a payout that the provider was asked to send and that has `needsDecision`.',
    who,
    params,
    body: PaidRequest,
    response: PayoutInReview,
    refusals: [
      ...NOT_DECIDABLE,
      payoutError.PAYOUT_NOT_APPROVED,
      payoutError.PAYOUT_WITH_PROVIDER,
      payoutError.PAYOUT_DECIDED,
    ],
    handler: (ctx, { actor, params: { id }, body }) => confirmPaid(ctx, actor, id, body.reference),
  }),
  endpoint({
    operationId: 'returnPayout',
    logs: 'payout.returned',
    method: 'put',
    path: '/owner/panel/cashouts/{id}/returned',
    tag,
    summary: 'Record that a paid cash-out came back',
    description:
      'The creator gets everything again, including the fee. A transfer that Stripe reverses comes back by itself.',
    who,
    params,
    body: PayoutReturn,
    response: PayoutInReview,
    refusals: [...NOT_DECIDABLE, payoutError.PAYOUT_NOT_PAID, payoutError.PAYOUT_DECIDED],
    handler: (ctx, { actor, params: { id }, body }) => returnPaid(ctx, actor, id, body.reason),
  }),
];

export const detailsDeskEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listPayoutDetails',
    method: 'get',
    path: '/owner/panel/payout-details',
    tag,
    summary: 'Requests for other bank details',
    description:
      'With a status, oldest first; otherwise newest first. Only a pending request shows its details, masked.',
    who,
    query: DetailsQuery,
    response: pageOf(PayoutDetailsInReview),
    handler: (ctx, { actor, query }) => listDetails(ctx, actor, query),
  }),
  endpoint({
    operationId: 'decidePayoutDetails',
    method: 'put',
    path: '/owner/panel/payout-details/{id}',
    tag,
    summary: 'Accept or refuse other bank details',
    description: 'A refusal needs a reason. Accepted bank details replace the old ones, and are used after seven days.',
    who,
    params,
    body: DetailsDecision,
    response: PayoutDetailsInReview,
    refusals: [
      payoutError.PAYOUT_DETAILS_NOT_FOUND,
      payoutError.OWN_PAYOUT_DETAILS,
      payoutError.PAYOUT_OUT_OF_REACH,
      payoutError.PAYOUT_DETAILS_DECIDED,
    ],
    handler: (ctx, { actor, params: { id }, body }) => decideDetails(ctx, actor, id, body),
  }),
];
