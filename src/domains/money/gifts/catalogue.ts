/**
 * The gift catalogue: anyone can read what is on offer, and staff edit it. A gift is never deleted, because sent gifts
 * refer to it, and never on offer if it would earn its recipient nothing.
 */

import type { z } from '@hono/zod-openapi';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, requireChange, requireThat } from '@/db/commit';
import { countRows } from '@/db/count-rows';
import { literal } from '@/db/sql';
import { type Economy, readEconomy } from '@/domains/base/economy/read';
import { earnsNothing, economyIsUnchanged } from '@/domains/base/economy/worth';
import { isOwnMediaUrl } from '@/domains/base/media/keys';
import { logStaff } from '@/domains/base/permissions/log';
import type { CatalogueQuery } from '@/http/catalogue-query';
import { COUNT_MAX, limitAndOffset, type PageQuery, presentPage } from '@/http/envelope';
import { httpError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { isChange } from '@/shared/is-change';
import { countCharacters } from '@/shared/text';
import { giftError } from './errors';
import { presentCatalogueGift, presentKeptGift } from './present';
import type { KeptGift, KeptGiftChanges, NewKeptGift } from './schemas';
import { type GiftRow, gifts } from './tables';

/** Enough for an emoji that is joined from several. */
const ICON_CHARACTERS_MAX = 16;

const onOffer = eq(gifts.active, literal(1));

/** Cheapest first. */
export async function listCatalogue(ctx: Context, query: PageQuery) {
  const { limit, offset } = limitAndOffset(query);
  const counted = ctx.db
    .select({ one: sql`1`.as('one') })
    .from(gifts)
    .where(onOffer);
  const [rows, [{ total = 0 } = {}]] = await ctx.db.batch([
    ctx.db.select().from(gifts).where(onOffer).orderBy(asc(gifts.coins), asc(gifts.id)).limit(limit).offset(offset),
    countRows(ctx, counted, COUNT_MAX + 1),
  ]);
  return presentPage(rows.map(presentCatalogueGift), total, query);
}

/** All gifts for staff, retired ones too, cheapest first. @param active undefined: all */
export async function listKeptGifts(ctx: Context, { active, ...query }: z.output<typeof CatalogueQuery>) {
  const { limit, offset } = limitAndOffset(query);
  const shown = active === undefined ? undefined : eq(gifts.active, active ? literal(1) : literal(0));
  const counted = ctx.db
    .select({ one: sql`1`.as('one') })
    .from(gifts)
    .where(shown);
  const [rows, [{ total = 0 } = {}]] = await ctx.db.batch([
    ctx.db.select().from(gifts).where(shown).orderBy(asc(gifts.coins), asc(gifts.id)).limit(limit).offset(offset),
    countRows(ctx, counted, COUNT_MAX + 1),
  ]);
  return presentPage(rows.map(presentKeptGift), total, query);
}

/** Throws VALIDATION_FAILED, GIFT_WORTHLESS, GIFT_CHANGED. */
export async function addGift(
  ctx: Context,
  actor: Actor,
  input: z.output<typeof NewKeptGift>,
): Promise<z.input<typeof KeptGift>> {
  const now = ctx.now();
  const fresh = { id: newId(), animationUrl: null, active: true, retiredAt: null };
  const row: GiftRow = { ...fresh, ...input, createdAt: now, updatedAt: now };
  await keep(ctx, actor, { before: null, after: row, statements: [ctx.db.insert(gifts).values(row)] });
  return presentKeptGift(row);
}

/**
 * Fields that are not sent stay as they are. Throws GIFT_NOT_FOUND, VALIDATION_FAILED, GIFT_WORTHLESS, GIFT_CHANGED.
 */
export async function changeGift(
  ctx: Context,
  actor: Actor,
  id: string,
  input: z.output<typeof KeptGiftChanges>,
): Promise<z.input<typeof KeptGift>> {
  const before = await ctx.db.select().from(gifts).where(eq(gifts.id, id)).get();
  if (!before) throw giftError('GIFT_NOT_FOUND');
  const given = Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined),
  ) as Partial<GiftRow>; // the same fields, without the undefined ones
  if (!isChange(before, given)) return presentKeptGift(before);
  const updatedAt = Math.max(ctx.now(), before.updatedAt + 1);
  const changed = { ...before, ...given, updatedAt };
  const after = { ...changed, retiredAt: changed.active ? null : (before.retiredAt ?? updatedAt) };
  const asRead = and(eq(gifts.id, id), eq(gifts.updatedAt, before.updatedAt));
  await keep(ctx, actor, {
    before,
    after,
    statements: [ctx.db.update(gifts).set(after).where(asRead), requireChange(ctx)],
  });
  return presentKeptGift(after);
}

interface Keeping {
  before: GiftRow | null;
  after: GiftRow;
  statements: Statement[];
}

async function keep(ctx: Context, actor: Actor, { before, after, statements }: Keeping): Promise<void> {
  requireOwnPictures(ctx, after);
  const economy = await readEconomy(ctx);
  if (after.active) requireWorth(after, economy);
  await commit(
    ctx,
    [
      requireThat(ctx, economyIsUnchanged(economy.version)),
      ...statements,
      logStaff(ctx, {
        staffId: actor.userId,
        action: before ? 'gift.change' : 'gift.add',
        targetType: 'gift',
        targetId: after.id,
        before: before && loggedGift(before),
        after: loggedGift(after),
      }),
    ],
    { refusals: { DEMAND_NOT_MET: () => giftError('GIFT_CHANGED') } },
  );
}

/** What staff can change. */
function loggedGift(row: GiftRow) {
  return { ...presentCatalogueGift(row), active: row.active };
}

function requireWorth({ coins }: GiftRow, { conversions: { diamondsPerCoin } }: Economy): void {
  if (earnsNothing(coins, diamondsPerCoin)) throw giftError('GIFT_WORTHLESS', { details: { coins, diamondsPerCoin } });
}

function requireOwnPictures(ctx: Context, { icon, animationUrl }: GiftRow): void {
  const details = [];
  const isShortText = countCharacters(icon) <= ICON_CHARACTERS_MAX && !icon.includes('//');
  if (!isShortText && !isOwnMediaUrl(ctx.config, icon))
    details.push({
      path: 'icon',
      message: `must have at most ${ICON_CHARACTERS_MAX} characters, or be the URL of an image uploaded here`,
    });
  if (animationUrl !== null && !isOwnMediaUrl(ctx.config, animationUrl))
    details.push({ path: 'animationUrl', message: 'must be the URL of a file uploaded here' });
  if (details.length > 0) throw httpError('VALIDATION_FAILED', { details });
}
