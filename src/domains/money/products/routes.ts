/** Endpoints of products, their review and their waiting lists. */
import { z } from '@hono/zod-openapi';
import { FORM_REFUSALS, fileError } from '@/domains/base/media/errors';
import { socialError } from '@/domains/people/social/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing, pageQuery } from '@/http/envelope';
import { httpError } from '@/http/errors';
import { imagesError } from '@/providers/images-errors';
import { changeProduct } from './change';
import { createProduct } from './create';
import { PRODUCT_NOT_SHOWN, productError } from './errors';
import { getProduct, presentShopProduct } from './find';
import { NewProductForm } from './form-schemas';
import { listOwnProducts, listProducts, listSellersProducts } from './list';
import { deleteProduct } from './remove';
import { listProductsInReview, reviewProduct } from './review';
import {
  anId,
  NewProduct,
  OwnProductsQuery,
  ProductChanges,
  ProductListQuery,
  ProductReview,
  ReviewPage,
  SellerProductsQuery,
  ShopProduct,
  ShopProductPage,
  Wait,
  WaitRequest,
} from './schemas';
import { leaveWaitingList, waitForProduct } from './wait';

const tag = 'products';
const ById = z.strictObject({ id: anId });
const who = { permission: 'canManageCatalogue' } as const;
const UPLOAD_REFUSALS = [
  fileError.UPLOAD_NOT_FOUND,
  fileError.UPLOAD_USED,
  fileError.UPLOAD_INCOMPLETE,
  fileError.UPLOAD_CONFLICT,
  imagesError.IMAGES_UNAVAILABLE,
];
const COVERAGE =
  'Other filters apply to the newest 10,000 products, with the words, of the seller or of the category; or to the first ' +
  '10,000 by price, if it sorts the list or bounds it in one `currency`.';

export const productEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listProducts',
    method: 'get',
    path: '/products',
    tag,
    summary: 'Products on sale',
    description: `The price is that of the product; variants may have others. ${COVERAGE}`,
    who: 'optional',
    query: ProductListQuery,
    response: ShopProductPage,
    handler: (ctx, { actor, query }) => listProducts(ctx, actor, query),
  }),
  endpoint({
    operationId: 'createProduct',
    method: 'post',
    path: '/products',
    tag,
    summary: 'Add a product to my shop',
    description:
      'As JSON with uploads that were sent before, or as a form with up to eight `images` and a `file`. An image may have ' +
      'up to 10 MB, and the file of a digital product 200 MB, or 1 GB as an upload of the kind `product-file`. Only its ' +
      'buyers can download it. An `active` product is on sale at once, with two exceptions that wait for `review` by ' +
      'staff: your first product, and every product of the categories food, health, alcohol, tobacco, knives and adult.',
    who: 'creator',
    upload: { contentType: 'multipart/form-data', schema: NewProductForm, json: NewProduct },
    response: ShopProduct,
    status: 201,
    refusals: [
      ...FORM_REFUSALS,
      ...UPLOAD_REFUSALS,
      httpError.MALFORMED_JSON,
      productError.PRODUCT_FILE_MISSING,
      productError.TOO_MANY_PRODUCTS,
    ],
    handler: (ctx, { actor, request }) => createProduct(ctx, actor, request),
  }),
  endpoint({
    operationId: 'listMyProducts',
    method: 'get',
    path: '/products/mine',
    tag,
    summary: 'My products, newest first',
    who: 'creator',
    query: OwnProductsQuery,
    response: ShopProductPage,
    handler: (ctx, { actor, query }) => listOwnProducts(ctx, actor, query),
  }),
  endpoint({
    operationId: 'readProduct',
    method: 'get',
    path: '/products/{id}',
    tag,
    summary: 'Read one product',
    description: 'Its seller and staff see it whatever its status. Its buyers see it also once it is archived.',
    who: 'optional',
    params: ById,
    response: ShopProduct,
    refusals: PRODUCT_NOT_SHOWN,
    handler: async (ctx, { actor, params }) => presentShopProduct(ctx, actor, await getProduct(ctx, actor, params.id)),
  }),
  endpoint({
    operationId: 'changeProduct',
    method: 'put',
    path: '/products/{id}',
    tag,
    summary: 'Change my product',
    description:
      'Fields that are not sent stay unchanged. `variants` replaces the list: a variant stays if its id or its options ' +
      'are in it, and is removed otherwise; orders still name it. `stock` is what can be bought from now on, less what ' +
      'is sold meanwhile. Returned or added pieces are offered to those who wait first. In a reviewed category, another ' +
      'title, description, image, file, option or category needs a new review. Kind and currency never change.',
    who: 'creator',
    params: ById,
    body: ProductChanges,
    response: ShopProduct,
    refusals: [
      ...PRODUCT_NOT_SHOWN,
      ...FORM_REFUSALS,
      ...UPLOAD_REFUSALS,
      productError.NOT_YOUR_PRODUCT,
      productError.VARIANT_NOT_FOUND,
      productError.PRODUCT_HIDDEN,
      productError.PRODUCT_FILE_MISSING,
      productError.PRODUCT_CHANGED,
      productError.PRODUCT_STOCK_CHANGED,
    ],
    handler: (ctx, { actor, params, body }) => changeProduct(ctx, actor, params.id, body),
  }),
  endpoint({
    operationId: 'deleteProduct',
    method: 'delete',
    path: '/products/{id}',
    tag,
    summary: 'Delete my product',
    description: 'A product that was ordered, or shown in a stream, is archived instead.',
    who: 'creator',
    params: ById,
    response: Nothing,
    refusals: [...PRODUCT_NOT_SHOWN, productError.NOT_YOUR_PRODUCT],
    handler: async (ctx, { actor, params }) => {
      await deleteProduct(ctx, actor, params.id);
      return {};
    },
  }),
  endpoint({
    operationId: 'waitForProduct',
    method: 'post',
    path: '/products/{id}/wait',
    tag,
    summary: 'Wait for a piece of a product that is out of stock',
    description:
      'Pieces that come back are offered in turn to those who wait: a notification says so, and the piece is kept for two ' +
      'minutes. You can wait for up to 20 products. Repeating it answers your place.',
    who: 'user',
    params: ById,
    body: WaitRequest,
    response: Wait,
    status: 201,
    refusals: [
      ...PRODUCT_NOT_SHOWN,
      httpError.VALIDATION_FAILED,
      productError.VARIANT_NOT_FOUND,
      productError.OWN_PRODUCT_WAIT,
      productError.PRODUCT_NOT_WAITABLE,
      productError.PRODUCT_IN_STOCK,
      productError.PER_BUYER_MAX,
      productError.TOO_MANY_WAITS,
    ],
    handler: (ctx, { actor, params, body }) => waitForProduct(ctx, actor, params.id, body.variantId),
  }),
  endpoint({
    operationId: 'leaveWaitingList',
    method: 'delete',
    path: '/products/{id}/wait',
    tag,
    summary: 'Stop waiting for a product',
    description: 'For all of its variants, or for one. A piece that was kept for you is offered to the next.',
    who: 'user',
    params: ById,
    query: z.strictObject({ variantId: anId.optional() }),
    response: Nothing,
    refusals: PRODUCT_NOT_SHOWN,
    handler: async (ctx, { actor, params, query }) => {
      await leaveWaitingList(ctx, actor, params.id, query.variantId);
      return {};
    },
  }),
  endpoint({
    operationId: 'listProductsInReview',
    method: 'get',
    path: '/owner/panel/products/review',
    tag: 'owner',
    summary: 'Products that wait for review, the oldest first',
    who,
    query: z.strictObject(pageQuery),
    response: ReviewPage,
    handler: (ctx, { actor, query }) => listProductsInReview(ctx, actor, query),
  }),
  endpoint({
    operationId: 'reviewProduct',
    logs: 'product.review',
    method: 'put',
    path: '/owner/panel/products/{id}/review',
    tag: 'owner',
    summary: 'Approve or refuse a product',
    description: 'Approved, it is on sale. Refused, it is a draft again, and its seller is told why.',
    who,
    params: ById,
    body: ProductReview,
    response: ShopProduct,
    refusals: [
      productError.PRODUCT_NOT_FOUND,
      productError.OWN_PRODUCT,
      productError.SELLER_OUT_OF_REACH,
      productError.PRODUCT_NOT_IN_REVIEW,
      productError.PRODUCT_CHANGED,
    ],
    handler: (ctx, { actor, params, body }) => reviewProduct(ctx, actor, params.id, body),
  }),
  endpoint({
    operationId: 'listUserProducts',
    method: 'get',
    path: '/users/{id}/products',
    tag: 'users',
    summary: "A user's products on sale",
    description: COVERAGE,
    who: 'optional',
    params: ById,
    query: SellerProductsQuery,
    response: ShopProductPage,
    refusals: [socialError.USER_NOT_FOUND],
    handler: (ctx, { actor, params, query }) => listSellersProducts(ctx, actor, params.id, query),
  }),
];
