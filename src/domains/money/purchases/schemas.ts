/** Packages as they are offered and managed, and purchases as their buyers see them. */
import { z } from '@hono/zod-openapi';
import { aCurrency, MINOR_MAX } from '@/contracts/economy';
import { PAYMENT_PROVIDERS } from '@/contracts/payments';
import { aTypedCode } from '@/domains/money/discounts/schemas';
import { PAYMENT_STATUSES } from '@/domains/money/payments/tables';
import { keptTimes } from '@/http/catalogue-query';
import { aLine, aLink } from '@/http/fields';

const NAME_CHARACTERS_MAX = 60;
const COINS_MAX = 1_000_000_000;
const URL_CHARACTERS_MAX = 2_000;
const ID_CHARACTERS_MAX = 64;

export const anId = z.string().min(1).max(ID_CHARACTERS_MAX);

export const CoinPackage = z
  .object({
    id: z.string(),
    name: z.string(),
    coins: z.int(),
    bonusCoins: z.int(),
    priceMinor: z.int(),
    currency: z.string(),
    active: z.boolean(),
  })
  .openapi('CoinPackage');

/** A package as staff see it. */
export const KeptPackage = CoinPackage.extend(keptTimes).openapi('KeptPackage');

const offer = {
  name: aLine(NAME_CHARACTERS_MAX),
  coins: z.int().min(1).max(COINS_MAX),
  bonusCoins: z.int().min(0).max(COINS_MAX),
  priceMinor: z.int().min(1).max(MINOR_MAX).describe('In the minor unit of the currency.'),
  currency: aCurrency,
  active: z.boolean().describe('Whether it is on offer; false retires it.'),
};

export const NewPackage = z
  .strictObject(offer)
  .partial({ bonusCoins: true, active: true })
  .openapi('NewPackage', {
    example: { name: 'Treasure', coins: 5_000, bonusCoins: 250, priceMinor: 5_499, currency: 'USD' },
  });

export const PackageChanges = z
  .strictObject(offer)
  .partial()
  .openapi('PackageChanges', { example: { active: false } });

const aUrl = aLink(URL_CHARACTERS_MAX).min(1);

export const PurchaseRequest = z
  .strictObject({
    packageId: anId,
    discountCode: aTypedCode.optional(),
    successUrl: aUrl.describe(
      'Where the buyer is sent after paying: an address of this platform, or a link into one of its apps.',
    ),
    cancelUrl: aUrl,
  })
  .openapi('PurchaseRequest');

const purchase = {
  id: z.string(),
  packageId: z.string(),
  packageName: z.string(),
  coins: z.int(),
  bonusCoins: z.int().describe('The bonuses of the package and of the code together.'),
  amountMinor: z.int(),
  currency: z.string(),
  status: z.enum(PAYMENT_STATUSES),
  provider: z.enum(PAYMENT_PROVIDERS),
  discountCode: z.string().optional(),
  codeBonusCoins: z.int().describe('The part of the bonus that comes from the code.'),
  reversedCoins: z.int().describe('Coins that refunds and disputes have taken back so far.'),
  reversedMinor: z.int(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().describe('The checkout can be paid until then.'),
  paidAt: z.iso.datetime().nullable(),
  processingAt: z.iso
    .datetime()
    .nullable()
    .describe('Since when the money was on its way, for a slow means of payment. The coins come once it arrives.'),
};

export const Purchase = z.object(purchase).openapi('Purchase');

export const NewPurchase = z
  .object({ ...purchase, purchaseId: z.string(), checkoutUrl: z.string().describe('Where the buyer pays.') })
  .openapi('NewPurchase');

/** A cursor's position in the list of purchases. */
export const CursorPosition = z.tuple([z.string()]);
