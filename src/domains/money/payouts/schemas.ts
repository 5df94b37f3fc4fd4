/** What creators request, and what they and staff see of it. One place alone shows a bank account in full. */
import { z } from '@hono/zod-openapi';
import { aCountry } from '@/contracts/codes';
import { aCurrency, aDiamondCount, MINOR_MAX } from '@/contracts/economy';
import { PublicCard } from '@/domains/base/users/schemas';
import { Financial } from '@/domains/people/creators/schemas';
import { cursorQuery, orNull, pageQuery } from '@/http/envelope';
import { aLine, aLink, aText } from '@/http/fields';
import { asPastedLetters } from '@/shared/text';
import { DETAILS_STATUSES, PAYOUT_STATUSES } from './tables';

const AMOUNT_MAX = 1_000_000_000;
const REASON_CHARACTERS_MAX = 500;
const REFERENCE_CHARACTERS_MAX = 140;
const URL_CHARACTERS_MAX = 2_000;
const CODE_CHARACTERS_MAX = 64;

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
  .openapi('PayoutRequest', { example: { source: 'diamonds', diamonds: 2_000, method: 'bank' } });

export const SetOff = z.object({ diamonds: aDiamondCount, coins: z.int() }).openapi('SetOff');

export const Payout = z
  .object({
    id: z.uuid(),
    source: z.enum(['diamonds', 'sales']),
    diamonds: aDiamondCount.optional(),
    amountMinor: z.int().describe('The amount sent, after the fee.'),
    currency: z.string(),
    feeMinor: z.int(),
    method,
    status: z.enum(PAYOUT_STATUSES),
    reason: z.string().optional().describe('Why it was rejected, failed or came back.'),
    reference: z.string().optional().describe('The reference of the transfer at the bank or the provider.'),
    requestedAt: z.iso.datetime(),
    decidedAt: z.iso.datetime().nullable(),
    paidAt: z.iso.datetime().nullable(),
    returnedAt: z.iso.datetime().nullable().describe('When it came back after it was paid.'),
    setOff: orNull(SetOff).describe('Diamonds that were exchanged first, to pay back coins that were owed.'),
  })
  .openapi('Payout');

const bps = z.int().min(0).max(10_000);
const Risk = z
  .object({
    disputedBps: bps.describe(
      'Share of the diamonds whose payment was refunded, disputed or reported as fraud, in hundredths of a per cent.',
    ),
    youngBps: bps.describe('Share of the diamonds from coins that were bought within the last 30 days.'),
    senders: z.int().describe('Different people whose gifts, tips and subscriptions earned them.'),
    accountDays: z.int(),
    firstPayout: z.boolean().describe('Nothing was ever paid to this creator.'),
    fraudWarnings: z.int().describe('Gifts, tips and months from purchases that were reported as fraud.'),
    debts: z.array(z.object({ unit: z.string(), amount: z.int() })).describe('What the creator owes, by unit.'),
  })
  .openapi('PayoutRisk', { description: 'Figures of the last 180 days, as far as the newest gifts and months show.' });

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
  decidedBy: orNull(PublicCard),
  accountLast4: z.string().optional().describe('The last characters of the bank account, for bank transfers.'),
  needsDecision: z
    .boolean()
    .describe('The provider has not said for 20 hours whether it was sent. Check there, then use `paid` or `reject`.'),
  stoppedAt: z.iso
    .datetime()
    .nullable()
    .describe(
      'Since when it is stopped because the creator was banned: do not send it. If it was sent before, use `paid`; if ' +
        'not, wait for the lift or use `reject`.',
    ),
  providerReason: z.string().optional().describe("The provider's own words. The creator does not see them."),
  risk: Risk,
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

export const PayoutApproval = z
  .strictObject({
    code: z
      .string()
      .max(CODE_CHARACTERS_MAX)
      .overwrite(asPastedLetters)
      .optional()
      .describe('A new code from your authenticator app.'),
  })
  .openapi('PayoutApproval', { example: { code: '123456' } });

export const PayoutReturn = z.strictObject({ reason: aText(REASON_CHARACTERS_MAX, 1) }).openapi('PayoutReturn');

export const PaidRequest = z.strictObject({ reference: aLine(REFERENCE_CHARACTERS_MAX) }).openapi('PayoutPaid');

export const PayoutAccountRequest = z
  .strictObject({
    returnUrl: aLink(URL_CHARACTERS_MAX)
      .min(1)
      .describe('Where the provider sends you back: an address of this platform, or a link into one of its apps.'),
    country: aCountry
      .optional()
      .describe('Where your bank account is. Required for a new account if your profile has no country.'),
    replace: z.boolean().default(false).describe('Replaces an account that cannot receive money.'),
  })
  .openapi('PayoutAccountRequest');
export const PayoutAccount = z
  .object({ onboardingUrl: z.string(), payoutsEnabled: z.boolean() })
  .openapi('PayoutAccount');

const detailsStatus = z.enum(DETAILS_STATUSES);
const details = {
  id: z.uuid(),
  status: detailsStatus,
  reason: z.string().optional().describe('Why the request was refused.'),
  requestedAt: z.iso.datetime(),
  decidedAt: z.iso.datetime().nullable(),
  usableAt: z.iso.datetime().nullable().describe('When money is first sent to accepted bank details.'),
};

export const PayoutDetails = z.object({ ...details, financial: Financial }).openapi('PayoutDetails');
export const PayoutDetailsInReview = z
  .object({
    ...details,
    creator: PublicCard,
    financial: orNull(Financial).describe('Masked. Null once it is decided.'),
    accountLast4: z.string(),
    currentLast4: z.string().nullable().describe('The last characters of the account in use.'),
    decidedBy: orNull(PublicCard),
  })
  .openapi('PayoutDetailsInReview');

export const DetailsQuery = z.strictObject({ ...pageQuery, status: detailsStatus.optional() });
export const DetailsDecision = z
  .discriminatedUnion('accept', [
    z.strictObject({ accept: z.literal(true) }),
    z.strictObject({ accept: z.literal(false), reason: aText(REASON_CHARACTERS_MAX, 1) }),
  ])
  .openapi('PayoutDetailsDecision');
