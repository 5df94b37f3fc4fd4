/** The shop's part of the mixed load: orders that are paid, shipped, disputed, refunded, cancelled and reported. */
import { randomInt } from 'node:crypto';
import type { Answer, Client } from '../../scripts/local/client';

const PRICE_MINOR = 1_250;
const SHIPPING_MINOR = 333;
const STOCK = 400;
const QUANTITY_MAX = 3;
const REASON = 'A load wants it.';

export interface Member {
  readonly api: Client;
  readonly userId: string;
}

export interface Product {
  readonly id: string;
  readonly seller: Member;
}

interface Order {
  readonly id: string;
  readonly buyer: Member;
  readonly seller: Member;
}

export interface ShopTools {
  readonly origin: string;
  readonly buyers: readonly Member[];
  readonly products: readonly Product[];
  /** Sends a request with a key until it is answered. */
  post(name: string, member: Member, path: string, body: unknown): Promise<Answer>;
  untilAnswered(send: () => Promise<Answer>): Promise<Answer>;
  press(paymentId: string, decision: string): Promise<Answer>;
  anyOf<T>(list: readonly T[]): T;
}

type Act = () => Promise<Answer | undefined>;

export async function putOnSale(owner: Client, sellers: readonly Member[]): Promise<Product[]> {
  const products: Product[] = [];
  for (const seller of sellers) {
    const { id, status } = await seller.api.call('POST', '/products', {
      ...{ title: 'A mug', description: '', category: 'home', kind: 'physical', priceMinor: PRICE_MINOR },
      ...{ currency: 'USD', stock: STOCK, status: 'active' },
      shipping: { weightGrams: 300, shipsTo: null, priceMinor: SHIPPING_MINOR },
    });
    if (status === 'review') await owner.call('PUT', `/owner/panel/products/${id}/review`, { approve: true });
    products.push({ id, seller });
  }
  return products;
}

export function shopActs({ origin, buyers, products, post, untilAnswered, press, anyOf }: ShopTools) {
  const orders: Order[] = [];
  const withOrder =
    (act: (order: Order) => Promise<Answer>): Act =>
    async () =>
      orders.length > 0 ? act(anyOf(orders)) : undefined;
  const plain = ({ api }: Member, method: string, path: string, body?: unknown) =>
    untilAnswered(() => api.try(method, path, body));
  return {
    async order() {
      const [buyer, { id, seller }] = [anyOf(buyers), anyOf(products)];
      const answer = await post('order', buyer, `/products/${id}/checkout`, {
        ...{ quantity: randomInt(1, QUANTITY_MAX + 1), expectedPriceMinor: PRICE_MINOR },
        ...{ successUrl: `${origin}/a`, cancelUrl: `${origin}/b` },
      });
      if (answer.status !== 201) return answer;
      const { orderId } = answer.data;
      orders.push({ id: orderId, buyer, seller });
      // Some are left unpaid, or paid only after they were cancelled.
      return randomInt(4) === 0 ? answer : press(orderId, 'pay');
    },
    'pay order': withOrder(({ id }) => press(id, 'pay')),
    ship: withOrder(({ id, seller }) => plain(seller, 'PUT', `/orders/${id}/fulfil`, { carrier: 'DHL' })),
    confirm: withOrder(({ id, buyer }) => plain(buyer, 'POST', `/orders/${id}/confirm`)),
    'cancel order': withOrder(({ id, buyer }) => plain(buyer, 'POST', `/orders/${id}/cancel`)),
    'dispute order': withOrder(({ id }) => press(id, anyOf(['dispute', 'win-dispute', 'lose-dispute']))),
    problem: withOrder(({ id, buyer }) =>
      plain(buyer, 'POST', `/orders/${id}/problem`, { kind: 'damaged', text: 'It is broken.' }),
    ),
    refund: withOrder(({ id, seller }) =>
      post('refund', seller, `/orders/${id}/refund`, {
        ...(randomInt(2) === 0 ? { lines: [{ lineId: id, quantity: 1 }] } : { amountMinor: randomInt(1, 700) }),
        ...{ restock: randomInt(2) === 0, reason: REASON },
      }),
    ),
  } satisfies Readonly<Record<string, Act>>;
}
