/**
 * Daily budgets for operations that cost money each time. The cost is spent before the operation, by a statement that
 * the database rejects past the limit, and refunded if the operation fails. A budget's day begins with its first use
 * and lasts 24 hours. On an account's first day the limits are lower.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Config } from '@/contracts/config';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, type Following } from '@/db/commit';
import { int } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import type { AppError } from '@/http/errors';
import { type DailyLimit, sizeText } from '@/shared/daily-limit';
import { DAY_MS, MINUTE_MS, SECOND_MS, toIso, toIsoOrNull } from '@/shared/time';
import { budgetError } from './errors';
import { judgeBudget } from './judge-budget';
import { type BudgetKind, dailyBudgets } from './tables';

/** The amount of each kind. */
export type Costs = Readonly<Partial<Record<BudgetKind, number>>>;

export interface Spending {
  readonly userId: string;
  readonly costs: Costs;
  /** When (ms). A refund names the same time, so that it counts towards the same day. */
  readonly at: number;
  /** If this does not hold, nothing is spent or refunded. */
  readonly onlyIf?: SQL;
}

/** Violates `daily_budget_spent`, and so aborts the batch, if any of the costs exceeds its limit. */
export function spend(ctx: Context, { userId, costs, at, onlyIf = sql`true` }: Spending): Statement {
  const over = sql`started_at <= ${at - DAY_MS}`;
  const amounts = entriesOf(costs).map(([kind, amount]) => ({ kind, amount, ...limitOf(ctx.config, kind) }));
  return ctx.db.run(sql`
    INSERT INTO ${dailyBudgets} (user_id, kind, started_at, used, allowed)
    SELECT users.id, cost.value ->> 'kind', ${int(at)}, cost.value ->> 'amount',
      cost.value ->> CASE WHEN users.created_at > ${at - DAY_MS} THEN 'onFirstDay' ELSE 'aDay' END
    FROM ${users} CROSS JOIN json_each(${JSON.stringify(amounts)}) AS cost WHERE users.id = ${userId} AND ${onlyIf}
    ON CONFLICT (user_id, kind) DO UPDATE SET
      used = excluded.used + CASE WHEN ${over} THEN 0 ELSE used END,
      started_at = CASE WHEN ${over} THEN excluded.started_at ELSE started_at END,
      allowed = excluded.allowed`);
}

/** Refunds the costs, unless the day in which they were spent is over. */
export function refund(ctx: Context, { userId, costs, at, onlyIf = sql`true` }: Spending): Statement {
  const amounts = entriesOf(costs).map(([kind, amount]) => ({ kind, amount }));
  return ctx.db.run(sql`
    UPDATE ${dailyBudgets} SET used = max(0, used - (cost.value ->> 'amount'))
    FROM json_each(${JSON.stringify(amounts)}) AS cost
    WHERE user_id = ${userId} AND kind = cost.value ->> 'kind' AND started_at <= ${at} AND ${onlyIf}`);
}

/**
 * Like `commit`, with the spending as the batch's last statement, so that the other statements' refusals come first.
 * Throws DAILY_BUDGET_SPENT, which says when the budget is available again.
 */
export async function commitSpent(
  ctx: Context,
  spending: Spending,
  statements: readonly Statement[] = [],
  following: Following = {},
): Promise<unknown[]> {
  const isSpent = budgetError('DAILY_BUDGET_SPENT');
  const refusals = { ...following.refusals, daily_budget_spent: () => isSpent };
  try {
    return await commit(ctx, [...statements, spend(ctx, spending)], { ...following, refusals });
  } catch (error) {
    throw error === isSpent ? await refusalFor(ctx, spending) : error;
  }
}

/** For optional operations. Returns false instead of throwing if the costs exceed the limit. */
export async function trySpending(ctx: Context, spending: Spending): Promise<boolean> {
  const isSpent = budgetError('DAILY_BUDGET_SPENT');
  try {
    await commit(ctx, [spend(ctx, spending)], { refusals: { daily_budget_spent: () => isSpent } });
    return true;
  } catch (error) {
    if (error === isSpent) return false;
    throw error;
  }
}

/** For refunds beside a refusal: the caller gets the refusal even if the refund fails. */
export async function commitRefund(ctx: Context, statements: readonly Statement[]): Promise<void> {
  await commit(ctx, statements).catch((error) =>
    ctx.log.warning('refund', error instanceof Error ? error.message : String(error)),
  );
}

/** For the end of an account. */
export function forgetBudgets(ctx: Context, userId: string): Statement {
  return ctx.db.delete(dailyBudgets).where(eq(dailyBudgets.userId, userId));
}

/** The limit as text, for the user who reached it. */
const LIMIT_TEXTS: Readonly<Record<BudgetKind, (limit: number) => string>> = {
  pictures: (limit) => `${limit} images a day`,
  brokenPictures: (limit) => `${limit} unreadable images a day`,
  bytes: (limit) => `${sizeText(limit)} of uploads a day`,
  checkouts: (limit) => `${limit} new purchases a day`,
  mails: (limit) => `${limit} emails to others a day`,
  support: (limit) => `${limit} messages to support a day`,
};

async function refusalFor(ctx: Context, { userId, costs, at: now }: Spending): Promise<AppError> {
  const rows = await ctx.db
    .select({ createdAt: users.createdAt, budget: dailyBudgets })
    .from(users)
    .leftJoin(dailyBudgets, eq(dailyBudgets.userId, users.id))
    .where(eq(users.id, userId));
  const createdAt = rows[0]?.createdAt ?? 0;
  const verdicts = entriesOf(costs).map(([kind, amount]) => {
    const window = rows.find(({ budget }) => budget?.kind === kind)?.budget ?? undefined;
    return { kind, ...judgeBudget({ limit: limitOf(ctx.config, kind), createdAt, window }, amount, now) };
  });
  // If something was refunded meanwhile, all of it fits now.
  const spent = verdicts.find(({ freeAt }) => freeAt !== now) ?? verdicts[0];
  if (!spent) throw new Error('A spending must name its costs');
  return refusalOfVerdict(spent, now);
}

function refusalOfVerdict(
  { kind, limit, used, freeAt }: { kind: BudgetKind } & ReturnType<typeof judgeBudget>,
  now: number,
): AppError {
  const exceeded = `This goes beyond your limit of ${LIMIT_TEXTS[kind](limit)}`;
  const details = { kind, limit, used, resetsAt: toIsoOrNull(freeAt) };
  if (freeAt === null) return budgetError('DAILY_BUDGET_SPENT', { message: `${exceeded}.`, details });
  const [day, minute] = toIso(Math.ceil(freeAt / MINUTE_MS) * MINUTE_MS).split(/T|:00\./);
  return budgetError('DAILY_BUDGET_SPENT', {
    message: `${exceeded}. Try again after ${day} at ${minute} UTC.`,
    details,
    headers: { 'Retry-After': String(Math.max(1, Math.ceil((freeAt - now) / SECOND_MS))) },
  });
}

function entriesOf(costs: Costs): [BudgetKind, number][] {
  return Object.entries(costs) as [BudgetKind, number][]; // by its type
}

function limitOf({ dailyLimits }: Config, kind: BudgetKind): DailyLimit {
  return dailyLimits[kind === 'brokenPictures' ? 'pictures' : kind];
}
