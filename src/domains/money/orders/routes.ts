/** Endpoints of orders up to their payment: the checkout, a buyer's orders, their end, and what they download. */
import { z } from '@hono/zod-openapi';
import { roomError } from '@/domains/live/rooms/errors';
import { CHECKOUT_REFUSALS } from '@/domains/money/payments/checkout';
import { productError } from '@/domains/money/products/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf } from '@/http/envelope';
import { paymentProviderError } from '@/providers/payment-errors';
import { cancelOrder } from './cancel';
import { checkOut } from './checkout';
import { downloadOrder } from './download';
import { orderError } from './errors';
import { listOrders, readOrder } from './find';
import { CheckoutOfProduct, Download, Order, OrderCheckout, OrderList } from './schemas';
import { soldError } from './sold-errors';

const byId = z.object({ id: z.uuid() });

export const orderEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'checkOutProduct',
    method: 'post',
    path: '/products/{id}/checkout',
    tag: 'products',
    summary: 'Buy: hold the pieces for 15 minutes, and get the URL where to pay',
    description:
      '`expectedPriceMinor` is the price of one piece; another price is 409 `PRICE_CHANGED`. In a live stream ' +
      '(`sessionId`) its live price counts, and several orders of the same show pay shipping once. The provider collects ' +
      'the address and adds taxes. A buyer has at most ten open checkouts, two of them for one product. After a 503, ' +
      'send the same request again with the same key.',
    who: 'user',
    movesMoney: true,
    params: byId,
    body: CheckoutOfProduct,
    response: OrderCheckout,
    status: 201,
    refusals: [
      productError.PRODUCT_NOT_FOUND,
      productError.VARIANT_NOT_FOUND,
      productError.PER_BUYER_MAX,
      roomError.NOT_IN_YOUR_COUNTRY,
      orderError.OWN_PRODUCT_CHECKOUT,
      orderError.PRODUCT_NOT_ON_SALE,
      orderError.SELLER_UNAVAILABLE,
      orderError.NOT_ON_SALE_YET,
      orderError.VARIANT_REQUIRED,
      orderError.SESSION_NOT_SELLING,
      orderError.NOT_SHIPPED_THERE,
      orderError.PRICE_CHANGED,
      orderError.OUT_OF_STOCK,
      orderError.ORDER_TOO_LARGE,
      orderError.SHOP_UNAVAILABLE,
      ...CHECKOUT_REFUSALS,
    ],
    handler: (ctx, { actor, once, params, body }) => checkOut(ctx, actor, once, params.id, body),
  }),
  endpoint({
    operationId: 'listOrders',
    method: 'get',
    path: '/orders',
    tag: 'orders',
    summary: 'My orders as a buyer, newest first',
    who: 'user',
    query: OrderList,
    response: cursorPageOf(Order),
    handler: (ctx, { actor, query }) => listOrders(ctx, actor, query),
  }),
  endpoint({
    operationId: 'readOrder',
    method: 'get',
    path: '/orders/{id}',
    tag: 'orders',
    summary: 'One order, for its buyer or its seller',
    who: 'user',
    params: byId,
    response: Order,
    refusals: [orderError.ORDER_NOT_FOUND],
    handler: (ctx, { actor, params }) => readOrder(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'cancelOrder',
    method: 'post',
    path: '/orders/{id}/cancel',
    tag: 'orders',
    summary: 'Cancel an order before it is fulfilled',
    description:
      'An unpaid order ends at once and returns its pieces; if it has just been paid, the answer is 409. A paid order ' +
      'that was not fulfilled is refunded in full, unless it pays the shipping of other orders of the show. Cancelling ' +
      'twice is harmless.',
    who: 'user',
    params: byId,
    response: Order,
    refusals: [
      orderError.ORDER_NOT_FOUND,
      orderError.ORDER_BEING_PAID,
      orderError.CHECKOUT_STAYS_OPEN,
      orderError.ORDER_NOT_CANCELLABLE,
      orderError.SHIPPING_SHARED,
      soldError.ORDER_DISPUTED,
      soldError.ORDER_CHANGED,
      soldError.ALREADY_REFUNDED,
      paymentProviderError.PAYMENT_UNAVAILABLE,
      paymentProviderError.PAYMENT_REFUSED,
    ],
    handler: (ctx, { actor, params }) => cancelOrder(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'downloadOrder',
    method: 'get',
    path: '/orders/{id}/download',
    tag: 'orders',
    summary: 'A link to the file of a digital order',
    description: 'The link opens the file for whoever has it, for five minutes.',
    who: 'user',
    fresh: true,
    params: byId,
    response: Download,
    refusals: [orderError.ORDER_NOT_FOUND, orderError.NOTHING_TO_DOWNLOAD],
    handler: (ctx, { actor, params }) => downloadOrder(ctx, actor, params.id),
  }),
];
