/** Lists of products: each takes its rows off an index, whatever a shop has. */
import { expect, it } from 'vitest';
import { plansOf } from '#test/support/plans';
import { actorOf } from '#test/support/users';
import { listOwnProducts, listProducts, listSellersProducts } from '@/domains/money/products/list';
import { listProductsInReview } from '@/domains/money/products/review';
import { ProductListQuery } from '@/domains/money/products/schemas';

const reader = actorOf({ userId: 'u', email: '' });

it.each([
  ['', 'products_on_sale'],
  ['currency=EUR', 'products_on_sale'],
  ['sort=price', 'products_on_sale_by_price'],
  ['sort=-price&currency=EUR', 'products_on_sale_by_price (currency=?)'],
  ['currency=EUR&priceMin=1&priceMax=9', 'products_on_sale_by_price (currency=? AND price_minor>? AND price_minor<?)'],
  ['sort=price&priceMin=1', 'products_on_sale'],
  ['category=books', 'products_on_sale_by_category (category=?)'],
  ['creatorId=s&sort=price', 'products_on_sale_of_seller (seller_id=?)'],
])('products by ?%s come off an index, and each is looked up by its id', async (query, index) => {
  const asked = ProductListQuery.parse(Object.fromEntries(new URLSearchParams(query)));
  const [rows = '', total = '', ...others] = await plansOf((ctx) => listProducts(ctx, reader, asked));
  for (const plan of [rows, total]) {
    const step = plan.split('\n').find((one) => one.includes(' INDEX products_')) ?? '';
    expect(step.split(' INDEX ')[1]).toBe(index);
    expect(plan).toMatch(/SEARCH products USING INDEX \w+ \(((seller_id|category)=\? AND )?id=\?\)/);
    expect(plan).not.toMatch(/SCAN (users|piece)/);
  }
  expect(others).toEqual([]);
});

it('the lists of a seller, of their own and of staff come off an index', async () => {
  const query = ProductListQuery.parse({});
  const plans = [
    ...(await plansOf((ctx) => listSellersProducts(ctx, reader, 's', query))),
    ...(await plansOf((ctx) => listOwnProducts(ctx, reader, query))),
    ...(await plansOf((ctx) => listProductsInReview(ctx, { ...reader, staff: null }, query))),
  ].join('\n');
  expect(plans).not.toMatch(/SCAN (products|users|product_variants)$/m);
  for (const index of [
    'products_on_sale_of_seller (seller_id=?)',
    'products_of_seller (seller_id=?)',
    'products_in_review',
  ])
    expect(plans).toContain(index);
});
