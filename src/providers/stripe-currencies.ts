/**
 * Stripe's currencies: which ones it charges, in which units it counts, and the smallest and largest charge. It follows
 * ISO 4217 with the exceptions below. https://docs.stripe.com/currencies
 */
import type { PriceProblem } from '@/contracts/payments';
import { formatMinor } from '@/shared/currency';

/** Accounts in some countries are offered fewer: for those, Stripe refuses the checkout. */
const CHARGED: ReadonlySet<string> = new Set(
  `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP CRC
  CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY KES
  KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR
  NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB TJS TND TOP TRY TTD
  TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XOF XPF YER ZAR ZMW`.split(/\s+/),
);

/** Counted in other units than ISO 4217's: [theirs, ours]. ISK and UGX are in hundredths there, and MGA is whole. */
const UNITS: Readonly<Record<string, readonly [number, number]>> = { ISK: [100, 1], UGX: [100, 1], MGA: [1, 100] };

/** Stripe requires the last of the three digits to be 0. */
const THREE_DECIMALS: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);
const STEP_OF_THREE_DECIMALS = 10;

/**
 * The smallest charge, in our minor units. Stripe names none for the other currencies: the charge must be worth the
 * minimum of the platform's own bank account, which only Stripe knows.
 */
const MINIMUMS: Readonly<Record<string, number>> = {
  ...{
    AED: 200,
    ARS: 50,
    AUD: 50,
    BRL: 50,
    CAD: 50,
    CHF: 50,
    COP: 50,
    CZK: 1_500,
    DKK: 250,
    EUR: 50,
    GBP: 30,
    HKD: 400,
  },
  ...{ HUF: 17_500, IDR: 50, ILS: 50, INR: 50, JPY: 50, KRW: 50, MXN: 1_000, MYR: 200, NOK: 300, NZD: 50, PHP: 50 },
  ...{ PLN: 200, RON: 200, RUB: 50, SEK: 300, SGD: 50, THB: 1_000, USD: 50, ZAR: 50 },
};

/** The largest charge by any method, in Stripe's units: eight digits, or more. */
const MAXIMUM = 99_999_999;
const MAXIMUMS: Readonly<Record<string, number>> = { COP: 9_999_999_999, IDR: 999_999_999_999, INR: 999_999_999 };

/** Why Stripe would refuse to charge this price; undefined if it takes it. */
export function stripePriceProblem(amountMinor: number, currency: string): PriceProblem | undefined {
  if (!CHARGED.has(currency)) return { path: 'currency', message: 'is not a currency that Stripe charges' };
  const minimum = MINIMUMS[currency] ?? 1;
  const step = stepOf(currency);
  const maximum = Math.floor(((MAXIMUMS[currency] ?? MAXIMUM) * unitsOf(currency)[1]) / unitsOf(currency)[0]);
  const read = (amount: number) => formatMinor(amount, currency);
  if (amountMinor % step !== 0)
    return { path: 'priceMinor', message: `must be a multiple of ${read(step)} for Stripe` };
  if (amountMinor < minimum) return { path: 'priceMinor', message: `must be at least ${read(minimum)} for Stripe` };
  if (amountMinor > maximum) return { path: 'priceMinor', message: `must be at most ${read(maximum)} for Stripe` };
  return undefined;
}

/**
 * Whether a transfer to a creator's account can have exactly this amount. HUF and TWD may have digits here: only the
 * payout from there to a bank is whole, and Stripe makes that one itself.
 */
export function canTransfer(amountMinor: number, currency: string): boolean {
  return CHARGED.has(currency) && amountMinor % stepOf(currency) === 0;
}

/** Throws if the amount has a fraction that Stripe cannot represent. */
export function toStripeAmount(amountMinor: number, currency: string): number {
  const [theirs, ours] = unitsOf(currency);
  const amount = (amountMinor * theirs) / ours;
  if (!Number.isSafeInteger(amount)) throw new RangeError(`Stripe cannot take ${amountMinor} ${currency}`);
  return amount;
}

/** Upper case. Empty if it is not text: an event without a currency is unreadable. */
export function fromStripeCurrency(currency: unknown): string {
  return typeof currency === 'string' ? currency.toUpperCase() : '';
}

/** Not a number if theirs is not a whole number. @param currency in upper or lower case */
export function fromStripeAmount(amount: number | null, currency: string): number {
  if (amount === null || !Number.isSafeInteger(amount)) return Number.NaN;
  const [theirs, ours] = unitsOf(currency.toUpperCase());
  return Math.round((amount * ours) / theirs);
}

/** The smallest step between two amounts that Stripe takes, in our minor units. */
function stepOf(currency: string): number {
  return THREE_DECIMALS.has(currency) ? STEP_OF_THREE_DECIMALS : unitsOf(currency)[1];
}

function unitsOf(currency: string): readonly [number, number] {
  return UNITS[currency] ?? [1, 1];
}
