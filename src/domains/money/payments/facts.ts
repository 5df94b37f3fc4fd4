/** What is known of a purchase when the provider says something about it, and what it knows after that. */

import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PaymentEvent, PaymentProviderName } from '@/contracts/payments';
import type { EconomyVersionRow } from '@/domains/base/economy/tables';
import { economyVersions } from '@/domains/base/economy/tables';
import { purchaseError } from '@/domains/money/purchases/errors';
import type { PurchaseRow } from '@/domains/money/purchases/tables';
import { purchaseClaims, purchases } from '@/domains/money/purchases/tables';
import { HeldForStaff } from './held';
import { type Claim, mergeClaim } from './judge-payment';

/** What may be said of a purchase. */
export type PurchaseEvent = Exclude<PaymentEvent, { type: 'payout-account' }>;

export interface KnownPurchase {
  readonly purchase: PurchaseRow;
  /** By the provider's id of each. */
  readonly claims: ReadonlyMap<string, Claim>;
  /** Of the economy under which it was begun. */
  readonly limits: EconomyVersionRow['config']['limits'];
}

/**
 * Throws HeldForStaff where there is no such purchase, it is another provider's, or none is named; and an error, for
 * the event to come back, where nothing was paid by this payment's id yet.
 */
export async function getKnown(
  ctx: Context,
  provider: PaymentProviderName,
  { purchaseId, paymentId }: PurchaseEvent,
): Promise<KnownPurchase> {
  const isIt =
    purchaseId !== null
      ? eq(purchases.id, purchaseId)
      : and(eq(purchases.provider, provider), eq(purchases.paymentId, paymentId ?? ''));
  const itsOwn = (column: SQL) => sql`(SELECT ${column} FROM ${purchases} WHERE ${isIt})`;
  const [[purchase], claims, [economy]] = await ctx.db.batch([
    ctx.db.select().from(purchases).where(isIt),
    ctx.db
      .select()
      .from(purchaseClaims)
      .where(eq(purchaseClaims.purchaseId, itsOwn(sql`id`))),
    ctx.db
      .select({ config: economyVersions.config })
      .from(economyVersions)
      .where(eq(economyVersions.version, itsOwn(sql`economy_version`))),
  ]);
  if (!purchase || !economy) {
    if (purchaseId !== null) throw new HeldForStaff(`There is no purchase ${purchaseId}.`);
    if (paymentId === null) throw new HeldForStaff('It names neither a purchase nor a payment.');
    throw purchaseError('PAYMENT_NOT_KNOWN_YET');
  }
  if (purchase.provider !== provider)
    throw new HeldForStaff(`The purchase ${purchase.id} is with ${purchase.provider} and not with ${provider}.`);
  return {
    purchase,
    claims: new Map(claims.map(({ claimId, kind, amountMinor, state }) => [claimId, { kind, amountMinor, state }])),
    limits: economy.config.limits,
  };
}

/** What an event adds to what is known. */
export interface News {
  readonly paidAt: number | null;
  readonly paymentId: string | null;
  readonly unpaid: 'pending' | 'failed' | 'expired';
  readonly claims: ReadonlyMap<string, Claim>;
  /** The claim that is new or has changed. */
  readonly claimId?: string;
}

/** Nothing where it is known already. Throws HeldForStaff where it does not fit the purchase. */
export function learn({ purchase, claims }: KnownPurchase, event: PurchaseEvent, now: number): News | undefined {
  const { paidAt, paymentId, status } = purchase;
  requireFit(purchase, event);
  const unpaid = status === 'failed' || status === 'expired' ? status : 'pending';
  const known: News = { paidAt, paymentId, unpaid, claims };
  switch (event.type) {
    case 'paid':
      return paidAt === null ? { ...known, paidAt: now, paymentId: event.paymentId } : undefined;
    case 'failed':
      return paidAt === null && unpaid === 'pending' ? { ...known, unpaid: 'failed' } : undefined;
    case 'expired':
      return paidAt === null && unpaid !== 'expired' ? { ...known, unpaid: 'expired' } : undefined;
    case 'refunded':
    case 'disputed': {
      const { claimId, amountMinor } = event;
      const before = claims.get(claimId);
      const claim = mergeClaim(
        before,
        event.type === 'refunded'
          ? { kind: 'refund', amountMinor, state: 'stands' }
          : { kind: 'dispute', amountMinor, state: event.state },
      );
      if (before && before.amountMinor === claim.amountMinor && before.state === claim.state) return undefined;
      return { ...known, claims: new Map([...claims, [claimId, claim]]), claimId };
    }
  }
}

function requireFit(purchase: PurchaseRow, event: PurchaseEvent): void {
  const { id, amountMinor, currency, paymentId } = purchase;
  if (event.type === 'paid' && (event.amountMinor !== amountMinor || event.currency !== currency))
    throw new HeldForStaff(
      `${event.amountMinor} ${event.currency} were paid for the purchase ${id}, which costs ${amountMinor} ${currency}.`,
    );
  // Of another payment for the same purchase nothing was credited, and nothing is taken back.
  const isAnother = paymentId !== null && event.paymentId !== null && event.paymentId !== paymentId;
  if (isAnother && event.type !== 'failed' && event.type !== 'expired')
    throw new HeldForStaff(`The purchase ${id} was paid by ${paymentId} and not by ${event.paymentId}.`);
  if ((event.type === 'refunded' || event.type === 'disputed') && event.amountMinor <= 0)
    throw new HeldForStaff(`The claim ${event.claimId} to the purchase ${id} is of no amount.`);
}
