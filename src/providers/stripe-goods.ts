/** An order's goods at Stripe: what its checkout lists and asks for, and what the buyer chose there. */
import type { Stripe } from 'stripe';
import type { CheckoutGoods, CheckoutRequest, PostalAddress } from '@/contracts/payments';
import { COUNTRIES } from '@/shared/countries';
import { fromStripeAmount, toStripeAmount } from './stripe-currencies';

type SessionParams = Stripe.Checkout.SessionCreateParams;
type Line = Stripe.Checkout.SessionCreateParams.LineItem;
type Country = Stripe.Checkout.SessionCreateParams.ShippingAddressCollection.AllowedCountry;

/** Countries that Stripe cannot collect a shipping address in. https://docs.stripe.com/api/checkout/sessions/create */
const NOT_COLLECTED: ReadonlySet<string> = new Set('AS CX CC CU HM IR KP MH FM NF MP PW SD SY UM VI'.split(' '));

/** The countries where an address can be collected. Empty: the goods cannot be shipped anywhere. */
export function collectedCountries(shipsTo: readonly string[] | null): Country[] {
  return (shipsTo ?? COUNTRIES).filter((country) => !NOT_COLLECTED.has(country)) as Country[]; // the rest are Stripe's
}

/** The session's one line: the pieces of goods, or one piece at the whole amount for anything else. */
export function linesOf({ amountMinor, currency, description, goods }: CheckoutRequest): Line[] {
  const { quantity, unitMinor } = goods ?? { quantity: 1, unitMinor: amountMinor };
  return [
    {
      quantity,
      price_data: {
        currency: currency.toLowerCase(),
        unit_amount: toStripeAmount(unitMinor, currency),
        // Taxes are added to the price, so the buyer pays what they saw and the tax.
        ...(goods ? { tax_behavior: 'exclusive' as const } : {}),
        product_data: { name: description },
      },
    },
  ];
}

/** @param addsTax whether Stripe computes taxes, which needs a registration at Stripe */
export function goodsParams(
  goods: CheckoutGoods | undefined,
  currency: string,
  addsTax: boolean,
): Partial<SessionParams> {
  if (!goods) return {};
  const tax = addsTax ? { automatic_tax: { enabled: true } } : {};
  if (goods.kind === 'digital') return tax;
  return {
    ...tax,
    shipping_address_collection: { allowed_countries: collectedCountries(goods.shipsTo) },
    phone_number_collection: { enabled: true }, // carriers ask for it
    shipping_options: [
      {
        shipping_rate_data: {
          type: 'fixed_amount',
          display_name: 'Shipping',
          fixed_amount: { amount: toStripeAmount(goods.shippingMinor, currency), currency: currency.toLowerCase() },
          ...(addsTax ? { tax_behavior: 'exclusive' as const } : {}),
        },
      },
    ],
  };
}

/** What the buyer's choices added to a paid session. */
export function chosenIn(session: Stripe.Checkout.Session) {
  const currency = session.currency ?? '';
  const { amount_tax: tax, amount_shipping: shipping } = session.total_details ?? {};
  const address = addressIn(session);
  return {
    ...(tax ? { taxMinor: fromStripeAmount(tax, currency) } : {}),
    ...(shipping ? { shippingMinor: fromStripeAmount(shipping, currency) } : {}),
    ...(address ? { address } : {}),
  };
}

function addressIn({ collected_information, customer_details }: Stripe.Checkout.Session): PostalAddress | undefined {
  const shipping = collected_information?.shipping_details;
  if (!shipping) return undefined;
  const { line1, line2, city, state, postal_code, country } = shipping.address;
  return {
    name: shipping.name,
    ...{ line1: line1 ?? '', line2, city, state, postalCode: postal_code, country: country ?? '' },
    phone: customer_details?.phone ?? null,
  };
}
