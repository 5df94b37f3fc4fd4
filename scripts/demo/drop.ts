/** The shop's part of the demo: a drop, with fifty viewers racing for twenty pieces. */
import { randomBytes, randomUUID } from 'node:crypto';
import { importSource } from '../local/bundle.ts';
import { type Client, waitFor } from '../local/client.ts';
import type { Show, Stage } from './creator.ts';
import type { Crowd } from './crowd.ts';
import { decide, once, PATIENCE_MS, prove } from './money.ts';
import { expectSame, tell } from './show.ts';

const { formatMinor } = await importSource<typeof import('@/shared/currency')>('src/shared/currency.ts');

const SHOPPERS = 50;
const PIECES = 20;
/** Signing up hashes a password, which takes the server a moment. */
const SIGN_UPS_AT_ONCE = 5;
const PRICE_MINOR = 2_500;
const LIVE_PRICE_MINOR = 1_900;
const SHIPPING_MINOR = 490;
const CURRENCY = 'USD';

interface Order {
  readonly orderId: string;
  readonly checkoutUrl: string;
}

export async function sellOut(
  stage: Stage,
  { creator, owner }: { creator: Client; owner: Client },
  { streamId }: Show,
  crowd: Crowd,
  suffix: string,
): Promise<void> {
  const product = await putOnSale(creator, owner, suffix);
  await showcase(creator, streamId, product, crowd);
  const shoppers = await signUpShoppers(stage, suffix);
  tell(`${SHOPPERS} viewers have signed up and want one.`);

  const wrong = await checkOut(stage, shoppers[0], product.id, streamId, PRICE_MINOR);
  expectSame(
    'Who saw the old price is told the live one',
    [wrong.status, wrong.error?.code, wrong.error?.details?.priceMinor],
    [409, 'PRICE_CHANGED', LIVE_PRICE_MINOR],
  );
  const answers = await Promise.all(
    shoppers.map((shopper) => checkOut(stage, shopper, product.id, streamId, LIVE_PRICE_MINOR)),
  );
  const orders: Order[] = answers.filter(({ status }) => status === 201).map(({ data }) => data);
  const refused = answers.filter(({ status }) => status !== 201).map(({ error }) => error?.code);
  expectSame(`All ${SHOPPERS} check out at the same moment; pieces that are held`, orders.length, PIECES);
  expectSame('The others are refused with', [...new Set(refused)], ['OUT_OF_STOCK']);

  const paid = await Promise.all(orders.map(({ checkoutUrl }) => decide(stage, checkoutUrl, 'pay')));
  expectSame("Orders paid on the sandbox's pages", paid.filter((status) => status === 200).length, PIECES);
  for (const socket of crowd.sockets)
    await socket.waitForEvent('product-stock', ({ productId, stock, held, sold }) => {
      return productId === product.id && stock === 0 && held === 0 && sold === PIECES;
    });
  expectSame('The whole room sees it sold out', crowd.sockets.length, crowd.sockets.length);
  await checkFigures(stage, creator, streamId, product.id);
  await shipAndRefund(creator);
  await creator.call('DELETE', `/sessions/${streamId}/showcase`);
  for (const socket of crowd.sockets) await socket.waitForEvent('showcase-cleared');

  const proof = await prove(owner);
  expectSame(`The ledger is proven over ${proof.transfers} transfers`, [proof.state, proof.findings], ['clean', []]);
}

async function putOnSale(creator: Client, owner: Client, suffix: string) {
  const made = await creator.call('POST', '/products', {
    title: `Tour shirt ${suffix}`,
    description: 'Printed in the week of the show.',
    category: 'fashion',
    kind: 'physical',
    priceMinor: PRICE_MINOR,
    currency: CURRENCY,
    stock: PIECES,
    shipping: { weightGrams: 200, shipsTo: null, priceMinor: SHIPPING_MINOR },
    status: 'active',
  });
  tell(`The creator has ${PIECES} shirts at ${formatMinor(PRICE_MINOR, CURRENCY)}.`);
  if (made.status === 'review') {
    tell("It is the creator's first product, so staff look at it before it is on sale.");
    await owner.call('PUT', `/owner/panel/products/${made.id}/review`, { approve: true });
  }
  const product = await creator.call('GET', `/products/${made.id}`);
  expectSame('It is on sale, with pieces', [product.status, product.stock], ['active', PIECES]);
  return product;
}

async function showcase(creator: Client, streamId: string, product: { readonly id: string }, crowd: Crowd) {
  const products = [{ productId: product.id, livePriceMinor: LIVE_PRICE_MINOR }];
  await creator.call('POST', `/sessions/${streamId}/products`, { products });
  await creator.call('PUT', `/sessions/${streamId}/showcase`, { productId: product.id });
  for (const socket of crowd.sockets)
    await socket.waitForEvent('product-showcased', (event) => event.showcase.product.id === product.id);
  const [first] = crowd.sockets;
  const price = first?.first('product-showcased')?.showcase.livePriceMinor;
  expectSame('The creator shows it, and everyone in the room sees the live price', price, LIVE_PRICE_MINOR);
  for (const socket of crowd.sockets.slice(0, 3)) await socket.ask({ type: 'product-click', productId: product.id });
}

async function signUpShoppers({ anyone }: Stage, suffix: string): Promise<Client[]> {
  const shoppers: Client[] = [];
  while (shoppers.length < SHOPPERS) {
    const next = Array.from({ length: SIGN_UPS_AT_ONCE }, (_, index) => `shopper${shoppers.length + index}`);
    const signedUp = next.map((name) =>
      anyone.as({}).signUp({
        email: `${name}-${suffix}@footlight.test`,
        password: randomBytes(12).toString('base64url'),
        username: `${name}_${suffix}`,
      }),
    );
    shoppers.push(...(await Promise.all(signedUp)));
  }
  return shoppers;
}

function checkOut(
  { origin, vars }: Stage,
  shopper: Client | undefined,
  productId: string,
  sessionId: string,
  expectedPriceMinor: number,
) {
  if (!shopper) throw new Error('There is no shopper');
  const frontend = vars.FRONTEND_URL || origin;
  const urls = { successUrl: `${frontend}/thanks`, cancelUrl: frontend };
  const wanted = { quantity: 1, sessionId, expectedPriceMinor, ...urls };
  return once(shopper, randomUUID()).try('POST', `/products/${productId}/checkout`, wanted);
}

async function checkFigures({ origin }: Stage, creator: Client, streamId: string, productId: string): Promise<void> {
  const figures = await waitFor(
    'the figures of the drop',
    async () => {
      const { items } = await creator.call('GET', `/sessions/${streamId}/analytics/products`);
      // biome-ignore lint/suspicious/noExplicitAny: as the contract has it
      const found = items.find((item: any) => item.product.id === productId);
      return found?.orders === PIECES ? found : undefined;
    },
    PATIENCE_MS,
  );
  const { clicks, orders, units, sales } = figures;
  expectSame('Figures of the product: clicks, orders, pieces', [clicks, orders, units], [3, PIECES, PIECES]);
  expectSame('Its sales', sales, [{ currency: CURRENCY, amountMinor: PIECES * LIVE_PRICE_MINOR }]);
  tell(`The creator can read them at ${origin}/api/v1/sessions/${streamId}/analytics.`);
}

/** The creator ships one order and refunds another, whose money goes back through the provider. */
async function shipAndRefund(creator: Client): Promise<void> {
  const { items } = await creator.call('GET', '/orders/sales?status=paid');
  const [shipped, refunded] = items;
  const { status } = await creator.call('PUT', `/orders/${shipped.id}/fulfil`, { carrier: 'DHL', tracking: 'DEMO1' });
  expectSame(`Order ${shipped.number} is shipped to ${shipped.address.city}, and is`, status, 'fulfilled');
  const refund = { lines: [{ lineId: refunded.lines[0].id, quantity: 1 }], shipping: true, restock: false };
  await once(creator).call('POST', `/orders/${refunded.id}/refund`, { ...refund, reason: 'The print is crooked.' });
  const after = await waitFor(
    'the refund',
    async () => {
      const order = await creator.call('GET', `/orders/${refunded.id}`);
      return order.refundedMinor === order.totalMinor ? order : undefined;
    },
    PATIENCE_MS,
  );
  expectSame(`Order ${refunded.number}, which was not shipped, is refunded in full and`, after.status, 'cancelled');
}
