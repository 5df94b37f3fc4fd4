/** Which providers of payments and payouts there are, by the configuration. The sandbox is none in production. */
import type { Config } from '@/config';
import { paymentProviderError } from './payment-errors';
import type { PaymentProvider, PaymentProviderName, Payments, PaymentWebhook, PayoutProvider } from './payments';
import { sandbox, sandboxSecret } from './sandbox';
import { stripe } from './stripe';
import { stripeConnect } from './stripe-connect';
import { readStripeWebhook } from './stripe-events';

export function openPayments(config: Config, now: () => number): Payments {
  const hasSandbox = config.environment === 'development';
  const away = async () => {
    throw paymentProviderError('PAYMENT_UNAVAILABLE');
  };
  const of = (name: PaymentProviderName): PaymentProvider | undefined => {
    if (name === 'sandbox') return hasSandbox ? sandbox(config) : undefined;
    if (name === 'stripe') return config.stripe && stripe(config.stripe.secretKey);
    return undefined;
  };
  const current: PaymentProvider = of(config.paymentProvider) ?? {
    name: config.paymentProvider,
    createCheckout: away,
    findOutcome: away,
  };

  async function readAtStripe(body: string, headers: Headers): Promise<PaymentWebhook | undefined> {
    const read = (provider: PaymentProviderName, secrets: string[]) =>
      readStripeWebhook(provider, secrets, body, headers, now());
    const said = config.stripe && (await read('stripe', config.stripe.webhookSecret.split(',')));
    return said ?? (hasSandbox ? read('sandbox', [sandboxSecret(config)]) : undefined);
  }

  return {
    current,
    of,
    readWebhook: async (at, body, headers) => (at === 'stripe' ? readAtStripe(body, headers) : undefined),
  };
}

export function openPayouts(config: Config): PayoutProvider | undefined {
  return config.stripe && stripeConnect(config.stripe.secretKey);
}
