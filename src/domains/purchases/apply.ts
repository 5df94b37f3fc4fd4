/** Applies what a payment provider says to the purchase that it is of. */
import type { Context } from '@/context';
import type { PaymentEvent, PaymentProviderName } from '@/providers/payments';

/** Throws HeldForStaff where the event says what the purchase does not. */
export async function applyPaymentEvent(
  _ctx: Context,
  _provider: PaymentProviderName,
  _event: Exclude<PaymentEvent, { type: 'payout-account' }>,
): Promise<void> {}
