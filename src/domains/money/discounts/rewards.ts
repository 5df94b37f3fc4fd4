/** Codes that purchases earn their buyers, each for one use: for the purchase's batch, and for the buyer to read. */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { EconomyConfig } from '@/contracts/economy';
import { int } from '@/db/sql';
import { limitsIn } from '@/domains/base/economy/limits';
import { economyVersions } from '@/domains/base/economy/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { DAY_MS, toIso, toIsoOrNull } from '@/shared/time';
import { newCode } from './code-text';
import { CursorPosition, type RewardCode } from './schemas';
import { discountCodes } from './tables';

const LIST = 'my-codes';

/** A paid purchase, and how much of its money is taken back. */
export interface EarningPurchase {
  readonly id: string;
  readonly userId: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly reversedMinor: number;
}

/**
 * Keeps the reward code of a purchase true: it earns one, once, as soon as the kept money reaches the threshold, and
 * the code is suspended while the kept money does not. A use stays used. A reserved use adds nothing while the code is
 * suspended.
 * @param economy under which the purchase began. Without limits in its currency the purchase earns nothing; a code from
 * before currencies had limits stays while any money is kept.
 */
export function settleReward(
  ctx: Context,
  economy: Omit<EconomyConfig, 'targets'>,
  { id: earnedBy, userId, amountMinor, currency, reversedMinor }: EarningPurchase,
): { readonly code: string; readonly isEarned: boolean; readonly statement: Statement } {
  const limits = limitsIn(economy, currency);
  const keptMinor = amountMinor - reversedMinor;
  const isKept = limits === undefined ? keptMinor > 0 : keptMinor >= limits.rewardCodeFromMinor;
  const isEarned = limits !== undefined && isKept;
  const [id, code, now] = [newId(), newCode(), ctx.now()];
  const statement = isEarned
    ? ctx.db
        .insert(discountCodes)
        .values({
          ...{ id, code, kind: 'reward', promotion: id, ownerId: userId, earnedBy },
          ...{ bonusPercent: atMostNewest(limits.rewardCodePercent), endsAt: now + limits.rewardCodeDays * DAY_MS },
          ...{ usesMax: 1, usesPerUserMax: 1, createdAt: now, updatedAt: now },
        })
        .onConflictDoUpdate({
          target: discountCodes.earnedBy,
          set: suspension(ctx, false),
          setWhere: eq(discountCodes.suspended, true),
        })
    : ctx.db
        .update(discountCodes)
        .set(suspension(ctx, !isKept))
        .where(and(eq(discountCodes.earnedBy, earnedBy), eq(discountCodes.suspended, isKept)));
  return { code, isEarned, statement };
}

/**
 * A purchase may be paid long after it began. Packages are judged against the newest percentage and the codes that
 * exist, so a code with more than that could make coins cheaper than their worth.
 */
function atMostNewest(percent: number): SQL {
  return sql`min(${int(percent)}, (
    SELECT config ->> '$.limits.rewardCodePercent' FROM ${economyVersions} ORDER BY version DESC LIMIT 1))`;
}

function suspension(ctx: Context, suspended: boolean) {
  return { suspended, updatedAt: sql`max(${discountCodes.updatedAt} + 1, ${int(ctx.now())})` };
}

/** Newest first. */
export async function listMyCodes(
  ctx: Context,
  { userId }: Actor,
  { cursor, perPage }: { cursor?: string | undefined; perPage: number },
) {
  const before = cursor === undefined ? undefined : decodeCursor(LIST, CursorPosition, cursor)[0];
  const rows = await rewardsQuery(
    ctx,
    userId,
    before === undefined ? undefined : lt(discountCodes.id, before),
    perPage + 1,
  );
  return presentCursorPage(
    rows,
    perPage,
    (row) => presentReward(row, ctx.now()),
    (row) => encodeCursor(LIST, [row.id]),
  );
}

export async function readLatestReward(ctx: Context, { userId }: Actor) {
  const [newest] = await rewardsQuery(ctx, userId, undefined, 1);
  return { reward: newest ? presentReward(newest, ctx.now()) : null };
}

function rewardsQuery(ctx: Context, userId: string, where: SQL | undefined, limit: number) {
  return ctx.db
    .select({
      id: discountCodes.id,
      code: discountCodes.code,
      bonusPercent: discountCodes.bonusPercent,
      bonusCoins: discountCodes.bonusCoins,
      earnedBy: discountCodes.earnedBy,
      endsAt: discountCodes.endsAt,
      active: discountCodes.active,
      suspended: discountCodes.suspended,
      uses: discountCodes.uses,
      usesMax: discountCodes.usesMax,
      isReserved: sql<number>`EXISTS (
        SELECT 1 FROM discount_redemptions WHERE code_id = discount_codes.id AND state = 'reserved')`,
      createdAt: discountCodes.createdAt,
    })
    .from(discountCodes)
    .where(and(eq(discountCodes.ownerId, userId), where))
    .orderBy(desc(discountCodes.id))
    .limit(limit);
}

type RewardRow = Awaited<ReturnType<typeof rewardsQuery>>[number];

function presentReward(row: RewardRow, now: number): z.input<typeof RewardCode> {
  const { id, code, bonusPercent, bonusCoins, earnedBy, endsAt, createdAt } = row;
  return {
    id,
    code,
    bonusPercent,
    bonusCoins,
    state: stateOf(row, now),
    purchaseId: earnedBy,
    expiresAt: toIsoOrNull(endsAt),
    createdAt: toIso(createdAt),
  };
}

function stateOf({ uses, usesMax, isReserved, active, suspended, endsAt }: RewardRow, now: number) {
  if (usesMax !== null && uses >= usesMax) return isReserved ? 'reserved' : 'used';
  if (!active || suspended) return 'ended';
  return endsAt !== null && now >= endsAt ? 'expired' : 'usable';
}
