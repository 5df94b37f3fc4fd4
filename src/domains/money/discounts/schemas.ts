/** What buyers see of discount codes, and what staff set. */
import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { cursorQuery, orNull } from '@/http/envelope';
import { aLine } from '@/http/fields';
import { asPastedCode } from '@/shared/text';
import { foldCode } from './code-text';
import { DISCOUNT_REASONS } from './errors';

const CODE_CHARACTERS_MAX = 40;
const COINS_MAX = 1_000_000_000;
const PERCENT_MAX = 1_000;
const USES_MAX = 1_000_000_000;
const PACKAGES_MAX = 50;
const ID_CHARACTERS_MAX = 64;

export const anId = z.string().min(1).max(ID_CHARACTERS_MAX);

/** A code as a buyer types it: any text is accepted and looked up. */
export const aTypedCode = z
  .string()
  .max(2 * CODE_CHARACTERS_MAX)
  .transform((text) => foldCode(asPastedCode(text)))
  .openapi({ example: 'SUMMER-10' });

const aNewCode = z
  .string()
  .max(CODE_CHARACTERS_MAX)
  .transform(foldCode)
  .refine(
    (code) => /^[A-Z0-9][A-Z0-9-]{2,}$/.test(code),
    'must be at least three letters (A to Z), digits and hyphens',
  );

export const DiscountCheck = z.strictObject({ code: aTypedCode, packageId: anId }).openapi('DiscountCheck');

export const DiscountAnswer = z
  .object({
    valid: z.boolean(),
    code: z.string(),
    bonusCoins: z.int().describe('Coins that the code adds to the package; 0 if it is not valid.'),
    reason: z.enum(DISCOUNT_REASONS).optional(),
  })
  .openapi('DiscountAnswer');

const REWARD_STATES = ['usable', 'reserved', 'used', 'expired', 'ended'] as const;

export const RewardCode = z
  .object({
    id: z.string(),
    code: z.string(),
    bonusPercent: z.int().nullable(),
    bonusCoins: z.int().nullable(),
    state: z.enum(REWARD_STATES).describe('`reserved`: in a checkout that is still open.'),
    purchaseId: z.string().nullable().describe('The purchase that earned it.'),
    expiresAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .openapi('RewardCode');

export const LatestReward = z.object({ reward: orNull(RewardCode) }).openapi('LatestReward');

const aTime = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const terms = {
  promotion: aLine(CODE_CHARACTERS_MAX).describe(
    'Codes of one promotion share the limit per user; by default each code is its own promotion.',
  ),
  bonusPercent: z.int().min(1).max(PERCENT_MAX).describe("A percentage of the package's coins, rounded down."),
  bonusCoins: z.int().min(1).max(COINS_MAX).describe('A fixed number of coins, instead of a percentage.'),
  startsAt: aTime.nullable(),
  endsAt: aTime.nullable(),
  packageCoinsMin: z.int().min(0).max(COINS_MAX).describe('The smallest package that it is valid for, in coins.'),
  packageIds: z.array(anId).min(1).max(PACKAGES_MAX).nullable().describe('Null: all packages.'),
  usesMax: z.int().min(1).max(USES_MAX).nullable().describe('For all users together; null: no limit.'),
  usesPerUserMax: z.int().min(1).max(USES_MAX).nullable(),
};

type Bonus = { bonusPercent?: number | undefined; bonusCoins?: number | undefined };
const BONUS = { path: ['bonusCoins'], message: 'give a percentage or a number of coins, not both' };

export const NewDiscount = z
  .strictObject({ code: aNewCode, ...terms })
  .partial()
  .refine(({ bonusPercent, bonusCoins }: Bonus) => (bonusPercent === undefined) !== (bonusCoins === undefined), BONUS)
  .openapi('NewDiscount', {
    oneOf: [{ required: ['bonusPercent'] }, { required: ['bonusCoins'] }],
    example: { code: 'SPRING15', bonusPercent: 15, endsAt: '2030-12-23T18:00:00.000Z', usesPerUserMax: 1 },
  });

export const DiscountChanges = z
  .strictObject({ ...terms, active: z.boolean().describe('False ends the code.') })
  .partial()
  .refine(({ bonusPercent, bonusCoins }: Bonus) => bonusPercent === undefined || bonusCoins === undefined, BONUS)
  .openapi('DiscountChanges', {
    not: { required: ['bonusPercent', 'bonusCoins'] },
    example: { endsAt: '2030-12-23T18:00:00.000Z', usesMax: 500 },
  });

const DISCOUNT_KINDS = ['promotional', 'reward'] as const;

export const Discount = z
  .object({
    id: z.string(),
    code: z.string(),
    kind: z.enum(DISCOUNT_KINDS),
    promotion: z.string(),
    ownerId: z.string().nullable().describe('The only user who can use it, for a reward code.'),
    bonusPercent: z.int().nullable(),
    bonusCoins: z.int().nullable(),
    startsAt: z.iso.datetime().nullable(),
    endsAt: z.iso.datetime().nullable(),
    packageCoinsMin: z.int(),
    packageIds: z.array(z.string()).nullable(),
    usesMax: z.int().nullable(),
    usesPerUserMax: z.int().nullable(),
    uses: z.int().describe('Reserved and redeemed together.'),
    reserved: z.int().describe('In checkouts that are still open.'),
    redeemed: z.int().describe('In paid purchases.'),
    active: z.boolean(),
    suspended: z.boolean().describe('A reward code is suspended while too little of the money that earned it is kept.'),
    createdBy: orNull(PublicCard).describe('The member of staff who made it. Null: it is a reward.'),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('Discount');

export const DiscountsQuery = z.strictObject({
  ...cursorQuery,
  kind: z.enum(DISCOUNT_KINDS).default('promotional'),
  code: aTypedCode.optional().describe('Only this code, of any kind.'),
});

/** A cursor's position in a list by id. */
export const CursorPosition = z.tuple([z.string()]);
