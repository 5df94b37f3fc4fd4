/** Puts a new product into a seller's shop: its row, variants and files in one batch. */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireThat } from '@/db/commit';
import { literal } from '@/db/sql';
import { fileError } from '@/domains/base/media/errors';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { cardColumnsFor } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { requireActive } from '@/domains/people/auth/active';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { readJsonBody } from '@/http/raw-body';
import { invalid, parse } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { cut } from '@/shared/text';
import { productError } from './errors';
import { presentShopProduct } from './find';
import { statusAfter } from './judge-status';
import { type ProductWithVariants, productsByIds } from './present';
import { readSelling, requirePrices } from './prices';
import { NewProduct, type ShopProduct } from './schemas';
import { type ProductRow, products } from './tables';
import { receiveProductForm, type TakenFiles, takeUploads } from './take-files';
import { insertVariants, planVariants, withoutOptions } from './variants';

/** The most products of a seller that are not archived. */
const PRODUCTS_MAX = 1_000;
const FILE_NAME_UNITS_MAX = 200;

type NewRow = Omit<ProductRow, 'hiddenAt' | 'keptUntil' | 'approvedAt' | 'reviewReason'>;

/** Throws VALIDATION_FAILED, PRODUCT_FILE_MISSING, TOO_MANY_PRODUCTS, and the errors of forms, files and uploads. */
export async function createProduct(ctx: Context, actor: Actor, request: Request): Promise<ShopProduct> {
  const sellerId = actor.userId;
  const [{ input, take }, selling, [seller]] = await Promise.all([
    readInput(ctx, sellerId, request),
    readSelling(ctx, sellerId),
    ctx.db.select(cardColumnsFor(actor)).from(users).where(eq(users.id, sellerId)),
  ]);
  const { after } = planVariants([], input.variants?.length ? input.variants : [withoutOptions(input.stock)]);
  requirePrices(ctx, selling, { ...input, variants: after });
  const taken = await take();
  const id = newId();
  const row = rowOf(ctx, { id, sellerId, input, taken, isKnownSeller: selling.isKnownSeller });
  const results = await commit(
    ctx,
    [
      requireActive(ctx, sellerId),
      requireThat(ctx, sql`${hasRoom(sellerId)}`),
      ...taken.statements,
      ctx.db.insert(products).values(row),
      insertVariants(ctx, id, after),
      productsByIds(ctx, [id]),
    ],
    {
      events: [...taken.events, ...(row.status === 'review' ? [reviewEvent(row)] : [])],
      refusals: { DEMAND_NOT_MET: () => fileError('UPLOAD_CONFLICT'), ...BANNED_MEANWHILE },
    },
  );
  ctx.log.event('product.created', { productId: id, status: row.status });
  const [made] = results.at(-1) as ProductWithVariants[]; // what the last statement selects
  if (!made || !seller) throw new Error(`The new product ${id} is gone`);
  return presentShopProduct(ctx, actor, { ...made, seller });
}

/** JSON is checked before its uploads are used up; the files of a form come with it. */
async function readInput(ctx: Context, sellerId: string, request: Request) {
  const room = await ctx.db.get<{ isLeft: number }>(sql`SELECT ${hasRoom(sellerId)} AS isLeft`);
  if (room.isLeft === 0) throw productError('TOO_MANY_PRODUCTS');
  if (/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) {
    const input = parse(NewProduct, await readJsonBody(request));
    return { input, take: () => takeUploads(ctx, sellerId, input) };
  }
  const { fields, taken } = await receiveProductForm(ctx, sellerId, request);
  return { input: fields, take: async () => taken };
}

interface Parts {
  readonly id: string;
  readonly sellerId: string;
  readonly input: Omit<NewProduct, 'imageUploadIds' | 'fileUploadId'>;
  readonly taken: TakenFiles;
  readonly isKnownSeller: boolean;
}

function rowOf(ctx: Context, { id, sellerId, input, taken, isKnownSeller }: Parts): NewRow {
  const { title, description, category, priceMinor, currency, shipping = {}, availableAt, perBuyerMax = null } = input;
  const kind = input.kind ?? (taken.file ? 'digital' : 'physical');
  if (kind === 'physical' && taken.file) throw invalid('file', 'goes with a digital product');
  if (kind === 'digital' && input.shipping) throw invalid('shipping', 'goes with a physical product');
  const status = statusAfter({ before: null, wanted: input.status, category, isReworded: true, isKnownSeller });
  if (kind === 'digital' && status !== 'draft' && !taken.file) throw productError('PRODUCT_FILE_MISSING');
  const now = ctx.now();
  return {
    ...{ id, sellerId, title, description, category, kind, priceMinor, currency, status, perBuyerMax },
    imageKeys: taken.imageKeys,
    fileKey: taken.file?.key ?? null,
    fileName: taken.file ? nameOf(taken.file.name, title) : null,
    weightGrams: shipping.weightGrams ?? null,
    shipsTo: shipping.shipsTo ?? null,
    shippingMinor: shipping.priceMinor ?? 0,
    availableAt: availableAt ? Date.parse(availableAt) : null,
    submittedAt: status === 'review' ? now : null,
    ...{ createdAt: now, updatedAt: now },
  };
}

/** The name of a file without folders, or the product's. */
export function nameOf(fileName: string | null, title: string): string {
  const own = fileName?.split(/[/\\]/).at(-1)?.trim();
  return cut(own || title, FILE_NAME_UNITS_MAX);
}

export function reviewEvent({ id, sellerId }: Pick<ProductRow, 'id' | 'sellerId'>) {
  return staffEvent('product', { id, subjectId: sellerId });
}

function hasRoom(sellerId: string) {
  return sql`(SELECT count(*) < ${literal(PRODUCTS_MAX)} FROM (
    SELECT 1 FROM ${products} WHERE seller_id = ${sellerId} AND status <> 'archived' LIMIT ${literal(PRODUCTS_MAX)}))`;
}
