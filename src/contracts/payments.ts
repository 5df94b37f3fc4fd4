/**
 * Taking money in, and sending it to creators, behind two small interfaces. Providers report facts, here in our words;
 * `domains/money/payments` and `domains/money/payouts` decide what follows from them.
 */

export const PAYMENT_PROVIDERS = ['stripe', 'dodo', 'sandbox'] as const;
export type PaymentProviderName = (typeof PAYMENT_PROVIDERS)[number];

export interface CheckoutRequest {
  /** Our id of the payment, whatever it pays for. Also the provider's idempotency key: asked twice, one checkout. */
  readonly purchaseId: string;
  readonly description: string;
  readonly amountMinor: number;
  /** ISO 4217 */
  readonly currency: string;
  readonly email: string;
  readonly successUrl: string;
  readonly cancelUrl: string;
  /** Milliseconds; from more than 30 minutes to 24 hours ahead, which is what Stripe takes. The same at every try. */
  readonly expiresAt: number;
}

export interface Checkout {
  readonly checkoutId: string;
  /** Where the buyer pays. */
  readonly url: string;
}

/** Names the payment that an event is about: by our id if the provider sends it back, otherwise by the provider's. */
interface OfPayment {
  /** Our id. NOTE: stored events and providers' metadata call it so, whatever the payment pays for. */
  readonly purchaseId: string | null;
  readonly paymentId: string | null;
}

/** What a provider reports about a payment. Events come late, twice and in any order. */
export type PaymentEvent =
  | ({
      readonly type: 'paid';
      readonly checkoutId: string | null;
      readonly amountMinor: number;
      readonly currency: string;
    } & OfPayment)
  | ({ readonly type: 'expired' | 'failed' } & OfPayment)
  /** Of one claim the amount only grows: a provider that tells sums has one claim for all its refunds. */
  | ({ readonly type: 'refunded'; readonly claimId: string; readonly amountMinor: number } & OfPayment)
  | ({
      readonly type: 'disputed';
      readonly claimId: string;
      readonly amountMinor: number;
      readonly state: 'open' | 'won' | 'lost';
    } & OfPayment)
  /** A creator's account at the provider can, or can no longer, be paid to. */
  | { readonly type: 'payout-account'; readonly accountId: string; readonly payoutsEnabled: boolean };

export interface PaymentProvider {
  readonly name: PaymentProviderName;
  /** Throws PAYMENT_UNAVAILABLE (503) where the provider cannot be reached or fails. */
  createCheckout(request: CheckoutRequest): Promise<Checkout>;
  /**
   * What has become of a checkout, as its webhook would say; nothing while it is open. Throws PAYMENT_UNAVAILABLE.
   * @param checkoutId as `createCheckout` answered it
   */
  findOutcome(purchaseId: string, checkoutId: string): Promise<PaymentEvent | undefined>;
}

/** A provider's webhook, verified. `event` is null where nothing follows from it. */
export interface PaymentWebhook {
  readonly provider: PaymentProviderName;
  readonly eventId: string;
  /** The provider's own name of it: `checkout.session.completed`. */
  readonly type: string;
  readonly event: PaymentEvent | null;
}

export interface Payments {
  /** For new payments. */
  readonly current: PaymentProvider;
  /** For those that were begun; nothing where its keys are gone. */
  of(name: PaymentProviderName): PaymentProvider | undefined;
  /** Verifies signature and age over the raw body; nothing if either is wrong, or no secret is set. */
  readWebhook(at: 'stripe' | 'dodo', body: string, headers: Headers): Promise<PaymentWebhook | undefined>;
}

export interface PayoutOrder {
  /** Idempotency key and transfer group. */
  readonly payoutId: string;
  readonly accountId: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/** `refused`: it was not carried out, and will not be. */
export type PayoutOutcome =
  | { readonly state: 'paid'; readonly reference: string }
  | { readonly state: 'refused'; readonly reason: string };

/** Every call throws PAYOUT_UNAVAILABLE (503) where the outcome is not known: the provider is away, or slow. */
export interface PayoutProvider {
  /**
   * Made once a user, by their id. It and the two below throw PAYOUT_ACCOUNT_REFUSED (409) where the provider will not.
   * @param country ISO 3166-1 alpha-2
   */
  createAccount(userId: string, email: string, country: string | null): Promise<string>;
  /** Where the creator tells the provider who they are; good for minutes. */
  onboardingUrl(accountId: string, returnUrl: string): Promise<string>;
  isPayable(accountId: string): Promise<boolean>;
  send(order: PayoutOrder): Promise<PayoutOutcome>;
  /** The transfer that was made for this payout, if there is one. */
  findTransfer(payoutId: string): Promise<string | undefined>;
}
