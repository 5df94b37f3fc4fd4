/** Endpoints for staff to review and decide cash-outs. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf, pageOf } from '@/http/envelope';
import { approvePayout, confirmPaid, rejectPayout } from './decide';
import { payoutError } from './errors';
import { listPayouts, listPendingPayouts } from './lists';
import { AllPayoutsQuery, PaidRequest, PayoutInReview, PayoutRejection, PayoutsQuery } from './schemas';

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
      'With `id`, an approved bank transfer includes the full bank account to pay it to. Nothing else shows a bank ' +
      'account in full, and every access is logged.',
    who,
    fresh: true,
    query: AllPayoutsQuery,
    response: cursorPageOf(PayoutInReview),
    handler: (ctx, { actor, query }) => listPayouts(ctx, actor, query),
  }),
  endpoint({
    operationId: 'approvePayout',
    method: 'put',
    path: '/owner/panel/cashouts/{id}/approve',
    tag,
    summary: 'Approve a cash-out',
    description: 'A Stripe payout is sent at once. A bank transfer waits until it is marked as paid.',
    who,
    params,
    response: PayoutInReview,
    refusals: [...NOT_DECIDABLE, payoutError.PAYOUT_DECIDED],
    handler: (ctx, { actor, params: { id } }) => approvePayout(ctx, actor, id),
  }),
  endpoint({
    operationId: 'rejectPayout',
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
];
