/** What the sandbox's checkout page shows of a payment, whatever it pays for. In development only. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PostalAddress } from '@/contracts/payments';
import { findOrder } from '@/domains/money/orders/find';
import { presentOrder } from '@/domains/money/orders/present';
import type { OrderRow } from '@/domains/money/orders/tables';
import type { Payment } from '@/domains/money/payments/tables';
import { products } from '@/domains/money/products/tables';
import { presentPurchase } from '@/domains/money/purchases/present';
import { type PurchaseRow, purchases } from '@/domains/money/purchases/tables';
import { httpError } from '@/http/errors';
import { webReturnUrl } from '@/http/return-url';

const COUNTRY = 'DE';

export interface SandboxCheckout {
  readonly payment: Payment;
  readonly title: string;
  /** Each on a line of its own. */
  readonly lines: readonly string[];
  /** As the API presents it. */
  readonly presented: object;
  /** Set for orders. */
  readonly goods?: {
    readonly shippingMinor: number;
    /** Fills the form, if it is shipped. */
    readonly address: PostalAddress | undefined;
    readonly isCancelled: boolean;
  };
}

/** Throws NOT_FOUND, also outside development. */
export async function getSandboxCheckout(ctx: Context, id: string): Promise<SandboxCheckout> {
  if (ctx.config.environment !== 'development') throw httpError('NOT_FOUND');
  const purchase = await ctx.db.select().from(purchases).where(eq(purchases.id, id)).get();
  const found = purchase ? ofPurchase(purchase) : await ofOrder(ctx, id);
  if (found?.payment.provider !== 'sandbox') throw httpError('NOT_FOUND');
  const { payment } = found;
  // As a real provider would be given them.
  const successUrl = await webReturnUrl(ctx, payment.successUrl, payment.createdAt);
  const cancelUrl = await webReturnUrl(ctx, payment.cancelUrl, payment.createdAt);
  return { ...found, payment: { ...payment, successUrl, cancelUrl } };
}

function ofPurchase(purchase: PurchaseRow): SandboxCheckout {
  const { packageName, coins, bonusCoins, discountCode } = purchase;
  const bonus = bonusCoins > 0 ? ` and ${bonusCoins} bonus coins` : '';
  const code = discountCode === null ? '' : ` with the code ${discountCode}`;
  return {
    payment: purchase,
    title: packageName,
    lines: [`${coins} coins${bonus}${code}`],
    presented: presentPurchase(purchase),
  };
}

async function ofOrder(ctx: Context, id: string): Promise<SandboxCheckout | undefined> {
  const found = await findOrder(ctx, id);
  if (!found) return undefined;
  const { order, buyer } = found;
  const { title, options, quantity, shippingMinor, cancelledAt } = order;
  return {
    payment: order,
    title,
    lines: [
      [`${quantity} ×`, title, ...Object.values(options)].join(' '),
      ...(shippingMinor > 0 ? ['with shipping'] : []),
    ],
    presented: await presentOrder(ctx, found, 'buyer'),
    goods: {
      shippingMinor,
      address: order.kind === 'physical' ? await anAddress(ctx, order, buyer?.displayName ?? 'A buyer') : undefined,
      isCancelled: cancelledAt !== null,
    },
  };
}

/** In a country that the seller ships to. */
async function anAddress(ctx: Context, { productId }: OrderRow, name: string): Promise<PostalAddress> {
  const product = await ctx.db.select({ to: products.shipsTo }).from(products).where(eq(products.id, productId)).get();
  return {
    ...{ name, line1: '1 High Street', line2: null, city: 'Sampletown', state: null, postalCode: '12345' },
    ...{ country: product?.to?.[0] ?? COUNTRY, phone: '+15550100' },
  };
}
