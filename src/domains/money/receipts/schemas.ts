/** Receipts as JSON. The printable page shows the same facts. */
import { z } from '@hono/zod-openapi';
import { aDiamondCount } from '@/contracts/economy';
import { PAYMENT_PROVIDERS } from '@/contracts/payments';
import { ORDER_STATES } from '@/domains/money/orders/tables';
import { PAYMENT_STATUSES } from '@/domains/money/payments/tables';
import { SetOff } from '@/domains/money/payouts/schemas';
import { PAYOUT_STATUSES } from '@/domains/money/payouts/tables';
import { orNull } from '@/http/envelope';

const time = z.iso.datetime();
const amount = z.int().describe('In the minor unit of the currency.');

export const ReceiptQuery = z.strictObject({
  format: z
    .enum(['json', 'html'])
    .optional()
    .describe('`html`: a page to print. Without it, the `Accept` header decides.'),
});

const Platform = z
  .object({
    name: z.string(),
    address: z.string().nullable().describe('Null: the platform has not configured one.'),
  })
  .openapi('ReceiptPlatform');

const Party = z.object({ name: z.string(), username: z.string(), email: z.string() }).openapi('ReceiptParty');

const issued = {
  number: z.string().openapi({ example: 'P-2026-000001' }),
  issuedAt: time.describe('When it was paid.'),
};
const taxNote = z.string().nullable().describe('What the platform says about taxes; null: nothing.');

const Reversal = z
  .object({
    kind: z.string().openapi({ example: 'refund' }),
    amountMinor: amount,
    state: z.string().describe('What the provider said last, such as `stands`, `open`, `won` or `lost`.'),
    at: time.describe('When it was first reported.'),
  })
  .openapi('ReceiptReversal');

export const PurchaseReceipt = z
  .object({
    ...issued,
    seller: Platform,
    buyer: Party,
    purchaseId: z.string(),
    item: z.string().openapi({ example: 'Vault' }),
    coins: z.int(),
    bonusCoins: z.int(),
    discountCode: z.string().nullable(),
    quantity: z.int(),
    unitPriceMinor: amount,
    totalMinor: amount,
    currency: z.string(),
    taxNote,
    provider: z.enum(PAYMENT_PROVIDERS),
    paymentId: z.string().nullable().describe("The provider's id of the payment."),
    status: z.enum(PAYMENT_STATUSES),
    reversals: z.array(Reversal).describe('Refunds and disputes so far, oldest first.'),
    reversedMinor: amount.describe('The money that they have taken back.'),
    reversedCoins: z.int(),
  })
  .openapi('PurchaseReceipt');

const Rate = z
  .object({
    economyVersion: z.int(),
    numerator: z.int(),
    denominator: z.int(),
  })
  .openapi('ReceiptRate', { description: 'Minor units per diamond, rounded down, in this version of the economy.' });

export const PayoutReceipt = z
  .object({
    ...issued,
    payer: Platform,
    payee: Party,
    payoutId: z.uuid(),
    source: z.enum(['diamonds', 'sales']),
    diamonds: aDiamondCount.nullable(),
    rate: orNull(Rate),
    dueMinor: amount.describe('What the diamonds or the sales came to.'),
    feeMinor: amount,
    amountMinor: amount.describe('What was sent: the amount due without the fee.'),
    currency: z.string(),
    taxNote,
    method: z.enum(['stripe', 'bank']),
    reference: z.string().nullable().describe('The reference of the transfer at the bank or the provider.'),
    status: z.enum(PAYOUT_STATUSES),
    setOff: orNull(SetOff).describe('Diamonds that were exchanged first, to pay back coins that were owed.'),
    requestedAt: time,
    paidAt: time,
    returnedAt: time.nullable().describe('When it came back after it was paid.'),
  })
  .openapi('PayoutReceipt');

const Side = z
  .object({
    name: z.string(),
    username: z.string(),
    email: z.string().optional().describe("The reader's own."),
  })
  .openapi('ReceiptSide');

export const OrderReceipt = z
  .object({
    ...issued,
    number: issued.number.openapi({ example: 'O-2026-000001' }),
    platform: Platform,
    seller: Side,
    buyer: Side,
    orderId: z.uuid(),
    orderNumber: z.string(),
    item: z.string(),
    options: z.record(z.string(), z.string()),
    quantity: z.int(),
    unitPriceMinor: amount,
    itemsMinor: amount,
    shippingMinor: amount,
    taxMinor: amount,
    totalMinor: amount,
    commissionMinor: amount.optional().describe("The platform's part of the items. For the seller."),
    currency: z.string(),
    taxNote,
    provider: z.enum(PAYMENT_PROVIDERS),
    paymentId: z.string().nullable(),
    status: z.enum(ORDER_STATES),
    reversals: z.array(Reversal).describe('Refunds and disputes so far, oldest first.'),
    reversedMinor: amount.describe('The money that they have taken back.'),
  })
  .openapi('OrderReceipt');
