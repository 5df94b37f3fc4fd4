/** Opens the configured providers of payments and payouts. The sandbox exists only in development. */
import type { Config } from '@/contracts/config';
import type {
  PaymentProvider,
  PaymentProviderName,
  Payments,
  PaymentWebhook,
  PayoutProvider,
} from '@/contracts/payments';
import { dodo } from './dodo';
import { readDodoEvent, readDodoWebhook } from './dodo-events';
import { parseJson } from './read-event';
import { sandbox, sandboxSecret } from './sandbox';
import { stripe } from './stripe';
import { stripeConnect } from './stripe-connect';
import { readStripeEvent, readStripeWebhook } from './stripe-events';

export function openPayments(config: Config, now: () => number): Payments {
  const hasSandbox = config.environment === 'development';

  function of(name: PaymentProviderName): PaymentProvider | undefined {
    switch (name) {
      case 'stripe':
        return config.stripe && stripe(config.stripe.secretKey, now, config.stripeAddsTax);
      case 'dodo':
        return config.dodo && dodo(config.dodo, now);
      case 'sandbox':
        return hasSandbox ? sandbox(config, now) : undefined;
    }
  }

  async function readAtStripe(body: string, headers: Headers): Promise<PaymentWebhook | undefined> {
    const read = (provider: PaymentProviderName, secretKey: string, secrets: string[]) =>
      readStripeWebhook(provider, secretKey, secrets, body, headers, now());
    // Stripe uses a separate endpoint, with its own secret, for the events of connected accounts.
    const { stripe: keys } = config;
    const said = keys && (await read('stripe', keys.secretKey, keys.webhookSecret.split(/\s*,\s*/)));
    return said ?? (hasSandbox ? read('sandbox', '', [sandboxSecret(config)]) : undefined);
  }

  const current = of(config.paymentProvider);
  if (!current) throw new Error(`The payment provider ${config.paymentProvider} is not configured`); // `readConfig` refuses this earlier
  return {
    current,
    of,
    readWebhook: async (at, body, headers) =>
      at === 'stripe'
        ? readAtStripe(body, headers)
        : config.dodo && readDodoWebhook(config.dodo.webhookSecret, body, headers),
    readAgain(name, body) {
      const said = parseJson(body);
      if (name === 'dodo') return readDodoEvent(said);
      return readStripeEvent(said, name === 'stripe' ? (config.stripe?.secretKey ?? '') : '');
    },
  };
}

export function openPayouts(config: Config): PayoutProvider | undefined {
  return config.stripe && stripeConnect(config.stripe.secretKey);
}
