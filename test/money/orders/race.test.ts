/** A thousand buyers who want the last ten pieces in the same moment. */
import { expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { aProduct, orderEvents, orderOf, stockOf } from '#test/support/orders';
import { prove } from '#test/support/proof';
import { RETURN_URLS, tell } from '#test/support/purchases';
import { asCreator, asViewer } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { checkOut } from '@/domains/money/orders/checkout';
import { AppError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';

const BUYERS = 1_000;
const AT_ONCE = 250;
const TIMEOUT_MS = 120_000;

/** Put into the table together: a test of buying needs no sessions. */
async function thousandBuyers(): Promise<Actor[]> {
  const ctx = testContext();
  const { userId: likeId } = await asViewer();
  const [like] = await ctx.db.select().from(users).limit(1);
  if (!like) throw new Error(`There is no user ${likeId}`);
  const rows = Array.from({ length: BUYERS }, () => {
    const id = newId();
    const name = `r_${id.replaceAll('-', '').slice(-20)}`;
    return { ...like, id, username: name, displayName: name, email: `${name}@footlight.test`, emailKey: name };
  });
  for (let from = 0; from < rows.length; from += 100) {
    const [first, ...rest] = rows.slice(from, from + 100).map((row) => ctx.db.insert(users).values(row));
    if (first) await ctx.db.batch([first, ...rest]);
  }
  return rows.map(({ id, email }) => ({
    ...{ kind: 'user', userId: id, sessionId: newId(), email, verified: true, role: 'viewer', creatorStatus: 'NONE' },
    staff: null,
  }));
}

it('a thousand racing buyers get exactly the last ten pieces', { timeout: TIMEOUT_MS }, async () => {
  const product = await aProduct(await asCreator(), { stock: 10 });
  const buyers = await thousandBuyers();
  const ctx = { ...testContext(), deliver: async () => {} };
  const input = { ...RETURN_URLS, quantity: 1, expectedPriceMinor: product.priceMinor, showName: false };
  const results: PromiseSettledResult<{ orderId: string }>[] = [];
  for (let from = 0; from < BUYERS; from += AT_ONCE) {
    const racing = buyers.slice(from, from + AT_ONCE).map((buyer) => {
      const once = { idempotencyKey: newId(), bodyHash: newId() };
      return checkOut(ctx, buyer, once, product.id, input);
    });
    results.push(...(await Promise.allSettled(racing)));
  }
  const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.orderId] : []));
  const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  expect(won).toHaveLength(10);
  expect(new Set(lost.map((error) => (error instanceof AppError ? error.code : String(error))))).toEqual(
    new Set(['OUT_OF_STOCK']),
  );
  expect(await stockOf(product)).toEqual({ stock: 0, held: 10, sold: 0 });
  for (const id of won) await tell(orderEvents(await orderOf(id)).paid());
  expect(await stockOf(product)).toEqual({ stock: 0, held: 0, sold: 10 });
  expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
});
