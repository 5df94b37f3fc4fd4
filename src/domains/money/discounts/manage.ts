/**
 * Staff manage discount codes. Each change requires the row as it was read, and is logged with who, before and after. No
 * code makes coins cheaper than what they can be cashed out for.
 */

import type { z } from '@hono/zod-openapi';
import { and, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange, requireThat } from '@/db/commit';
import { economyError } from '@/domains/base/economy/errors';
import { offersAreUnchanged, readOffers, requireNoLoop, type Standing } from '@/domains/base/economy/offers';
import { logStaff } from '@/domains/base/permissions/log';
import { cardOf } from '@/domains/base/users/card-of';
import { type Card, findCards } from '@/domains/base/users/find-cards';
import { type CardRow, presentCard } from '@/domains/base/users/present';
import { coinPackages } from '@/domains/money/purchases/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import { httpError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { isChange } from '@/shared/is-change';
import { toIso, toIsoOrNull } from '@/shared/time';
import { newCode } from './code-text';
import { discountError, packageError } from './errors';
import { hasLetters } from './find';
import { CursorPosition, type Discount, type DiscountChanges, type DiscountsQuery, type NewDiscount } from './schemas';
import { type DiscountRow, discountCodes } from './tables';

const LIST = 'discounts';

/** Reserved uses are few: only those of open checkouts. All other uses are redeemed. */
const columns = {
  ...getTableColumns(discountCodes),
  reserved: sql<number>`(
    SELECT count(*) FROM discount_redemptions WHERE code_id = discount_codes.id AND state = 'reserved')`.as('reserved'),
  maker: cardOf(sql`discount_codes.created_by`).as('maker'),
};

/** Newest first. */
export async function listDiscounts(ctx: Context, { kind, code, cursor, perPage }: z.output<typeof DiscountsQuery>) {
  const before = cursor === undefined ? undefined : decodeCursor(LIST, CursorPosition, cursor)[0];
  const rows = await ctx.db
    .select(columns)
    .from(discountCodes)
    .where(
      and(
        code === undefined ? eq(discountCodes.kind, kind) : hasLetters(code),
        before === undefined ? undefined : lt(discountCodes.id, before),
      ),
    )
    .orderBy(desc(discountCodes.id))
    .limit(perPage + 1);
  return presentCursorPage(rows, perPage, presentKept, (row) => encodeCursor(LIST, [row.id]));
}

/**
 * Throws DISCOUNT_CODE_EXISTS, PACKAGE_NOT_FOUND, VALIDATION_FAILED, CURRENCY_RATE_MISSING, COINS_TOO_CHEAP,
 * ECONOMY_CHANGED.
 */
export async function createDiscount(ctx: Context, { userId }: Actor, input: z.output<typeof NewDiscount>) {
  const code = input.code ?? newCode();
  const [standing, [alike], cards] = await Promise.all([
    readOffers(ctx),
    ctx.db.select({ one: sql`1` }).from(discountCodes).where(hasLetters(code)).limit(1),
    findCards(ctx, [userId]),
    requirePackages(ctx, input.packageIds ?? null),
  ]);
  if (alike) throw discountError('DISCOUNT_CODE_EXISTS');
  const [id, now] = [newId(), ctx.now()];
  const row: DiscountRow = {
    id,
    code,
    kind: 'promotional',
    promotion: input.promotion ?? id,
    ownerId: null,
    earnedBy: null,
    bonusPercent: input.bonusPercent ?? null,
    bonusCoins: input.bonusCoins ?? null,
    startsAt: input.startsAt ?? null,
    endsAt: input.endsAt ?? null,
    packageCoinsMin: input.packageCoinsMin ?? 0,
    packageIds: input.packageIds ?? null,
    usesMax: input.usesMax ?? null,
    usesPerUserMax: input.usesPerUserMax ?? null,
    uses: 0,
    active: true,
    suspended: false,
    createdBy: userId,
    createdAt: now,
    updatedAt: now,
  };
  requireWindow(row);
  requireSound(row, standing, now);
  await commit(
    ctx,
    [
      requireThat(ctx, offersAreUnchanged(standing)),
      ctx.db.insert(discountCodes).values(row),
      logStaff(ctx, {
        staffId: userId,
        action: 'discount.create',
        targetType: 'discount',
        targetId: id,
        before: null,
        after: row,
      }),
    ],
    {
      refusals: {
        'discount_codes.code': () => discountError('DISCOUNT_CODE_EXISTS'),
        DEMAND_NOT_MET: () => economyError('ECONOMY_CHANGED'),
      },
    },
  );
  ctx.log.event('discount.created', { discountId: id });
  return presentDiscount({ ...row, reserved: 0 }, cards.get(userId) ?? null);
}

/**
 * Changes only what is sent; a reserved use keeps its bonus. Throws DISCOUNT_CODE_NOT_FOUND, PACKAGE_NOT_FOUND,
 * DISCOUNT_USED_MORE_OFTEN, DISCOUNT_CHANGED, VALIDATION_FAILED, CURRENCY_RATE_MISSING, COINS_TOO_CHEAP.
 */
export async function changeDiscount(
  ctx: Context,
  { userId }: Actor,
  id: string,
  changes: z.output<typeof DiscountChanges>,
) {
  const [found, standing] = await Promise.all([
    ctx.db.select(columns).from(discountCodes).where(eq(discountCodes.id, id)).get(),
    readOffers(ctx),
    requirePackages(ctx, changes.packageIds ?? null),
  ]);
  if (!found) throw discountError('DISCOUNT_CODE_NOT_FOUND');
  const { reserved, maker, ...before } = found;
  const sent = {
    ...changes,
    // Each kind of bonus replaces the other.
    ...(changes.bonusCoins === undefined ? {} : { bonusPercent: null }),
    ...(changes.bonusPercent === undefined ? {} : { bonusCoins: null }),
  };
  if (!isChange<DiscountRow>(before, sent)) return presentKept(found);
  // Two changes within one millisecond must still differ.
  const after: DiscountRow = { ...before, ...sent, updatedAt: Math.max(ctx.now(), before.updatedAt + 1) };
  requireWindow(after);
  requireSound(after, standing, ctx.now());
  const { uses: _, ...values } = after;
  await commit(
    ctx,
    [
      requireThat(ctx, offersAreUnchanged(standing)),
      ctx.db
        .update(discountCodes)
        .set(values)
        .where(and(eq(discountCodes.id, id), eq(discountCodes.updatedAt, before.updatedAt))),
      requireChange(ctx),
      logStaff(ctx, {
        staffId: userId,
        action: 'discount.change',
        targetType: 'discount',
        targetId: id,
        before,
        after,
      }),
    ],
    {
      refusals: {
        DEMAND_NOT_MET: () => discountError('DISCOUNT_CHANGED'),
        discount_used_up: () => discountError('DISCOUNT_USED_MORE_OFTEN'),
      },
    },
  );
  ctx.log.event('discount.changed', { discountId: id });
  return presentKept({ ...after, reserved, maker });
}

function requireWindow({ startsAt, endsAt }: DiscountRow): void {
  if (startsAt !== null && endsAt !== null && endsAt <= startsAt)
    throw httpError('VALIDATION_FAILED', { details: [{ path: 'endsAt', message: 'must be after `startsAt`' }] });
}

/** A code that has ended needs nothing. Throws CURRENCY_RATE_MISSING, COINS_TOO_CHEAP. */
function requireSound(row: DiscountRow, { economy, packages }: Standing, now: number): void {
  if (!row.active || (row.endsAt !== null && row.endsAt <= now)) return;
  const isForIt = (packageId: string) => row.packageIds?.includes(packageId) ?? true;
  requireNoLoop(economy.conversions, { packages: packages.filter(({ id }) => isForIt(id)), codes: [row] });
}

async function requirePackages(ctx: Context, ids: readonly string[] | null): Promise<void> {
  if (ids === null) return;
  const unknown = await ctx.db.get<{ id: string } | undefined>(sql`
    SELECT value AS id FROM json_each(${JSON.stringify(ids)})
    WHERE NOT EXISTS (SELECT 1 FROM ${coinPackages} WHERE id = value) LIMIT 1`);
  if (unknown) throw packageError('PACKAGE_NOT_FOUND', { details: [{ path: 'packageIds', message: unknown.id }] });
}

interface Counted extends DiscountRow {
  readonly reserved: number;
}

/** Of a SELECT of `columns`. */
function presentKept({ maker, ...row }: Counted & { readonly maker: CardRow | null }): z.input<typeof Discount> {
  return presentDiscount(row, maker && presentCard(maker));
}

function presentDiscount(row: Counted, createdBy: Card | null): z.input<typeof Discount> {
  const { earnedBy: _, reserved, packageIds, startsAt, endsAt, createdAt, updatedAt, ...rest } = row;
  return {
    ...rest,
    createdBy,
    packageIds: packageIds && [...packageIds],
    startsAt: toIsoOrNull(startsAt),
    endsAt: toIsoOrNull(endsAt),
    reserved,
    redeemed: row.uses - reserved,
    createdAt: toIso(createdAt),
    updatedAt: toIso(updatedAt),
  };
}
