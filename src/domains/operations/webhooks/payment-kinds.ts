/** Everything users can pay for, and the domain that settles it. A new kind is one line here. */
import type { PaymentKinds } from '@/domains/money/payments/kinds';
import { coinPayments } from '@/domains/money/purchases/coin-payments';

export const PAYMENT_KINDS = { coins: coinPayments } as const satisfies PaymentKinds;
