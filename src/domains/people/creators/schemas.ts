/** Wire shapes of applications and creator profiles. Responses show only the last four characters of a bank account. */
import { z } from '@hono/zod-openapi';
import { aCountry } from '@/contracts/codes';
import { PublicCard } from '@/domains/base/users/schemas';
import { USER_STATUSES } from '@/domains/base/users/status';
import { Category } from '@/domains/live/channels/categories';
import { orNull, pageQuery } from '@/http/envelope';
import { aLine, aText, pastedCodePattern } from '@/http/fields';
import { foldAccountNumber, isIban } from './iban';

const CATEGORIES_MAX = 5;
const BIO_CHARACTERS_MAX = 2_000;
const NAME_CHARACTERS_MAX = 120;
const REASON_CHARACTERS_MAX = 500;
/** The last four characters are shown, so a number must be longer. */
const ACCOUNT_NUMBER = /^[A-Z0-9]{6,34}$/;

const name = aLine(NAME_CHARACTERS_MAX, 2);
const bio = aText(BIO_CHARACTERS_MAX);
const categories = z
  .array(Category)
  .min(1)
  .max(CATEGORIES_MAX)
  .refine((list) => new Set(list).size === list.length, 'must not repeat a category')
  .openapi({ uniqueItems: true });

const CreatorType = z.enum(['creator', 'dj', 'performer']);
const ApplicationStatus = z.enum(['PENDING', 'APPROVED', 'REJECTED']);
const DocumentType = z.enum(['passport', 'id_card', 'driving_licence']);

const profile = { bio, categories };
const identity = {
  documentType: DocumentType.optional(),
  legalName: name,
  birthDate: z.iso.date().describe('Applicants must be at least 18 years old.'),
};
const financial = {
  accountHolder: name,
  iban: z.string().max(60).transform(foldAccountNumber).refine(isIban, 'is not a valid IBAN').optional(),
  accountNumber: z
    .string()
    .max(60)
    .transform(foldAccountNumber)
    .refine((text) => ACCOUNT_NUMBER.test(text), 'must have 6 to 34 digits or letters')
    .openapi({ pattern: pastedCodePattern('[0-9A-Za-z]', 6, 34) })
    .optional(),
  bankName: name,
  country: aCountry,
};

type Account = { iban?: string | undefined; accountNumber?: string | undefined };
const notBoth = ({ iban, accountNumber }: Account) => iban === undefined || accountNumber === undefined;
const oneOf = (account: Account) => account.iban !== undefined || account.accountNumber !== undefined;
const BOTH = { path: ['accountNumber'], message: 'give an IBAN or an account number, not both' };

/** Bank details in full, as an application has them. */
export const FinancialRequest = z
  .strictObject(financial)
  .refine(notBoth, BOTH)
  .refine(oneOf, { path: ['iban'], message: 'give an IBAN or an account number' })
  .openapi({
    oneOf: [{ required: ['iban'] }, { required: ['accountNumber'] }],
    example: { accountHolder: 'Mia Holm', iban: 'DE89370400440532013000', bankName: 'Sparda', country: 'DE' },
  });

export const ApplicationRequest = z
  .strictObject({
    type: CreatorType.optional().describe("The default is the account's role, or `creator` for a viewer."),
    profile: z.strictObject(profile),
    identity: z.strictObject(identity),
    financial: FinancialRequest,
  })
  .openapi('CreatorApplicationRequest');

export const AmendmentRequest = z
  .strictObject({
    type: CreatorType.optional(),
    profile: z.strictObject(profile).partial().optional(),
    identity: z.strictObject(identity).partial().optional(),
    financial: z
      .strictObject(financial)
      .partial()
      .refine(notBoth, BOTH)
      .openapi({ not: { required: ['iban', 'accountNumber'] } })
      .optional(),
  })
  .openapi('CreatorApplicationAmendment');

export const DocumentFields = z.strictObject({ documentType: DocumentType.optional() });
export const DocumentUpload = DocumentFields.extend({
  document: z.string().openapi({ format: 'binary', description: 'PNG, JPEG, WebP or PDF, at most 10 MB.' }),
}).openapi('IdentityDocumentUpload');

export const RejectionRequest = z.strictObject({ reason: aText(REASON_CHARACTERS_MAX, 1) });

const Profile = z.object({ bio: z.string(), categories: z.array(z.string()) });
const Identity = z.object({
  documentType: DocumentType.nullable(),
  documentUploaded: z.boolean(),
  legalName: z.string(),
  birthDate: z.string(),
});
export const Financial = z
  .object({
    accountHolder: z.string(),
    ibanLast4: z.string().optional(),
    accountLast4: z.string().optional(),
    bankName: z.string(),
    country: z.string(),
  })
  .openapi('MaskedBankDetails');

const Summary = z.object({
  id: z.uuid(),
  status: ApplicationStatus,
  type: CreatorType,
  profile: Profile,
  identity: Identity,
  reason: z.string().optional().describe('Why the application was rejected.'),
  submittedAt: z.iso.datetime(),
  decidedAt: z.iso.datetime().nullable(),
});

export const Application = Summary.extend({ financial: Financial }).openapi('CreatorApplication');
const applicantStatus = z.enum(USER_STATUSES).describe('Nothing can be decided unless it is `active`.');
export const ApplicationInList = Summary.extend({ applicant: PublicCard, applicantStatus }).openapi(
  'CreatorApplicationInList',
);
export const ApplicationInReview = Application.extend({
  applicant: PublicCard,
  applicantStatus,
  decidedBy: orNull(PublicCard),
  documentUrl: z
    .string()
    .nullable()
    .describe(
      'A link to the identity document, valid for five minutes and logged. Null in the response to a decision.',
    ),
}).openapi('CreatorApplicationInReview');

export const ApplicationsQuery = z.strictObject({ ...pageQuery, status: ApplicationStatus.optional() });

export const ProfileRequest = z.strictObject(profile).partial().openapi('CreatorProfileRequest');
export const CreatorProfile = Profile.extend({
  userId: z.uuid(),
  user: PublicCard,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
}).openapi('CreatorProfile');

export const Tier = z
  .object({ id: z.uuid(), name: z.string(), description: z.string(), coinsPerMonth: z.int() })
  .openapi('Tier');

/** Cheapest first. Not paged, because a creator has only a few tiers. */
export const Tiers = z.object({ tiers: z.array(Tier) }).openapi('Tiers');
