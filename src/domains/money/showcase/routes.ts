/** The products of streams, what a stream shows, and clicks. */
import { z } from '@hono/zod-openapi';
import { SessionProduct, Showcase } from '@/contracts/product';
import { NOT_ADMITTED, NOT_HERE, roomError } from '@/domains/live/rooms/errors';
import { anId } from '@/domains/live/rooms/schemas';
import { streamError } from '@/domains/live/streams/errors';
import { Stream } from '@/domains/live/streams/schemas';
import { productError } from '@/domains/money/products/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing, pageQuery } from '@/http/envelope';
import { clickProduct } from './click';
import { showcaseError } from './errors';
import { listSessionProducts, readSession } from './read';
import {
  NewClick,
  NewSessionProducts,
  NewShowcase,
  SessionProductChanges,
  SessionProductList,
  SessionProductPage,
} from './schemas';
import { addProducts, changeProduct, removeProduct } from './session-products';
import { clearShowcase, showProduct } from './showcase';

const ById = z.strictObject({ id: anId });
const ByProduct = z.strictObject({ id: anId, productId: anId });

/** For changes by the stream's creator, until it is over. */
const NOT_CHANGED = [
  ...NOT_HERE,
  streamError.NOT_YOUR_STREAM,
  streamError.STREAM_ENDED,
  streamError.STREAM_CANCELLED,
  streamError.CHANGED_MEANWHILE,
];

export const showcaseEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readSession',
    method: 'get',
    path: '/sessions/{id}',
    tag: 'session',
    summary: 'One session with its products',
    who: 'optional',
    params: ById,
    response: Stream,
    refusals: NOT_HERE,
    handler: (ctx, { actor, params }) => readSession(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'listSessionProducts',
    method: 'get',
    path: '/sessions/{id}/products',
    tag: 'session',
    summary: "The session's products, in their order",
    description: 'Archived products stay in sessions that are over.',
    who: 'optional',
    params: ById,
    query: z.strictObject(pageQuery),
    response: SessionProductPage,
    refusals: NOT_HERE,
    handler: (ctx, { actor, params, query }) => listSessionProducts(ctx, actor, params.id, query),
  }),
  endpoint({
    operationId: 'addSessionProducts',
    method: 'post',
    path: '/sessions/{id}/products',
    tag: 'session',
    summary: 'Add products to the session',
    description:
      'Your own, up to 100. Drafts can be added, and are shown once they are on sale. Of a product that is already there, ' +
      'it changes what is sent. Answers all products of the session.',
    who: 'creator',
    params: ById,
    body: NewSessionProducts,
    response: SessionProductList,
    status: 201,
    refusals: [
      ...NOT_CHANGED,
      productError.PRODUCT_NOT_FOUND,
      productError.NOT_YOUR_PRODUCT,
      showcaseError.PRODUCT_ARCHIVED,
      showcaseError.SESSION_PRODUCTS_MAX,
    ],
    handler: (ctx, { actor, params, body }) => addProducts(ctx, actor, params.id, body.products),
  }),
  endpoint({
    operationId: 'changeSessionProduct',
    method: 'put',
    path: '/sessions/{id}/products/{productId}',
    tag: 'session',
    summary: 'Change the position or live price of a product',
    description:
      'Fields that are left out stay the same. Viewers see a new price of the product that is shown at once.',
    who: 'creator',
    params: ByProduct,
    body: SessionProductChanges,
    response: SessionProduct,
    refusals: [...NOT_CHANGED, showcaseError.PRODUCT_NOT_IN_SESSION],
    handler: (ctx, { actor, params, body }) => changeProduct(ctx, actor, params, body),
  }),
  endpoint({
    operationId: 'removeSessionProduct',
    method: 'delete',
    path: '/sessions/{id}/products/{productId}',
    tag: 'session',
    summary: 'Take a product out of the session',
    description: 'If it is shown, the showcase ends.',
    who: 'creator',
    params: ByProduct,
    response: Nothing,
    refusals: [...NOT_CHANGED, showcaseError.PRODUCT_NOT_IN_SESSION],
    handler: (ctx, { actor, params }) => removeProduct(ctx, actor, params),
  }),
  endpoint({
    operationId: 'showProduct',
    method: 'put',
    path: '/sessions/{id}/showcase',
    tag: 'session',
    summary: 'Show a product to the room now',
    description:
      'It replaces the one that is shown. Idempotent. The showcase ends with the stream, or when the product is taken ' +
      'out, archived or hidden.',
    who: 'creator',
    params: ById,
    body: NewShowcase,
    response: Showcase,
    refusals: [
      ...NOT_CHANGED,
      streamError.STREAM_NOT_LIVE,
      showcaseError.PRODUCT_NOT_IN_SESSION,
      showcaseError.PRODUCT_NOT_ON_SALE,
    ],
    handler: (ctx, { actor, params, body }) => showProduct(ctx, actor, params.id, body.productId),
  }),
  endpoint({
    operationId: 'clearShowcase',
    method: 'delete',
    path: '/sessions/{id}/showcase',
    tag: 'session',
    summary: 'Clear the showcase',
    description: 'Idempotent.',
    who: 'creator',
    params: ById,
    response: Nothing,
    refusals: [...NOT_CHANGED, streamError.STREAM_NOT_LIVE],
    handler: (ctx, { actor, params }) => clearShowcase(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'clickProduct',
    method: 'post',
    path: '/products/{id}/click',
    tag: 'products',
    summary: 'Count a click from a session',
    description:
      'Once per viewer, product and minute, while the session is live. Clients in the room send `product-click` instead.',
    who: 'optional',
    params: ById,
    body: NewClick,
    response: Nothing,
    refusals: [...NOT_ADMITTED, roomError.PRODUCT_NOT_FOUND, roomError.MAINTENANCE],
    handler: (ctx, { actor, params, body }) => clickProduct(ctx, actor, params.id, body.sessionId),
  }),
];
