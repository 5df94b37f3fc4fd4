/** Judges a checkout by what was read for it. The database refuses whatever changes meanwhile. Takes no Context. */
import { MINOR_MAX } from '@/contracts/economy';
import type { PaymentProvider } from '@/contracts/payments';
import { roomError } from '@/domains/live/rooms/errors';
import { productError } from '@/domains/money/products/errors';
import type { ProductRow } from '@/domains/money/products/tables';
import type { Actor } from '@/shared/actor';
import { UNKNOWN_COUNTRY } from '@/shared/countries';
import { toIso } from '@/shared/time';
import type { CheckoutFacts, OfferedVariant } from './checkout-facts';
import { orderError } from './errors';
import { shippingOf } from './money-of-order';

export interface CheckoutInput {
  readonly variantId?: string | undefined;
  readonly quantity: number;
  readonly sessionId?: string | undefined;
  readonly expectedPriceMinor: number;
}

/** The product and variant that the buyer gets, and their price. */
export interface Purchase {
  readonly product: ProductRow;
  readonly variant: OfferedVariant;
  readonly unitMinor: number;
  readonly itemsMinor: number;
  readonly shippingMinor: number;
  /** What shipping would cost without other orders of the show. */
  readonly shippingFullMinor: number;
}

interface Moment {
  readonly now: number;
  readonly provider: Pick<PaymentProvider, 'canShip' | 'findPriceProblem'>;
}

/**
 * Throws PRODUCT_NOT_FOUND, NOT_IN_YOUR_COUNTRY, OWN_PRODUCT_CHECKOUT, PRODUCT_NOT_ON_SALE, SELLER_UNAVAILABLE,
 * NOT_ON_SALE_YET, VARIANT_REQUIRED, VARIANT_NOT_FOUND, SESSION_NOT_SELLING, NOT_SHIPPED_THERE, PRICE_CHANGED,
 * PER_BUYER_MAX, OUT_OF_STOCK, ORDER_TOO_LARGE, SHOP_UNAVAILABLE.
 */
export function requirePurchasable(
  buyer: Actor,
  input: CheckoutInput,
  facts: CheckoutFacts,
  { now, provider }: Moment,
): Purchase {
  const product = requireOffered(buyer, facts, now);
  const variant = requireVariant(facts.variants, input.variantId);
  if (input.sessionId !== undefined && !facts.inShow) throw orderError('SESSION_NOT_SELLING');
  if (product.kind === 'physical') requireShipping(buyer, product, provider.canShip);
  const { currency, perBuyerMax } = product;
  const unitMinor = facts.inShow?.livePriceMinor ?? variant.priceMinor ?? product.priceMinor;
  if (unitMinor !== input.expectedPriceMinor)
    throw orderError('PRICE_CHANGED', { details: { priceMinor: unitMinor, currency } });
  const { quantity } = input;
  if (perBuyerMax !== null && quantity > perBuyerMax) throw tooMany(perBuyerMax);
  const left = leftFor(variant);
  if (left !== null && quantity > left) throw orderError('OUT_OF_STOCK', { details: { left } });
  const shippingFullMinor = product.shippingMinor;
  const shippingMinor = shippingOf(shippingFullMinor, facts.paidShippingMinor);
  const itemsMinor = unitMinor * quantity;
  const amountMinor = itemsMinor + shippingMinor;
  // One piece has a price that the provider takes, but so many may be too dear for one payment.
  if (amountMinor > MINOR_MAX || provider.findPriceProblem(amountMinor, currency)) throw orderError('ORDER_TOO_LARGE');
  return { product, variant, unitMinor, itemsMinor, shippingMinor, shippingFullMinor };
}

export function tooMany(perBuyerMax: number | null) {
  return productError('PER_BUYER_MAX', { details: { perBuyerMax } });
}

/** What this buyer can take: with the piece that is kept for them. Null: any number. */
function leftFor({ stock, isOffered }: OfferedVariant): number | null {
  return stock === null ? null : stock + isOffered;
}

function requireOffered(buyer: Actor, { offered }: CheckoutFacts, now: number): ProductRow {
  if (!offered) throw productError('PRODUCT_NOT_FOUND');
  if (offered.isShown !== 1) throw roomError('NOT_IN_YOUR_COUNTRY');
  const { sellerId, status, hiddenAt, availableAt } = offered.product;
  if (sellerId === buyer.userId) throw orderError('OWN_PRODUCT_CHECKOUT');
  if (status !== 'active' || hiddenAt !== null) throw orderError('PRODUCT_NOT_ON_SALE');
  if (offered.canSell !== 1) throw orderError('SELLER_UNAVAILABLE');
  if (availableAt !== null && availableAt > now)
    throw orderError('NOT_ON_SALE_YET', { details: { availableAt: toIso(availableAt) } });
  return offered.product;
}

/** A product without options has one variant, which clients do not name. */
function requireVariant(variants: readonly OfferedVariant[], variantId: string | undefined): OfferedVariant {
  const [first, ...others] = variants;
  if (variantId === undefined && others.length > 0) throw orderError('VARIANT_REQUIRED');
  const variant = variantId === undefined ? first : variants.find(({ id }) => id === variantId);
  if (!variant) throw productError('VARIANT_NOT_FOUND');
  return variant;
}

/** The address decides in the end: the provider collects it in the seller's countries alone. */
function requireShipping({ regions: [country] = [] }: Actor, { shipsTo }: ProductRow, canShip: boolean): void {
  const isKnown = country !== undefined && country !== UNKNOWN_COUNTRY;
  if (shipsTo !== null && isKnown && !shipsTo.includes(country))
    throw orderError('NOT_SHIPPED_THERE', { details: { shipsTo } });
  if (!canShip) throw orderError('SHOP_UNAVAILABLE');
}
