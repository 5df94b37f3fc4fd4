/** Everything users can pay for, and the domain that settles it. A new kind is one line here. */
import { orderPayments } from '@/domains/money/orders/order-payments';
import type { PaymentKinds } from '@/domains/money/payments/kinds';
import { coinPayments } from '@/domains/money/purchases/coin-payments';

export const PAYMENT_KINDS = { coins: coinPayments, orders: orderPayments } as const satisfies PaymentKinds;
