/** Endpoints for receipts, as JSON or as a page to print. */
import { z } from '@hono/zod-openapi';
import { orderError } from '@/domains/money/orders/errors';
import { soldError } from '@/domains/money/orders/sold-errors';
import { payoutError } from '@/domains/money/payouts/errors';
import { purchaseError } from '@/domains/money/purchases/errors';
import { anId } from '@/domains/money/purchases/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { receiptError } from './errors';
import { readOrderReceipt } from './order-receipt';
import { orderReceiptPage, payoutReceiptPage, purchaseReceiptPage } from './page';
import { readPayoutReceipt } from './payout-receipt';
import { readPurchaseReceipt } from './purchase-receipt';
import { OrderReceipt, PayoutReceipt, PurchaseReceipt, ReceiptQuery } from './schemas';

const shared = {
  method: 'get',
  tag: 'payment',
  params: z.object({ id: anId }),
  query: ReceiptQuery,
  html: true,
  fresh: true,
} as const;

const NUMBERS = 'Its number is given when the money is paid, without gaps by kind and year, and never changes.';

export const receiptEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readPurchaseReceipt',
    ...shared,
    path: '/payment/purchases/{id}/receipt',
    summary: 'The receipt of one of my purchases',
    description: `${NUMBERS} It shows refunds and disputes so far.`,
    who: 'user',
    response: PurchaseReceipt,
    refusals: [purchaseError.PURCHASE_NOT_FOUND, receiptError.PURCHASE_NOT_PAID],
    handler: async (ctx, { actor, params, query, request }) => {
      const receipt = await readPurchaseReceipt(ctx, actor.userId, params.id);
      return wantsPage(request, query) ? purchaseReceiptPage(receipt) : receipt;
    },
  }),
  endpoint({
    operationId: 'readPayoutReceipt',
    ...shared,
    path: '/payment/payouts/{id}/receipt',
    summary: 'The receipt of one of my cash-outs',
    description: NUMBERS,
    who: 'creator',
    response: PayoutReceipt,
    refusals: [payoutError.PAYOUT_NOT_FOUND, receiptError.PAYOUT_NOT_PAID],
    handler: async (ctx, { actor, params, query, request }) => {
      const receipt = await readPayoutReceipt(ctx, actor.userId, params.id);
      return wantsPage(request, query) ? payoutReceiptPage(receipt) : receipt;
    },
  }),
  endpoint({
    operationId: 'readOrderReceipt',
    ...shared,
    tag: 'orders',
    path: '/orders/{id}/receipt',
    summary: 'The receipt of an order that I bought or sold',
    description: `${NUMBERS} It shows refunds and disputes so far. Only the seller sees the commission.`,
    who: 'user',
    response: OrderReceipt,
    refusals: [orderError.ORDER_NOT_FOUND, soldError.ORDER_NOT_PAID],
    handler: async (ctx, { actor, params, query, request }) => {
      const receipt = await readOrderReceipt(ctx, actor.userId, params.id);
      return wantsPage(request, query) ? orderReceiptPage(receipt) : receipt;
    },
  }),
];

function wantsPage(request: Request, { format }: z.output<typeof ReceiptQuery>): boolean {
  if (format !== undefined) return format === 'html';
  return request.headers.get('accept')?.includes('text/html') ?? false;
}
