/**
 * Payouts through Stripe Connect: each creator has an account at Stripe, and the platform transfers to it.
 *
 * A transfer is refused for good if Stripe rejects it because of its destination or its amount (400, 402 and 404: the
 * account is gone or may not receive, the amount is not accepted), or if the account revoked our access. If Stripe
 * rejects it for another reason, the platform's own account is short or restricted: another attempt may succeed.
 *
 * Anything else leaves the outcome unknown and is PAYOUT_UNAVAILABLE: no connection, a timeout, 5xx, 409 (the same key
 * is in use), 429, and a key that was used with other parameters (a transfer may exist under it). So is 401 or 403 for
 * our own key, which would otherwise return every payout.
 */
import type { Stripe } from 'stripe';
import type { PayoutOrder, PayoutOutcome, PayoutProvider } from '@/contracts/payments';
import { paymentProviderError } from './payment-errors';
import { isRefusal, loadStripe, type Sdk, stripeClient } from './stripe-client';
import { canTransfer, toStripeAmount } from './stripe-currencies';
import { canBePaid } from './stripe-events';

/** What a refusal names if the order itself is the reason. Stripe does not always name a parameter. */
const ORDER_PARAMS: ReadonlySet<string> = new Set(['destination', 'amount', 'currency']);
const ORDER_CODES: ReadonlySet<string> = new Set([
  ...['resource_missing', 'account_invalid', 'account_closed', 'no_account', 'insufficient_capabilities_for_transfer'],
  ...['amount_too_large', 'amount_too_small', 'invalid_currency', 'parameter_invalid_integer'],
]);

export function stripeConnect(secretKey: string): PayoutProvider {
  return {
    canSend: canTransfer,

    createAccount: ({ userId, email, country, number }) =>
      askAboutAccount(secretKey, async (client) => {
        const account = await client.accounts.create(
          {
            type: 'express',
            email,
            country,
            capabilities: { transfers: { requested: true } },
            metadata: { userId },
          },
          { idempotencyKey: `account:${userId}:${country}:${number}` },
        );
        return account.id;
      }),

    onboardingUrl: (accountId, returnUrl) =>
      askAboutAccount(secretKey, async (client) => {
        const link = await client.accountLinks.create({
          account: accountId,
          type: 'account_onboarding',
          return_url: returnUrl,
          refresh_url: returnUrl, // after an expired link, the client asks for another
        });
        return link.url;
      }),

    isPayable: (accountId) =>
      askAboutAccount(secretKey, async (client) => canBePaid(await client.accounts.retrieve(accountId))),

    send: (order) => ask(secretKey, (client, sdk) => send(sdk, client, order)),

    findTransfer: (payoutId) =>
      ask(secretKey, async (client) => {
        const { data } = await client.transfers.list({ transfer_group: payoutId, limit: 1 });
        return data[0]?.id;
      }),
  };
}

async function send(sdk: Sdk, client: Stripe, order: PayoutOrder): Promise<PayoutOutcome> {
  const { payoutId, attempt, accountId, amountMinor, currency } = order;
  try {
    const transfer = await client.transfers.create(
      {
        amount: toStripeAmount(amountMinor, currency),
        currency: currency.toLowerCase(),
        destination: accountId,
        transfer_group: payoutId,
        metadata: { payoutId },
      },
      { idempotencyKey: attempt === 0 ? payoutId : `${payoutId}:${attempt}` },
    );
    return { state: 'paid', reference: transfer.id };
  } catch (error) {
    if (!isRefusal(sdk, error)) throw error;
    const { code = '', param = '' } = error;
    const isByOrder = ORDER_PARAMS.has(param) || ORDER_CODES.has(code);
    return { state: isByOrder ? 'refused' : 'stuck', words: `${code || error.type}: ${error.message}` };
  }
}

/** Any failure becomes PAYOUT_UNAVAILABLE, with the reason as its cause. */
async function ask<T>(secretKey: string, call: (client: Stripe, sdk: Sdk) => Promise<T>): Promise<T> {
  return guarded(secretKey, call, () => 'PAYOUT_UNAVAILABLE');
}

function askAboutAccount<T>(secretKey: string, call: (client: Stripe) => Promise<T>): Promise<T> {
  return guarded(secretKey, call, (sdk, error) =>
    isRefusal(sdk, error) ? 'PAYOUT_ACCOUNT_REFUSED' : 'PAYOUT_UNAVAILABLE',
  );
}

async function guarded<T>(
  secretKey: string,
  call: (client: Stripe, sdk: Sdk) => Promise<T>,
  codeOf: (sdk: Sdk, error: unknown) => 'PAYOUT_ACCOUNT_REFUSED' | 'PAYOUT_UNAVAILABLE',
): Promise<T> {
  const sdk = await loadStripe();
  try {
    return await call(stripeClient(sdk, secretKey), sdk);
  } catch (error) {
    const refusal = paymentProviderError(codeOf(sdk, error));
    refusal.cause = error;
    throw refusal;
  }
}
