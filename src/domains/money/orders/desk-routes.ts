/** Endpoints by which staff look after orders. */
import { z } from '@hono/zod-openapi';
import { anId } from '@/domains/money/purchases/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf } from '@/http/envelope';
import { decideProblem } from './decide-problem';
import { listAtDesk } from './desk';
import { orderError } from './errors';
import { refundAsStaff } from './refund-order';
import { soldError } from './sold-errors';
import { DeskQuery, OrderAtDesk, ProblemDecision, RefundOfOrder } from './sold-schemas';

const tag = 'owner';
const who = { permission: 'canRefund' } as const;
const params = z.object({ id: anId });
const REFUSED = [
  ...[orderError.ORDER_NOT_FOUND, soldError.OWN_ORDER, soldError.ORDER_OUT_OF_REACH, soldError.ORDER_NOT_PAID],
  ...[soldError.ORDER_DISPUTED, soldError.ALREADY_REFUNDED, soldError.REFUND_TOO_LARGE, soldError.ORDER_CHANGED],
];

export const orderDeskEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listOrdersAtDesk',
    method: 'get',
    path: '/owner/panel/orders',
    tag,
    summary: 'Orders by status, newest first; or by problem, oldest first',
    who,
    fresh: true,
    query: DeskQuery,
    response: cursorPageOf(OrderAtDesk),
    handler: (ctx, { actor, query }) => listAtDesk(ctx, actor, query),
  }),
  endpoint({
    operationId: 'decideOrderProblem',
    logs: 'order.problem',
    method: 'put',
    path: '/owner/panel/orders/{id}/problem',
    tag,
    summary: 'Decide a problem with an order, with or without a refund',
    description: 'Both sides are notified of the resolution. The money is no longer held because of the problem.',
    who,
    movesMoney: true,
    params,
    body: ProblemDecision,
    response: OrderAtDesk,
    refusals: [...REFUSED, soldError.PROBLEM_NOT_FOUND, soldError.PROBLEM_RESOLVED],
    handler: (ctx, { actor, params: { id }, body, once }) => decideProblem(ctx, actor, id, body, once),
  }),
  endpoint({
    operationId: 'refundOrderAsStaff',
    logs: 'order.refund',
    method: 'post',
    path: '/owner/panel/orders/{id}/refund',
    tag,
    summary: 'Refund an order, also if the seller has not enough left',
    description: "As the seller's own refund, except that it may leave the seller in debt.",
    who,
    movesMoney: true,
    params,
    body: RefundOfOrder,
    response: OrderAtDesk,
    refusals: REFUSED,
    handler: (ctx, { actor, params: { id }, body, once }) => refundAsStaff(ctx, actor, id, body, once),
  }),
];
