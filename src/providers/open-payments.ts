/** Which providers of payments and payouts there are, by the configuration. */
import type { Config } from '@/config';
import { paymentProviderError } from './payment-errors';
import type { PaymentProvider, Payments, PayoutProvider } from './payments';

export function openPayments(_config: Config, _now: () => number): Payments {
  const away = async () => {
    throw paymentProviderError('PAYMENT_UNAVAILABLE');
  };
  const current: PaymentProvider = { name: 'sandbox', createCheckout: away, findOutcome: away };
  return { current, of: () => undefined, readWebhook: async () => undefined };
}

export function openPayouts(_config: Config): PayoutProvider | undefined {
  return undefined;
}
