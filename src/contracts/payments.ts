/**
 * Two small interfaces: one to take payments, one to pay creators. Providers report facts, translated into the types
 * here; `domains/money/payments` and `domains/money/payouts` decide what follows from them.
 */

import type { Unreadable } from './unreadable';

export const PAYMENT_PROVIDERS = ['stripe', 'dodo', 'sandbox'] as const;
export type PaymentProviderName = (typeof PAYMENT_PROVIDERS)[number];

/** A postal address, as the provider collected it. Parts that a country does not use are null. */
export interface PostalAddress {
  readonly name: string;
  readonly line1: string;
  readonly line2: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly phone: string | null;
}

/** Goods of an order, so that the provider lists them, asks for an address and adds taxes. */
export interface CheckoutGoods {
  readonly kind: 'physical' | 'digital';
  readonly unitMinor: number;
  readonly quantity: number;
  readonly shippingMinor: number;
  /** Countries; null: anywhere. */
  readonly shipsTo: readonly string[] | null;
}

export interface CheckoutRequest {
  /**
   * Our id of the payment, whatever it pays for. Also the provider's idempotency key: a repeat returns the same
   * checkout.
   */
  readonly purchaseId: string;
  readonly description: string;
  readonly amountMinor: number;
  /** ISO 4217 */
  readonly currency: string;
  readonly email: string;
  readonly successUrl: string;
  readonly cancelUrl: string;
  /**
   * Milliseconds; more than 30 minutes and at most 24 hours ahead, as Stripe requires. Every try sends the same value.
   */
  readonly expiresAt: number;
  /** Set for orders. Items and shipping add up to `amountMinor`; the provider adds taxes. */
  readonly goods?: CheckoutGoods;
}

export interface RefundRequest {
  /** Our id of the refund, and the provider's idempotency key where it has one. */
  readonly refundId: string;
  readonly purchaseId: string;
  /** The provider's id of the payment. */
  readonly paymentId: string;
  readonly amountMinor: number;
  /** ISO 4217 */
  readonly currency: string;
}

/** A field of an offer that the provider would refuse at the checkout, and what it must be. */
export interface PriceProblem {
  readonly path: 'currency' | 'priceMinor';
  readonly message: string;
}

export interface Checkout {
  readonly checkoutId: string;
  /** Where the buyer pays. */
  readonly url: string;
}

/** Names the payment that an event is about: by our id if the provider returns it, otherwise by the provider's id. */
interface OfPayment {
  /** Our id. NOTE: stored events and providers' metadata use this name, whatever the payment pays for. */
  readonly purchaseId: string | null;
  readonly paymentId: string | null;
}

/** What a refund or dispute is about, and when the provider said so. The newest verdict wins, in any order of arrival. */
interface OfClaim extends OfPayment {
  /** The provider's id of the refund or dispute. */
  readonly claimId: string;
  readonly amountMinor: number;
  /** ISO 4217; null if the provider names none: then it is the payment's. */
  readonly currency: string | null;
  /** The time of the event (ms), not of its arrival. */
  readonly at: number;
}

export interface RefundReport extends OfClaim {
  readonly type: 'refunded';
  /** A refund stands from its beginning, and may fail later. */
  readonly state: 'stands' | 'failed';
}

export interface DisputeReport extends OfClaim {
  readonly type: 'disputed';
  /** `inquiry`: the bank asks, and no money has moved. */
  readonly state: 'inquiry' | 'open' | 'won' | 'lost';
}

/** What a provider reports about a payment. Events may come late, twice and in any order. */
export type PaymentEvent =
  | ({
      readonly type: 'paid';
      readonly checkoutId: string | null;
      /** All that was paid, taxes included. */
      readonly amountMinor: number;
      readonly currency: string;
      /** The taxes that the provider added to the price. Absent: none. */
      readonly taxMinor?: number;
      /** The part of `amountMinor` for shipping. Absent: the provider does not say. */
      readonly shippingMinor?: number;
      readonly address?: PostalAddress;
    } & OfPayment)
  /** `processing`: the buyer finished the checkout, and the money is on its way for days. */
  | ({ readonly type: 'expired' | 'failed' | 'processing' } & OfPayment)
  | RefundReport
  | DisputeReport
  /** Something about the payment's refunds changed: `listRefunds` tells what. */
  | ({ readonly type: 'refunds-changed' } & OfPayment)
  /** The bank suspects fraud, before any dispute. */
  | ({ readonly type: 'fraud-warned'; readonly at: number } & OfPayment)
  /** A creator's account at the provider can, or can no longer, receive payouts. */
  | { readonly type: 'payout-account'; readonly accountId: string; readonly payoutsEnabled: boolean }
  /** A transfer to a creator came back. */
  | {
      readonly type: 'payout-returned';
      readonly payoutId: string;
      /** The provider's id of the transfer. */
      readonly reference: string;
      readonly isWhole: boolean;
    };

export interface PaymentProvider {
  readonly name: PaymentProviderName;
  /** Whether its checkout collects an address, so that it can be used for goods that are shipped. */
  readonly canShip: boolean;
  /** Why it would refuse to charge this price; undefined if it takes it. Follows the provider's published rules. */
  findPriceProblem(amountMinor: number, currency: string): PriceProblem | undefined;
  /**
   * Throws PAYMENT_UNAVAILABLE (503) if the provider cannot be reached or fails, and PAYMENT_REFUSED (409) if it will
   * never take this payment.
   */
  createCheckout(request: CheckoutRequest): Promise<Checkout>;
  /**
   * The outcome of a checkout, as its webhook would report it. Undefined while it is open. Throws PAYMENT_UNAVAILABLE,
   * and PAYMENT_REFUSED if the provider refuses to tell, such as about a checkout that it does not know.
   * @param checkoutId as `createCheckout` returned it
   */
  findOutcome(purchaseId: string, checkoutId: string): Promise<PaymentEvent | undefined>;
  /**
   * Ends a checkout, so that nobody can pay it any more, and returns its outcome as `findOutcome` does. Undefined if the
   * provider cannot end it and it is still open. Throws as `findOutcome`.
   */
  endCheckout(purchaseId: string, checkoutId: string): Promise<PaymentEvent | undefined>;
  /**
   * Gives money back. Repeating it with the same `refundId` refunds once. Throws PAYMENT_UNAVAILABLE if the outcome is
   * unknown, and PAYMENT_REFUSED if the provider will never make this refund.
   */
  refund(request: RefundRequest): Promise<RefundReport>;
  /** Our id of the payment, by the provider's. Null if it was not made by our checkout. Throws PAYMENT_UNAVAILABLE. */
  findPurchaseId(paymentId: string): Promise<string | null>;
  /**
   * All refunds of a payment as they are now, oldest first. Throws PAYMENT_UNAVAILABLE. Absent if the provider reports
   * each refund by events of its own alone.
   */
  listRefunds?(paymentId: string): Promise<readonly RefundReport[]>;
  /**
   * Whether the provider answers and accepts our key, by its cheapest read. Throws PAYMENT_UNAVAILABLE,
   * PAYMENT_REFUSED.
   */
  check(): Promise<void>;
}

/** A provider's verified webhook. `event` is null if it requires no action. */
export interface PaymentWebhook {
  readonly provider: PaymentProviderName;
  readonly eventId: string;
  /** The provider's own name for it: `checkout.session.completed`. */
  readonly type: string;
  readonly event: PaymentEvent | Unreadable | null;
}

export interface Payments {
  /** The provider for new payments. */
  readonly current: PaymentProvider;
  /** The provider of payments already begun. Undefined if its keys were removed. */
  of(name: PaymentProviderName): PaymentProvider | undefined;
  /** Verifies signature and age over the raw body. Undefined if either is wrong, or no secret is set. */
  readWebhook(at: 'stripe' | 'dodo', body: string, headers: Headers): Promise<PaymentWebhook | undefined>;
  /** Reads an event once more that an earlier version could not read. @param body as it was verified */
  readAgain(provider: PaymentProviderName, body: string): PaymentWebhook['event'];
}

export interface PayoutOrder {
  /** The transfer group, and with `attempt` the idempotency key. */
  readonly payoutId: string;
  /** From 0. A key keeps its answer, so an attempt after a refusal needs its own. */
  readonly attempt: number;
  readonly accountId: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/**
 * `refused`: the provider did not carry this order out, and never will. `stuck`: it did not carry it out because of the
 * platform's own account, such as its balance, so another attempt may succeed. `words` are the provider's, for staff.
 */
export type PayoutOutcome =
  | { readonly state: 'paid'; readonly reference: string }
  | { readonly state: 'refused' | 'stuck'; readonly words: string };

export interface PayoutAccountOrder {
  readonly userId: string;
  readonly email: string;
  /** ISO 3166-1 alpha-2. It cannot be changed later. */
  readonly country: string;
  /** How many accounts the user had before. */
  readonly number: number;
}

/** Every call throws PAYOUT_UNAVAILABLE (503) if the outcome is unknown because the provider is down or slow. */
export interface PayoutProvider {
  /** Whether it can send exactly this amount. */
  canSend(amountMinor: number, currency: string): boolean;
  /**
   * Creates at most one account for each user, number and country. This and the two methods below throw
   * PAYOUT_ACCOUNT_REFUSED (409) if the provider refuses.
   */
  createAccount(order: PayoutAccountOrder): Promise<string>;
  /** The page where the creator identifies themselves to the provider. Valid for minutes. */
  onboardingUrl(accountId: string, returnUrl: string): Promise<string>;
  isPayable(accountId: string): Promise<boolean>;
  send(order: PayoutOrder): Promise<PayoutOutcome>;
  /** The transfer made for this payout, if there is one. */
  findTransfer(payoutId: string): Promise<string | undefined>;
}
