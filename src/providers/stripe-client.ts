/** Stripe's SDK, loaded at the first call. A call is tried once; its caller may retry. */
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
