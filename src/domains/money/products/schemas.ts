/** Wire shapes of products, of those who sell them and of their review. */
import { z } from '@hono/zod-openapi';
import { aCountry } from '@/contracts/codes';
import { aCurrency, MINOR_MAX } from '@/contracts/economy';
import { PRODUCT_CATEGORY_NAMES, PRODUCT_KINDS, PRODUCT_STATUSES, Product } from '@/contracts/product';
import { PublicCard } from '@/domains/base/users/schemas';
import { pageOf, pageQuery } from '@/http/envelope';
import { aLine, aLink, aText, inQuery, optionalSearchText } from '@/http/fields';
import { WITHOUT_CONTROL } from '@/shared/text';

export const PRODUCT_IMAGES_MAX = 8;
const VARIANTS_MAX = 50;
const TITLE_CHARACTERS_MAX = 150;
const DESCRIPTION_CHARACTERS_MAX = 5_000;
const STOCK_MAX = 1_000_000;
const PER_BUYER_MAX = 1_000;
const GRAMS_MAX = 1_000_000;
const COUNTRIES_MAX = 250;
const OPTIONS_MAX = 3;
const OPTION_CHARACTERS_MAX = 50;
const REASON_CHARACTERS_MAX = 1_000;
const ID_CHARACTERS_MAX = 64;

export const anId = z.string().min(1).max(ID_CHARACTERS_MAX);
const price = z.int().min(1).max(MINOR_MAX);
const stock = z.int().min(0).max(STOCK_MAX).nullable();
const category = z.enum(PRODUCT_CATEGORY_NAMES);

const optionText = aLine(OPTION_CHARACTERS_MAX);
const optionSchema = { minLength: 1, maxLength: OPTION_CHARACTERS_MAX, pattern: WITHOUT_CONTROL };
/** A variable, since the type of `.openapi` does not know `propertyNames`. */
const OPTIONS_SCHEMA = {
  type: 'object' as const,
  minProperties: 1,
  maxProperties: OPTIONS_MAX,
  propertyNames: optionSchema,
  additionalProperties: { type: 'string' as const, ...optionSchema },
  example: { size: 'M', colour: 'red' },
};
const Options = z
  .record(optionText, optionText)
  .refine((options) => Object.keys(options).length >= 1, 'must have at least one option')
  .refine((options) => Object.keys(options).length <= OPTIONS_MAX, `must have at most ${OPTIONS_MAX} options`)
  // In one order, so that the database can tell equal ones.
  .transform((options) =>
    Object.fromEntries(Object.entries(options).toSorted(([one], [other]) => (one < other ? -1 : 1))),
  )
  .openapi(OPTIONS_SCHEMA);

const VariantInput = z
  .strictObject({
    id: anId.optional().openapi({ description: 'Of a variant that stays. Without it, one with these options stays.' }),
    options: Options,
    priceMinor: price.nullable().optional().openapi({ description: "Instead of the product's price." }),
    stock: stock.optional().openapi({ description: 'Null: unlimited. Without it, a new variant is unlimited.' }),
  })
  .openapi('ProductVariantInput');
export type VariantInput = z.output<typeof VariantInput>;

const NewVariantInput = VariantInput.omit({ id: true }).openapi('NewProductVariantInput');

const hasDifferentOptions = (list: readonly Pick<VariantInput, 'options'>[]) =>
  new Set(list.map(({ options }) => JSON.stringify(options))).size === list.length;
const DIFFERENT_OPTIONS = 'must have different options';
const ONE_FOR_EACH = 'One for each combination of options. Empty: no options.';

const newVariants = z
  .array(NewVariantInput)
  .max(VARIANTS_MAX)
  .refine(hasDifferentOptions, DIFFERENT_OPTIONS)
  .openapi({ description: ONE_FOR_EACH });
const variants = z
  .array(VariantInput)
  .max(VARIANTS_MAX)
  .refine(hasDifferentOptions, DIFFERENT_OPTIONS)
  .refine((list) => {
    const ids = list.flatMap(({ id }) => id ?? []);
    return new Set(ids).size === ids.length;
  }, 'must have different ids');

const ShippingInput = z
  .strictObject({
    weightGrams: z.int().min(1).max(GRAMS_MAX).nullable().optional(),
    shipsTo: z
      .array(aCountry)
      .min(1)
      .max(COUNTRIES_MAX)
      .transform((list) => [...new Set(list)].toSorted())
      .nullable()
      .optional()
      .openapi({ description: 'Countries; null: anywhere.' }),
    priceMinor: z.int().min(0).max(MINOR_MAX).optional().openapi({ description: 'Of an order, in `currency`.' }),
  })
  .openapi('ProductShippingInput');

const fields = {
  title: aLine(TITLE_CHARACTERS_MAX),
  description: aText(DESCRIPTION_CHARACTERS_MAX),
  priceMinor: price,
  stock: stock.openapi({ description: 'Of a product without options. Null: unlimited.' }),
  category,
  variants: variants.openapi({ description: ONE_FOR_EACH }),
  shipping: ShippingInput.openapi({ description: 'Of a physical product.' }),
  availableAt: z.iso
    .datetime({ offset: true })
    .nullable()
    .openapi({ description: 'A drop: it is shown, and can be bought from then on. Null: at once.' }),
  perBuyerMax: z.int().min(1).max(PER_BUYER_MAX).nullable().openapi({
    description: 'Pieces that one buyer can buy in one stream.',
  }),
};

const uploads = z
  .array(anId)
  .max(PRODUCT_IMAGES_MAX)
  .refine((ids) => new Set(ids).size === ids.length, 'must be different uploads')
  .openapi({ uniqueItems: true, description: 'Uploads of the kind `image`. The first image is the cover.' });
const fileUpload = anId.openapi({ description: 'An upload of the kind `product-file`: what buyers download.' });

const STOCK_OF_VARIANTS = { path: ['stock'], message: 'goes with the variants, if there are any' };
const DIGITAL_SHIPPING = { path: ['shipping'], message: 'goes with a physical product' };

interface Combined {
  readonly stock?: unknown;
  readonly variants?: readonly unknown[] | undefined;
  readonly kind?: string | undefined;
  readonly shipping?: unknown;
  readonly fileUploadId?: string | undefined;
}
const hasOneStock = ({ stock: own, variants: list }: Combined) => own === undefined || !list?.length;
const isShippedIfPhysical = ({ kind, shipping }: Combined) => shipping === undefined || kind !== 'digital';
const isFileOfDigital = ({ kind, fileUploadId }: Combined) => fileUploadId === undefined || kind !== 'physical';

const newFields = {
  title: fields.title,
  description: fields.description.default(''),
  kind: z
    .enum(PRODUCT_KINDS)
    .optional()
    .openapi({ description: 'Without it: digital with a file, and physical otherwise. It cannot be changed later.' }),
  priceMinor: price,
  currency: aCurrency.openapi({ description: 'It cannot be changed later.' }),
  stock: fields.stock.optional(),
  category: category.default('other'),
  variants: newVariants.optional(),
  shipping: fields.shipping.optional(),
  availableAt: fields.availableAt.optional(),
  perBuyerMax: fields.perBuyerMax.optional(),
  status: z.enum(['draft', 'active']).default('draft'),
};

export const NewProduct = z
  .strictObject({ ...newFields, imageUploadIds: uploads.default([]), fileUploadId: fileUpload.optional() })
  .refine(hasOneStock, STOCK_OF_VARIANTS)
  .refine(isShippedIfPhysical, DIGITAL_SHIPPING)
  .refine(isFileOfDigital, { path: ['fileUploadId'], message: 'goes with a digital product' })
  .openapi('NewProduct');
export type NewProduct = z.output<typeof NewProduct>;

export const ProductChanges = z
  .strictObject({
    ...fields,
    status: z.enum(['draft', 'active', 'archived']),
    images: z.array(aLink(500)).max(PRODUCT_IMAGES_MAX).openapi({
      description: 'URLs of its images that stay, in their order. New ones follow them.',
    }),
    imageUploadIds: uploads,
    fileUploadId: fileUpload,
  })
  .partial()
  .refine(hasOneStock, STOCK_OF_VARIANTS)
  .openapi('ProductChanges');
export type ProductChanges = z.output<typeof ProductChanges>;

/** A product with its seller. The seller and staff see more. */
export const ShopProduct = Product.extend({
  seller: PublicCard,
  hidden: z.literal(true).optional().openapi({ description: 'Staff have hidden it: only you and they see it.' }),
  reviewReason: z.string().nullable().optional().openapi({ description: 'Why staff refused it. For its seller.' }),
  fileName: z.string().nullable().optional().openapi({ description: 'What buyers download. For its seller.' }),
  sold: z.int().optional().openapi({ description: 'Pieces. For its seller.' }),
  held: z.int().optional().openapi({ description: 'Pieces in open checkouts. For its seller.' }),
  updatedAt: z.iso.datetime().optional().openapi({ description: 'For its seller.' }),
}).openapi('ShopProduct');
export type ShopProduct = z.input<typeof ShopProduct>;

export const ShopProductPage = pageOf(ShopProduct);

const SORTS = ['newest', 'price', '-price'] as const;
const ORDER_OF_PRICES = 'Prices are sorted within a currency, so name one with `currency` to compare them.';
const minor = inQuery(z.number().int().min(0).max(MINOR_MAX));
const yes = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .openapi({ type: 'boolean' });

const productFilters = {
  q: optionalSearchText,
  category: category.optional(),
  creatorId: anId.optional().openapi({ description: 'The seller.' }),
  currency: aCurrency.optional(),
  priceMin: minor.optional().openapi({ description: 'In minor units.' }),
  priceMax: minor.optional().openapi({ description: 'In minor units.' }),
  inStock: yes.optional().openapi({ description: 'True: only what can be bought now.' }),
};

export const ProductListQuery = z.strictObject({
  ...pageQuery,
  ...productFilters,
  sort: z.enum(SORTS).default('newest').openapi({ description: ORDER_OF_PRICES }),
});
export type ProductListQuery = z.output<typeof ProductListQuery>;

export const SellerProductsQuery = ProductListQuery.omit({ creatorId: true });

export const ProductSearchQuery = z.strictObject({
  ...pageQuery,
  ...productFilters,
  sort: z
    .enum(['relevance', ...SORTS])
    .optional()
    .openapi({ description: `By relevance if there are words, and newest first otherwise. ${ORDER_OF_PRICES}` }),
});

export const OwnProductsQuery = z.strictObject({ ...pageQuery, status: z.enum(PRODUCT_STATUSES).optional() });

export const ProductInReview = ShopProduct.extend({ submittedAt: z.iso.datetime() }).openapi('ProductInReview');
export const ReviewPage = pageOf(ProductInReview);

export const ProductReview = z
  .strictObject({
    approve: z.boolean(),
    reason: aText(REASON_CHARACTERS_MAX, 1)
      .optional()
      .openapi({ description: 'For its seller. Required if you refuse it.' }),
    updatedAt: z.iso.datetime({ offset: true }).optional().openapi({
      description: 'Of the product that you looked at: if it was changed since, nothing is decided.',
    }),
  })
  .refine(({ approve, reason }) => approve || reason !== undefined, {
    path: ['reason'],
    message: 'is required if you refuse it',
  })
  .openapi('ProductReview', {
    anyOf: [{ properties: { approve: { enum: [true] } } }, { required: ['reason'] }],
  });

export const WaitRequest = z.strictObject({ variantId: anId.optional() }).openapi('WaitRequest');

export const Wait = z
  .object({
    variantId: z.uuid(),
    position: z.int().openapi({ description: 'Your place in the list, from 1. 0: a piece is kept for you now.' }),
    offeredUntil: z.iso.datetime().optional().openapi({ description: 'Until then a piece is kept for you.' }),
  })
  .openapi('Wait');
