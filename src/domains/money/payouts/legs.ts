/**
 * The transfers of a cash-out in each of its states. The ledger's proof relies on their numbers: 1 held, 2 due
 * (diamonds), 3 burnt or returned, 4 sent (or no longer due), 5 the fee. If a paid one comes back: 6 the cash, 7 the fee,
 * 8 no longer due (or sales returned), 9 the diamonds.
 */

import type { Transfer } from '@/ledger/transfers';
import type { PayoutRow } from './tables';

type Amounts = Pick<PayoutRow, 'id' | 'userId' | 'diamonds' | 'amountMinor' | 'feeMinor' | 'currency'>;

const refOf = ({ id }: Amounts) => ({ refType: 'payout', refId: id });
const dueMinor = ({ amountMinor, feeMinor }: Amounts) => amountMinor + feeMinor;

/** Taken from the creator, who can no longer spend it. */
export function holdLegs(payout: Amounts): Transfer[] {
  const { userId, diamonds, currency } = payout;
  return [
    diamonds === null
      ? { ...refOf(payout), leg: 1, kind: 'sales_hold', userId, currency, amount: dueMinor(payout) }
      : { ...refOf(payout), leg: 1, kind: 'payout_hold', userId, amount: diamonds },
  ];
}

/** Approved: the platform owes the money. It already owes sales money once that is held. */
export function approvalLegs(payout: Amounts): Transfer[] {
  const { diamonds, currency } = payout;
  return diamonds === null
    ? []
    : [{ ...refOf(payout), leg: 2, kind: 'payout_due', currency, amount: dueMinor(payout) }];
}

/** @param provider whose clearing account the money left */
export function paidLegs(payout: Amounts, provider: 'stripe' | 'bank'): Transfer[] {
  const { diamonds, amountMinor, feeMinor, currency } = payout;
  const ref = refOf(payout);
  return [
    ...(diamonds === null ? [] : [{ ...ref, leg: 3, kind: 'payout_burn', amount: diamonds } as const]),
    { ...ref, leg: 4, kind: 'payout_cash', currency, provider, amount: amountMinor },
    ...(feeMinor === 0 ? [] : [{ ...ref, leg: 5, kind: 'payout_fee', currency, amount: feeMinor } as const]),
  ];
}

/** Rejected, or failed after approval: all of it goes back to the creator. */
export function returnLegs(payout: Amounts, { wasApproved }: { wasApproved: boolean }): Transfer[] {
  const { userId, diamonds, currency } = payout;
  const ref = refOf(payout);
  if (diamonds === null) return [{ ...ref, leg: 3, kind: 'sales_return', userId, currency, amount: dueMinor(payout) }];
  return [
    { ...ref, leg: 3, kind: 'payout_return', userId, amount: diamonds },
    ...(wasApproved ? [{ ...ref, leg: 4, kind: 'payout_undue', currency, amount: dueMinor(payout) } as const] : []),
  ];
}

/**
 * Paid, but it came back. The creator gets everything again, and the fee too: nothing arrived that it was for.
 * @param provider whose clearing account the money comes back to
 */
export function comebackLegs(payout: Amounts, provider: 'stripe' | 'bank'): Transfer[] {
  const { userId, diamonds, amountMinor, feeMinor, currency } = payout;
  const ref = refOf(payout);
  const amount = dueMinor(payout);
  return [
    { ...ref, leg: 6, kind: 'payout_cash_returned', currency, provider, amount: amountMinor },
    ...(feeMinor === 0 ? [] : [{ ...ref, leg: 7, kind: 'payout_fee_returned', currency, amount: feeMinor } as const]),
    ...(diamonds === null
      ? [{ ...ref, leg: 8, kind: 'sales_return', userId, currency, amount } as const]
      : [
          { ...ref, leg: 8, kind: 'payout_undue', currency, amount } as const,
          { ...ref, leg: 9, kind: 'payout_restored', userId, amount: diamonds } as const,
        ]),
  ];
}
