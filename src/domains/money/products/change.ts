/**
 * A seller changes a product: only what is sent. Of two changes at once one wins whole: the batch requires that the
 * product is as the request found it. Stock is changed by a difference, see `variants.ts`.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, NOTHING, type Plan, requireThat } from '@/db/commit';
import { findKeyIn } from '@/domains/base/media/keys';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { requireActive } from '@/domains/people/auth/active';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { isChange } from '@/shared/is-change';
import { nameOf, reviewEvent } from './create';
import { productError } from './errors';
import { dropFiles } from './files';
import { type FoundProduct, getOwnProduct, presentShopProduct } from './find';
import { statusAfter } from './judge-status';
import { hasOptions, type ProductWithVariants, productsByIds, variantsOf } from './present';
import { readSelling, requirePrices, type Selling } from './prices';
import { PRODUCT_IMAGES_MAX, type ProductChanges, type ShopProduct } from './schemas';
import { OUT_OF_STOCK, offerStock } from './stock';
import { type ProductRow, products, type VariantRow } from './tables';
import { type TakenFiles, takeUploads } from './take-files';
import { planVariants, raisedIn, type VariantPlan, variantStatements, withoutOptions } from './variants';
import { endWaits } from './waiting-list';

/**
 * Throws as `getOwnProduct` does, VALIDATION_FAILED, VARIANT_NOT_FOUND, PRODUCT_HIDDEN, PRODUCT_FILE_MISSING,
 * PRODUCT_CHANGED, PRODUCT_STOCK_CHANGED, and the errors of uploads.
 */
export async function changeProduct(
  ctx: Context,
  actor: Actor,
  id: string,
  input: ProductChanges,
): Promise<ShopProduct> {
  const [found, selling] = await Promise.all([getOwnProduct(ctx, actor, id), readSelling(ctx, actor.userId)]);
  const { product } = found;
  if (product.hiddenAt !== null) throw productError('PRODUCT_HIDDEN');
  const variants = variantsOf(found);
  const plan = planStock(variants, input);
  const kept = keptImages(ctx, product, input);
  const fields = fieldsOf(product, input);
  const status = statusOf(product, fields, { input, kept, selling });
  if (status === 'active' || status === 'review')
    requirePrices(ctx, selling, { ...product, ...fields, variants: plan?.after ?? variants });
  if (
    product.kind === 'digital' &&
    status !== 'draft' &&
    status !== 'archived' &&
    !product.fileKey &&
    !input.fileUploadId
  )
    throw productError('PRODUCT_FILE_MISSING');
  const taken = await takeUploads(ctx, actor.userId, input);
  const after = rowAfter(ctx, product, { fields, status, kept, taken });
  if (!isChange<object>(product, { ...after, updatedAt: product.updatedAt }) && !isStockChanged(plan))
    return presentShopProduct(ctx, actor, found);
  const changed = await write(ctx, { found, after, plan, taken });
  ctx.log.event('product.changed', { productId: id, status });
  return presentShopProduct(ctx, actor, { ...changed, seller: found.seller });
}

/** Undefined if neither variants nor stock were sent. Throws VALIDATION_FAILED, VARIANT_NOT_FOUND. */
function planStock(
  variants: readonly VariantRow[],
  { variants: sent, stock }: ProductChanges,
): VariantPlan | undefined {
  if (sent !== undefined) return planVariants(variants, sent.length > 0 ? sent : [withoutOptions(stock)]);
  if (stock === undefined) return undefined;
  if (hasOptions(variants)) throw invalid('stock', 'goes with the variants, if there are any');
  return planVariants(variants, [withoutOptions(stock)]);
}

function isStockChanged(plan: VariantPlan | undefined): boolean {
  return plan !== undefined && plan.added.length + plan.changed.length + plan.retired.length > 0;
}

/** Throws VALIDATION_FAILED. */
function keptImages(ctx: Context, { imageKeys }: ProductRow, { images, imageUploadIds = [] }: ProductChanges) {
  const kept = images?.map((url) => findKeyIn(ctx.config, url) ?? '') ?? imageKeys;
  if (kept.some((key) => !imageKeys.includes(key)) || new Set(kept).size < kept.length)
    throw invalid('images', 'must be URLs of images of this product');
  if (kept.length + imageUploadIds.length > PRODUCT_IMAGES_MAX)
    throw invalid('images', `must be at most ${PRODUCT_IMAGES_MAX}`);
  return kept;
}

function fieldsOf(product: ProductRow, input: ProductChanges) {
  const { title, description, category, priceMinor, perBuyerMax, availableAt, shipping, fileUploadId } = input;
  if (product.kind === 'digital' && shipping !== undefined) throw invalid('shipping', 'goes with a physical product');
  if (product.kind === 'physical' && fileUploadId !== undefined)
    throw invalid('fileUploadId', 'goes with a digital product');
  return {
    title: title ?? product.title,
    description: description ?? product.description,
    category: category ?? product.category,
    priceMinor: priceMinor ?? product.priceMinor,
    perBuyerMax: perBuyerMax === undefined ? product.perBuyerMax : perBuyerMax,
    availableAt: availableAt === undefined ? product.availableAt : timeOf(availableAt),
    weightGrams: shipping?.weightGrams === undefined ? product.weightGrams : shipping.weightGrams,
    shipsTo: shipping?.shipsTo === undefined ? product.shipsTo : shipping.shipsTo,
    shippingMinor: shipping?.priceMinor ?? product.shippingMinor,
  } satisfies Partial<ProductRow>;
}

const timeOf = (iso: string | null) => (iso === null ? null : Date.parse(iso));

type Fields = ReturnType<typeof fieldsOf>;

interface Judged {
  readonly input: ProductChanges;
  readonly kept: readonly string[];
  readonly selling: Selling;
}

function statusOf(product: ProductRow, fields: Fields, { input, kept, selling }: Judged): ProductRow['status'] {
  const { title, description, category } = fields;
  const isReworded =
    isChange(product, { title, description, category, imageKeys: kept }) || Boolean(input.imageUploadIds?.length);
  const { isKnownSeller } = selling;
  return statusAfter({ before: product.status, wanted: input.status, category, isReworded, isKnownSeller });
}

interface After {
  readonly fields: Fields;
  readonly status: ProductRow['status'];
  readonly kept: readonly string[];
  readonly taken: TakenFiles;
}

function rowAfter(ctx: Context, product: ProductRow, { fields, status, kept, taken }: After): ProductRow {
  const { file, imageKeys } = taken;
  const isSubmitted = status === 'review' && product.status !== 'review';
  return {
    ...product,
    ...fields,
    status,
    imageKeys: [...kept, ...imageKeys],
    ...(file ? { fileKey: file.key, fileName: nameOf(file.name, fields.title) } : {}),
    ...(isSubmitted ? { submittedAt: ctx.now(), reviewReason: null } : {}),
    // Two changes within one millisecond must still differ.
    updatedAt: Math.max(ctx.now(), product.updatedAt + 1),
  };
}

interface Writing {
  readonly found: FoundProduct;
  readonly after: ProductRow;
  readonly plan: VariantPlan | undefined;
  readonly taken: TakenFiles;
}

async function write(ctx: Context, { found, after, plan, taken }: Writing): Promise<ProductWithVariants> {
  const { product } = found;
  const { id } = product;
  const { status } = after;
  const isSame = sql`EXISTS (SELECT 1 FROM ${products}
    WHERE id = ${id} AND updated_at = ${product.updatedAt} AND hidden_at IS NULL)`;
  const isOver = status === 'archived' && product.status !== 'archived';
  const isTakenBack = product.status === 'review' && status !== 'review';
  const unused = [
    ...product.imageKeys.filter((key) => !after.imageKeys.includes(key)),
    ...(product.fileKey !== null && product.fileKey !== after.fileKey ? [product.fileKey] : []),
  ];
  const dropped = dropFiles(ctx, id, unused);
  const offers = isOver ? NOTHING : planOffers(ctx, found, after, plan);
  const results = await commit(
    ctx,
    [
      requireActive(ctx, product.sellerId),
      requireThat(ctx, isSame),
      ...taken.statements,
      ctx.db
        .update(products)
        .set(after)
        .where(and(eq(products.id, id))),
      ...(plan ? variantStatements(ctx, id, plan) : []),
      ...offers.statements,
      ...(isOver ? endWaits(ctx, id) : []),
      ...(isTakenBack ? withdrawWaiting(ctx, id) : []),
      ...dropped.statements,
      productsByIds(ctx, [id]),
    ],
    {
      events: [
        ...taken.events,
        ...dropped.events,
        ...offers.events,
        { kind: 'stock-changed', productId: id },
        ...(status === 'review' && product.status !== 'review' ? [reviewEvent(after)] : []),
      ],
      evenIfUnchanged: true,
      refusals: {
        DEMAND_NOT_MET: () => productError('PRODUCT_CHANGED'),
        [OUT_OF_STOCK]: () => productError('PRODUCT_STOCK_CHANGED'),
        ...BANNED_MEANWHILE,
      },
    },
  );
  const [row] = results.at(-1) as ProductWithVariants[]; // what the last statement selects
  if (!row) throw new Error(`The changed product ${id} is gone`);
  return row;
}

/** Offers to those who wait: the pieces that were added, or all of them once the product is on sale again. */
export function planOffers(
  ctx: Context,
  found: ProductWithVariants,
  after: Pick<ProductRow, 'id' | 'status'>,
  plan?: VariantPlan | undefined,
): Plan {
  if (after.status !== 'active') return NOTHING;
  const isBack = found.product.status !== 'active';
  const inStock = variantsOf(found).flatMap(({ id, stock }) => (stock !== null && stock > 0 ? [id] : []));
  const ids = new Set([...(plan ? raisedIn(plan) : []), ...(isBack ? inStock : [])]);
  const retired = new Set(plan?.retired);
  const offers = [...ids]
    .filter((id) => !retired.has(id))
    .map((variantId) => offerStock(ctx, { productId: after.id, variantId }));
  const isTask = ({ kind }: OutboxEvent) => kind === 'task';
  return {
    statements: offers.flatMap(({ statements }) => statements),
    events: offers.flatMap(({ events }) => events.filter(isTask)),
  };
}
