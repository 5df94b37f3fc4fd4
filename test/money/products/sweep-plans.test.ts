/** The sweeps of products and the waiting list go by their indexes, however many there are. */
import { expect, it } from 'vitest';
import { plansOf } from '#test/support/plans';
import { aProduct, asSeller, productOf } from '#test/support/shop';
import { clearKeptProducts } from '@/domains/money/products/removal';
import { forgetWaits } from '@/domains/money/products/wait';
import { endOffers, tellOffered } from '@/domains/money/products/waiting-list';

it.each([
  ['ends offers', endOffers, 'product_waits_offered (offered_until>? AND offered_until<?)'],
  ['clears products that were kept', clearKeptProducts, 'products_kept'],
] as const)('the sweep that %s reads only what is due', async (_, use, index) => {
  const [plan = ''] = await plansOf(use);
  expect(plan).toContain(index);
});

it('the people of one variant, and the places of one person, are found without reading others', async () => {
  const { userId } = await asSeller();
  const variantId = (await productOf(await aProduct(userId)))?.variants[0]?.id ?? '';
  const [told = ''] = await plansOf((ctx) => tellOffered(ctx, { type: 'tell-offered', variantId }));
  expect(told).toContain('product_waits USING PRIMARY KEY (variant_id=?)');
  const [left = ''] = await plansOf((ctx) => forgetWaits(ctx, userId));
  expect(left).toContain('product_waits_of_user (user_id=?)');
});
