/** Endpoints for coin packages and purchases. */

import { z } from '@hono/zod-openapi';
import { economyError } from '@/domains/base/economy/errors';
import { discountError, packageError } from '@/domains/money/discounts/errors';
import { CHECKOUT_REFUSALS } from '@/domains/money/payments/checkout';
import { CatalogueQuery } from '@/http/catalogue-query';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf, cursorQuery, pageOf, pageQuery, reply } from '@/http/envelope';
import { buyCoins } from './buy';
import { purchaseError } from './errors';
import { listPurchases, readPurchase } from './own';
import { changePackage, createPackage, listKeptPackages, listPackages } from './packages';
import {
  anId,
  CoinPackage,
  KeptPackage,
  NewPackage,
  NewPurchase,
  PackageChanges,
  Purchase,
  PurchaseRequest,
} from './schemas';

const who = { permission: 'canManageCatalogue' } as const;
const refusedOffers = [
  packageError.PACKAGE_PRICE_REFUSED,
  economyError.COINS_TOO_CHEAP,
  economyError.CURRENCY_RATE_MISSING,
];
const CACHED_BRIEFLY = { 'Cache-Control': 'public, max-age=30' };

export const purchaseEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listCoinPackages',
    method: 'get',
    path: '/payment/packages',
    tag: 'payment',
    summary: 'Coin packages on offer, smallest first',
    who: 'public',
    query: z.strictObject(pageQuery),
    response: pageOf(CoinPackage),
    handler: async (ctx, { query }) => reply(await listPackages(ctx, query), { headers: CACHED_BRIEFLY }),
  }),
  endpoint({
    operationId: 'buyCoins',
    method: 'post',
    path: '/payment/purchase',
    tag: 'payment',
    summary: 'Start buying a package; returns the URL where to pay',
    description:
      'Coins are credited only once the provider has confirmed the payment. `successUrl` and `cancelUrl` must be ' +
      'addresses of this platform, or links into its apps. After a 503, send the same request again with the same key. A discount code is ' +
      'reserved until the checkout expires. A buyer has at most three open checkouts, and one open purchase with a ' +
      'code. With a slow means of payment the purchase is `processing`, for up to 30 days.',
    who: 'user',
    movesMoney: true,
    body: PurchaseRequest,
    response: NewPurchase,
    status: 201,
    refusals: [
      packageError.PACKAGE_NOT_FOUND,
      discountError.DISCOUNT_NOT_YET,
      discountError.DISCOUNT_EXPIRED,
      discountError.DISCOUNT_USED_BY_YOU,
      discountError.DISCOUNT_USED_UP,
      discountError.DISCOUNT_CHANGED,
      discountError.DISCOUNT_NOT_FOUND,
      discountError.DISCOUNT_NOT_YOURS,
      discountError.DISCOUNT_NOT_FOR_PACKAGE,
      discountError.DISCOUNT_PACKAGE_TOO_SMALL,
      discountError.DISCOUNT_RESERVED_BY_YOU,
      ...CHECKOUT_REFUSALS,
    ],
    handler: (ctx, { actor, once, body }) => buyCoins(ctx, actor, once, body),
  }),
  endpoint({
    operationId: 'listPurchases',
    method: 'get',
    path: '/payment/purchases',
    tag: 'payment',
    summary: 'My purchases, newest first',
    who: 'user',
    query: z.strictObject(cursorQuery),
    response: cursorPageOf(Purchase),
    handler: (ctx, { actor, query }) => listPurchases(ctx, actor, query),
  }),
  endpoint({
    operationId: 'readPurchase',
    method: 'get',
    path: '/payment/purchases/{id}',
    tag: 'payment',
    summary: 'One of my purchases',
    description: 'To show what became of a checkout: ask again while it is `pending` or `processing`.',
    who: 'user',
    params: z.strictObject({ id: anId }),
    response: Purchase,
    refusals: [purchaseError.PURCHASE_NOT_FOUND],
    handler: (ctx, { actor, params }) => readPurchase(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'listKeptPackages',
    method: 'get',
    path: '/owner/panel/packages',
    tag: 'owner',
    summary: 'All coin packages, retired ones too, smallest first',
    who,
    query: CatalogueQuery,
    response: pageOf(KeptPackage),
    handler: (ctx, { query }) => listKeptPackages(ctx, query),
  }),
  endpoint({
    operationId: 'addCoinPackage',
    logs: 'package.create',
    method: 'post',
    path: '/owner/panel/packages',
    tag: 'owner',
    summary: 'Add a coin package',
    description:
      'Rejects a price that the payment provider would refuse, and one below what the coins can be cashed out for with ' +
      'the best code.',
    who,
    body: NewPackage,
    response: KeptPackage,
    status: 201,
    refusals: [...refusedOffers, economyError.ECONOMY_CHANGED],
    handler: (ctx, { actor, body }) => createPackage(ctx, actor, body),
  }),
  endpoint({
    operationId: 'changeCoinPackage',
    logs: 'package.change',
    method: 'put',
    path: '/owner/panel/packages/{id}',
    tag: 'owner',
    summary: 'Change or retire a coin package',
    description:
      'Only what is sent changes; `active: false` retires the package. Purchases already begun keep their terms. An offer ' +
      'is checked as a new one is.',
    who,
    params: z.object({ id: anId }),
    body: PackageChanges,
    response: KeptPackage,
    refusals: [packageError.PACKAGE_NOT_FOUND, packageError.PACKAGE_CHANGED, ...refusedOffers],
    handler: (ctx, { actor, params, body }) => changePackage(ctx, actor, params.id, body),
  }),
];
