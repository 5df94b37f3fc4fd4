/** What creators request, and what they and staff see of it. One place alone shows a bank account in full. */
import { z } from '@hono/zod-openapi';
import { aCurrency, MINOR_MAX } from '@/contracts/economy';
import { PublicCard } from '@/domains/base/users/schemas';
import { cursorQuery, pageQuery } from '@/http/envelope';
import { aLine, aText } from '@/http/fields';
import { PAYOUT_STATUSES } from './tables';

const AMOUNT_MAX = 1_000_000_000;
const REASON_CHARACTERS_MAX = 500;
const REFERENCE_CHARACTERS_MAX = 140;
const URL_CHARACTERS_MAX = 2_000;

const anAmount = z.int().min(1).max(AMOUNT_MAX);
const method = z.enum(['stripe', 'bank']);

export const PayoutRequest = z
  .discriminatedUnion('source', [
    z.strictObject({ source: z.literal('diamonds'), diamonds: anAmount, method }),
    z.strictObject({
      source: z.literal('sales'),
      amountMinor: z.int().min(1).max(MINOR_MAX).describe('The amount taken from sales; the fee is deducted from it.'),
      currency: aCurrency,
      method,
    }),
  ])
  .openapi('PayoutRequest');

export const Payout = z
  .object({
    id: z.uuid(),
    source: z.enum(['diamonds', 'sales']),
    diamonds: z.int().optional(),
    amountMinor: z.int().describe('The amount sent, after the fee.'),
    currency: z.string(),
    feeMinor: z.int(),
    method,
    status: z.enum(PAYOUT_STATUSES),
    reason: z.string().optional().describe('Why it was rejected or failed.'),
    reference: z.string().optional().describe('The reference of the transfer at the bank or the provider.'),
    requestedAt: z.iso.datetime(),
    decidedAt: z.iso.datetime().nullable(),
    paidAt: z.iso.datetime().nullable(),
  })
  .openapi('Payout');

const BankAccount = z
  .object({
    accountHolder: z.string(),
    iban: z.string().optional(),
    accountNumber: z.string().optional(),
    bankName: z.string(),
    country: z.string(),
  })
  .openapi('BankAccount', {
    description: 'The account to pay an approved bank transfer to; present only if its `id` was requested.',
  });

export const PayoutInReview = Payout.extend({
  creator: PublicCard,
  decidedBy: z.uuid().nullable(),
  accountLast4: z.string().optional().describe('The last characters of the bank account, for bank transfers.'),
  needsDecision: z
    .boolean()
    .describe('The provider has not said for 20 hours whether it was sent. Check there, then use `paid` or `reject`.'),
  bankAccount: BankAccount.optional(),
}).openapi('PayoutInReview');

export const PayoutsQuery = z.strictObject(pageQuery);
export const AllPayoutsQuery = z.strictObject({
  ...cursorQuery,
  status: z.enum(PAYOUT_STATUSES).optional(),
  id: z
    .uuid()
    .optional()
    .describe('Only this cash-out. An approved bank transfer includes the full bank account. Logged.'),
});
/** The id of the last cash-out on the previous page. */
export const CursorPosition = z.tuple([z.string()]);

export const PayoutRejection = z
  .strictObject({
    reason: aText(REASON_CHARACTERS_MAX, 1),
    afterApproval: z
      .boolean()
      .default(false)
      .describe('Required if it is already approved: confirms that it was not sent and will not be.'),
  })
  .openapi('PayoutRejection');

export const PaidRequest = z.strictObject({ reference: aLine(REFERENCE_CHARACTERS_MAX) }).openapi('PayoutPaid');

export const PayoutAccountRequest = z
  .strictObject({ returnUrl: z.url({ protocol: /^https?$/ }).max(URL_CHARACTERS_MAX) })
  .openapi('PayoutAccountRequest');
export const PayoutAccount = z
  .object({ onboardingUrl: z.string(), payoutsEnabled: z.boolean() })
  .openapi('PayoutAccount');
