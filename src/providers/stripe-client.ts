/**
 * Stripe's SDK, loaded at the first call, and amounts in Stripe's units. A call is tried once; its caller may retry.
 */
import type { Stripe } from 'stripe';
import { lazy } from '@/shared/lazy';
import { SECOND_MS } from '@/shared/time';

const CALL_MS_MAX = 10 * SECOND_MS;

export type Sdk = typeof Stripe;

export const loadStripe: () => Promise<Sdk> = lazy(async () => (await import('stripe')).Stripe);

export function stripeClient(sdk: Sdk, secretKey: string): Stripe {
  return new sdk(secretKey, {
    httpClient: sdk.createFetchHttpClient(),
    timeout: CALL_MS_MAX,
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

/** `sk_live_…`, or a restricted key, `rk_live_…`. */
export function isLiveKey(secretKey: string): boolean {
  return /^[a-z]+_live_/.test(secretKey);
}

/** Whether Stripe understood the request and will never carry it out, even if it is sent again. */
export function isRefusal(sdk: Sdk, error: unknown): error is Stripe.errors.StripeError {
  const { StripeInvalidRequestError, StripeCardError, StripePermissionError } = sdk.errors;
  if (error instanceof StripePermissionError) return error.code === 'account_invalid'; // otherwise our key lacks the permission
  return error instanceof StripeInvalidRequestError || error instanceof StripeCardError;
}

/**
 * Currencies that Stripe counts in other units than ISO 4217: [theirs, ours].
 * https://docs.stripe.com/currencies#special-cases
 */
const UNITS: Readonly<Record<string, readonly [number, number]>> = { ISK: [100, 1], UGX: [100, 1], MGA: [1, 100] };

/** Throws if the amount has a fraction that Stripe cannot represent. */
export function toStripeAmount(amountMinor: number, currency: string): number {
  const [theirs, ours] = UNITS[currency] ?? [1, 1];
  const amount = (amountMinor * theirs) / ours;
  if (!Number.isSafeInteger(amount)) throw new Error(`Stripe cannot take ${amountMinor} ${currency}`);
  return amount;
}

/** @param currency in upper or lower case */
export function fromStripeAmount(amount: number, currency: string): number {
  const [theirs, ours] = UNITS[currency.toUpperCase()] ?? [1, 1];
  return Math.round((amount * ours) / theirs);
}
