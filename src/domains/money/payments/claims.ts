/**
 * The claims on a payment after an event: the newest report of each refund and dispute. Until refunds were claims of
 * their own, Stripe's were one claim with their sum. The first list of refunds that fits this sum replaces it.
 */
import type { Context } from '@/contracts/context';
import type { DisputeReport, PaymentEvent, RefundReport } from '@/contracts/payments';
import { paymentProviderError } from '@/providers/payment-errors';
import { HeldForStaff } from './held';
import { contradicts, mergeClaim, type PaymentClaim } from './judge-payment';
import type { Payment } from './tables';

/** By the provider's id of the claim. */
export type Claims = ReadonlyMap<string, PaymentClaim>;
type Report = RefundReport | DisputeReport;

export interface ClaimedPayment {
  readonly payment: Payment;
  readonly claims: Claims;
}

export const SUM_PREFIX = 'refunds:';

/** What an event tells about claims. `allRefunds`: the provider was asked for the payment's refunds. */
export interface ClaimReports {
  readonly reports: readonly Report[];
  readonly allRefunds: boolean;
}

/**
 * Asks the provider for all refunds if the event says only that they changed, or if a sum is still to be replaced: the
 * sum may contain the event's refund. Throws PAYMENT_UNAVAILABLE.
 */
export async function readReports(
  ctx: Context,
  { payment, claims }: ClaimedPayment,
  event: PaymentEvent,
): Promise<ClaimReports> {
  switch (event.type) {
    case 'disputed':
      return { reports: [event], allRefunds: false };
    case 'refunded':
      return sumIn(claims) ? listRefunds(ctx, payment, event.paymentId) : { reports: [event], allRefunds: false };
    case 'refunds-changed':
      return listRefunds(ctx, payment, event.paymentId);
    default:
      return { reports: [], allRefunds: false };
  }
}

async function listRefunds(ctx: Context, payment: Payment, reported: string | null): Promise<ClaimReports> {
  const paymentId = payment.paymentId ?? reported;
  if (paymentId === null) throw new HeldForStaff('The event names no payment.');
  const provider = ctx.payments.of(payment.provider);
  if (!provider?.listRefunds) throw paymentProviderError('PAYMENT_UNAVAILABLE');
  return { reports: await provider.listRefunds(paymentId), allRefunds: true };
}

/**
 * Throws HeldForStaff if a report contradicts the payment or what is known.
 * @param isAccepted staff decided that the report is true: it replaces what it contradicts, and takes at most the whole
 * payment. A claim in another currency, without an amount or of another kind cannot be accepted.
 * @param mostMinor what one claim can take
 */
export function claimsAfter(
  { payment, claims }: ClaimedPayment,
  { reports, allRefunds }: ClaimReports,
  isAccepted = false,
  mostMinor = payment.amountMinor,
): Claims {
  const after = new Map(claims);
  const sum = allRefunds ? sumIn(claims) : undefined;
  if (sum) {
    if (!isAccepted) requireSum(payment, sum.amountMinor, reports);
    after.delete(sum.claimId);
  }
  for (const report of reports) {
    requireClaimFits(payment, report, isAccepted ? Number.POSITIVE_INFINITY : mostMinor);
    const known = after.get(report.claimId);
    const claim = claimOf({ ...report, amountMinor: Math.min(report.amountMinor, mostMinor) });
    const isContradiction = known !== undefined && contradicts(known, claim);
    if (isContradiction && (!isAccepted || known.kind !== claim.kind))
      throw new HeldForStaff(
        `Claim ${report.claimId} on payment ${payment.id} is known as a ${known.kind} that is ${known.state}, ` +
          `but was also reported as a ${claim.kind} that is ${claim.state}.`,
      );
    after.set(report.claimId, isContradiction ? claim : mergeClaim(known, claim));
  }
  return after;
}

export function claimOf({ type, amountMinor, state, at }: Report): PaymentClaim {
  return { kind: type === 'refunded' ? 'refund' : 'dispute', amountMinor, state, eventAt: at };
}

function sumIn(claims: Claims): { claimId: string; amountMinor: number } | undefined {
  for (const [claimId, { amountMinor }] of claims) if (claimId.startsWith(SUM_PREFIX)) return { claimId, amountMinor };
  return undefined;
}

/**
 * The sum was that of the oldest refunds: all of them, or those that stand. Later refunds came after it.
 * @param refunds oldest first
 */
function requireSum({ id }: Payment, sum: number, refunds: readonly Report[]): void {
  const standing = refunds.filter(({ state }) => state === 'stands');
  if (startsWithSum(refunds, sum) || startsWithSum(standing, sum)) return;
  throw new HeldForStaff(
    `Refunds of ${sum} are booked for payment ${id}, but the provider lists ` +
      `${standing.map(({ amountMinor }) => amountMinor).join(' + ') || 'none'}.`,
  );
}

function startsWithSum(refunds: readonly Report[], sum: number): boolean {
  let total = 0;
  return refunds.some(({ amountMinor }) => {
    total += amountMinor;
    return total === sum;
  });
}

function requireClaimFits(payment: Payment, { claimId, amountMinor, currency }: Report, mostMinor: number): void {
  const { id } = payment;
  if (amountMinor <= 0) throw new HeldForStaff(`Claim ${claimId} on payment ${id} has no amount.`);
  if (currency !== null && currency !== payment.currency)
    throw new HeldForStaff(`Claim ${claimId} is in ${currency}, but payment ${id} is in ${payment.currency}.`);
  if (amountMinor > mostMinor)
    throw new HeldForStaff(
      `Claim ${claimId} is for ${amountMinor}, but payment ${id} is for ${payment.amountMinor} ${payment.currency}.`,
    );
}

/** The claims of a payment that are new or have changed, and those that are gone. */
export function claimChanges(before: Claims, after: Claims) {
  return {
    written: [...after].filter(([claimId, claim]) => !isSame(before.get(claimId), claim)),
    dropped: [...before.keys()].filter((claimId) => !after.has(claimId)),
  };
}

function isSame(one: PaymentClaim | undefined, other: PaymentClaim): boolean {
  return (
    one !== undefined &&
    one.amountMinor === other.amountMinor &&
    one.state === other.state &&
    one.eventAt === other.eventAt
  );
}
