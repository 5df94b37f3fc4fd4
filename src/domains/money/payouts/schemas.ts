/** What creators ask for, and what they and staff see of it. Bank accounts show their last characters, but in one place. */
import { z } from '@hono/zod-openapi';
import { aCurrency } from '@/contracts/economy';
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
      amountMinor: anAmount.describe('What is taken from the sales; the fee is taken off it.'),
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
    amountMinor: z.int().describe('What is sent: the fee is off it already.'),
    currency: z.string(),
    feeMinor: z.int(),
    method,
    status: z.enum(PAYOUT_STATUSES),
    reason: z.string().optional().describe('Of a rejection or a failure.'),
    reference: z.string().optional().describe('Of the transfer, at the bank or the provider.'),
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
  .openapi('BankAccount', { description: 'To pay an approved one to: only where its `id` was asked for.' });

export const PayoutInReview = Payout.extend({
  creator: PublicCard,
  decidedBy: z.uuid().nullable(),
  accountLast4: z.string().optional().describe('Of the bank account, where it goes by bank.'),
  needsDecision: z
    .boolean()
    .describe('The provider has not said for 20 hours whether it was sent: `paid` or `reject`, after looking there.'),
  bankAccount: BankAccount.optional(),
}).openapi('PayoutInReview');

export const PayoutsQuery = z.strictObject(pageQuery);
export const AllPayoutsQuery = z.strictObject({
  ...cursorQuery,
  status: z.enum(PAYOUT_STATUSES).optional(),
  id: z.uuid().optional().describe('This one alone, with the bank account to pay it to if it is approved. Logged.'),
});
/** The id of the last one before. */
export const CursorPosition = z.tuple([z.string()]);

export const PayoutRejection = z
  .strictObject({
    reason: aText(REASON_CHARACTERS_MAX, 1),
    afterApproval: z
      .boolean()
      .default(false)
      .describe('Needed where it is approved already: it has not been sent, and will not be.'),
  })
  .openapi('PayoutRejection');

export const PaidRequest = z.strictObject({ reference: aLine(REFERENCE_CHARACTERS_MAX) }).openapi('PayoutPaid');

export const PayoutAccountRequest = z
  .strictObject({ returnUrl: z.url({ protocol: /^https?$/ }).max(URL_CHARACTERS_MAX) })
  .openapi('PayoutAccountRequest');
export const PayoutAccount = z
  .object({ onboardingUrl: z.string(), payoutsEnabled: z.boolean() })
  .openapi('PayoutAccount');
