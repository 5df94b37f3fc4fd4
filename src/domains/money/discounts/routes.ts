/** Endpoints for discount codes, which add coins to a purchase. */
import { z } from '@hono/zod-openapi';
import { economyError } from '@/domains/base/economy/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf, cursorQuery } from '@/http/envelope';
import { discountError, packageError } from './errors';
import { changeDiscount, createDiscount, listDiscounts } from './manage';
import { listMyCodes, readLatestReward } from './rewards';
import {
  anId,
  Discount,
  DiscountAnswer,
  DiscountChanges,
  DiscountCheck,
  DiscountsQuery,
  LatestReward,
  NewDiscount,
  RewardCode,
} from './schemas';
import { validateDiscount } from './validate';

const who = { permission: 'canManageCatalogue' } as const;

export const discountEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'validateDiscount',
    method: 'post',
    path: '/discount/validate',
    tag: 'discount',
    summary: 'Check what a code adds to a package, without using it',
    who: 'user',
    body: DiscountCheck,
    response: DiscountAnswer,
    refusals: [packageError.PACKAGE_NOT_FOUND],
    handler: (ctx, { actor, body }) => validateDiscount(ctx, actor, body),
  }),
  endpoint({
    operationId: 'listMyDiscounts',
    method: 'get',
    path: '/discount/my-codes',
    tag: 'discount',
    summary: 'Codes that my purchases earned, newest first',
    who: 'user',
    query: z.strictObject(cursorQuery),
    response: cursorPageOf(RewardCode),
    handler: (ctx, { actor, query }) => listMyCodes(ctx, actor, query),
  }),
  endpoint({
    operationId: 'readLatestReward',
    method: 'get',
    path: '/discount/latest-reward',
    tag: 'discount',
    summary: 'The last code that I earned; null if there is none yet',
    who: 'user',
    response: LatestReward,
    handler: (ctx, { actor }) => readLatestReward(ctx, actor),
  }),
  endpoint({
    operationId: 'listDiscounts',
    method: 'get',
    path: '/owner/panel/discounts',
    tag: 'owner',
    summary: 'Discount codes with their uses, newest first',
    who,
    query: DiscountsQuery,
    response: cursorPageOf(Discount),
    handler: (ctx, { query }) => listDiscounts(ctx, query),
  }),
  endpoint({
    operationId: 'addDiscount',
    logs: 'discount.create',
    method: 'post',
    path: '/owner/panel/discounts',
    tag: 'owner',
    summary: 'Add a discount code: your own, or a random one',
    description: 'Rejects a code with which coins cost less than they can be cashed out for.',
    who,
    body: NewDiscount,
    response: Discount,
    status: 201,
    refusals: [
      packageError.PACKAGE_NOT_FOUND,
      discountError.DISCOUNT_CODE_EXISTS,
      economyError.COINS_TOO_CHEAP,
      economyError.CURRENCY_RATE_MISSING,
      economyError.ECONOMY_CHANGED,
    ],
    handler: (ctx, { actor, body }) => createDiscount(ctx, actor, body),
  }),
  endpoint({
    operationId: 'changeDiscount',
    logs: 'discount.change',
    method: 'put',
    path: '/owner/panel/discounts/{id}',
    tag: 'owner',
    summary: 'Change or end a discount code',
    description: 'Only what is sent changes. A checkout that has reserved the code keeps its bonus.',
    who,
    params: z.object({ id: anId }),
    body: DiscountChanges,
    response: Discount,
    refusals: [
      discountError.DISCOUNT_CODE_NOT_FOUND,
      packageError.PACKAGE_NOT_FOUND,
      discountError.DISCOUNT_CHANGED,
      discountError.DISCOUNT_USED_MORE_OFTEN,
      economyError.COINS_TOO_CHEAP,
      economyError.CURRENCY_RATE_MISSING,
    ],
    handler: (ctx, { actor, params, body }) => changeDiscount(ctx, actor, params.id, body),
  }),
];
