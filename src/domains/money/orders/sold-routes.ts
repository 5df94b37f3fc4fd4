/** Endpoints for what happens to an order after its payment. */
import { z } from '@hono/zod-openapi';
import { anId } from '@/domains/money/purchases/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf } from '@/http/envelope';
import { orderError } from './errors';
import { exportSales } from './export-sales';
import { listOrdersOf } from './find';
import { confirmOrder, fulfilOrder } from './fulfil';
import { answerProblem, openProblem } from './problems';
import { refundSale } from './refund-order';
import { Order } from './schemas';
import { soldError } from './sold-errors';
import { ProblemAnswer, ProblemReport, RefundOfOrder, SalesQuery, ShipmentRequest } from './sold-schemas';

const tag = 'orders';
const params = z.object({ id: anId });
const NOT_GOING_ON = [orderError.ORDER_NOT_FOUND, soldError.ORDER_NOT_PAID, soldError.ORDER_ENDED];

export const soldOrderEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listSales',
    method: 'get',
    path: '/orders/sales',
    tag,
    summary: 'Orders of my products, newest first; as CSV those to ship',
    who: 'creator',
    fresh: true,
    query: SalesQuery,
    response: cursorPageOf(Order),
    csv: true,
    handler: (ctx, { actor, query }) =>
      query.format === 'csv'
        ? exportSales(ctx, actor.userId, query.status)
        : listOrdersOf(ctx, actor.userId, 'seller', query),
  }),
  endpoint({
    operationId: 'fulfilOrder',
    method: 'put',
    path: '/orders/{id}/fulfil',
    tag,
    summary: 'Mark one of my sales as shipped, or change its tracking',
    description: 'The buyer is notified, and the money begins to mature.',
    who: 'creator',
    params,
    body: ShipmentRequest,
    response: Order,
    refusals: [...NOT_GOING_ON, soldError.NOT_SHIPPED],
    handler: (ctx, { actor, params: { id }, body }) => fulfilOrder(ctx, actor, id, body),
  }),
  endpoint({
    operationId: 'confirmOrder',
    method: 'post',
    path: '/orders/{id}/confirm',
    tag,
    summary: 'Confirm that my order arrived',
    description: "The seller's money matures sooner, and an open problem is resolved.",
    who: 'user',
    params,
    response: Order,
    refusals: [...NOT_GOING_ON, soldError.ORDER_DISPUTED],
    handler: (ctx, { actor, params: { id } }) => confirmOrder(ctx, actor, id),
  }),
  endpoint({
    operationId: 'refundOrder',
    method: 'post',
    path: '/orders/{id}/refund',
    tag,
    summary: 'Refund one of my sales, in full or in part',
    description:
      'By pieces and shipping, with their tax, or any amount. It is sent to the payment provider, and booked once the ' +
      'provider reports it. A whole refund of an order that was not shipped cancels it.',
    who: 'creator',
    movesMoney: true,
    params,
    body: RefundOfOrder,
    response: Order,
    refusals: [
      orderError.ORDER_NOT_FOUND,
      soldError.ORDER_NOT_PAID,
      soldError.ORDER_DISPUTED,
      soldError.ALREADY_REFUNDED,
      soldError.REFUND_TOO_LARGE,
      soldError.SALES_TOO_LOW,
      soldError.ORDER_CHANGED,
    ],
    handler: (ctx, { actor, params: { id }, body, once }) => refundSale(ctx, actor, id, body, once),
  }),
  endpoint({
    operationId: 'reportOrderProblem',
    method: 'post',
    path: '/orders/{id}/problem',
    tag,
    summary: 'Report a problem with my order',
    description: 'For 30 days after it was shipped. It holds the money until it is resolved. An order has one problem.',
    who: 'user',
    params,
    body: ProblemReport,
    response: Order,
    status: 201,
    refusals: [
      ...NOT_GOING_ON,
      soldError.ORDER_DISPUTED,
      soldError.PROBLEM_EXISTS,
      soldError.PROBLEM_TOO_LATE,
      soldError.ORDER_CHANGED,
    ],
    handler: (ctx, { actor, params: { id }, body }) => openProblem(ctx, actor, id, body),
  }),
  endpoint({
    operationId: 'answerOrderProblem',
    method: 'put',
    path: '/orders/{id}/problem',
    tag,
    summary: 'Answer the problem that a buyer reported',
    description:
      'Staff then decide, unless the buyer confirms the order or you refund it. A repeat replaces the answer.',
    who: 'creator',
    params,
    body: ProblemAnswer,
    response: Order,
    refusals: [orderError.ORDER_NOT_FOUND, soldError.PROBLEM_NOT_FOUND, soldError.PROBLEM_RESOLVED],
    handler: (ctx, { actor, params: { id }, body }) => answerProblem(ctx, actor, id, body.text),
  }),
];
