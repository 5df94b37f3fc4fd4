/**
 * Tries at a secret, and mails to an address: counted in D1, each spent by a conditional statement before anything is
 * compared or sent, so that many requests at once get no more than the same requests one by one.
 */
import { and, eq, gt, gte, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, type Refusals } from '@/db/commit';
import type { AppError } from '@/http/errors';
import { hmac } from '@/shared/crypto';
import { SECOND_MS } from '@/shared/time';
import { tries } from './tables';

/** The asker that counts all askers together. */
export const EVERYBODY = '';

/** How often one asker may try one thing within a window, which begins with the first try. */
export interface Allowance {
  /** Such as `sign-in:ada@example.com`: only a keyed hash of it is stored. */
  readonly subject: string;
  /** An address, a known device or a session; or EVERYBODY. */
  readonly asker: string;
  readonly max: number;
  readonly windowMs: number;
  /** What the caller is told when it is used up. */
  readonly refusal: (extras: { headers: Record<string, string> }) => AppError;
}

/** All that one try is counted under; the first one's refusal stands for all until it is known which is used up. */
export type Allowances = readonly [Allowance, ...Allowance[]];

/**
 * Spends one try of each allowance, together with the statements, or does nothing at all. Throws the refusal of the
 * allowance that is used up: if there are several, of the one whose window ends last.
 */
export async function spendTries(
  ctx: Context,
  allowances: Allowances,
  statements: readonly Statement[] = [],
  refusals: Refusals = {},
): Promise<void> {
  const usedUp = allowances[0].refusal({ headers: {} });
  const spending = allowances.map((allowance) => spendTry(ctx, allowance));
  try {
    await commit(ctx, [...spending, ...statements], { refusals: { ...refusals, tries_used_up: () => usedUp } });
  } catch (error) {
    throw error === usedUp ? await longestRefusal(ctx, allowances) : error;
  }
}

/** Gives a try back that was right, so it does not count. */
export function giveTryBack(ctx: Context, allowances: readonly Allowance[]): Statement {
  return ctx.db
    .update(tries)
    .set({ spent: sql`${tries.spent} - 1` })
    .where(and(gt(tries.spent, 0), isOneOf(ctx, allowances)));
}

/** Forgets the tries of all askers, for example when the secret itself is replaced. */
export function forgetTries(ctx: Context, subject: string): Statement {
  return ctx.db.delete(tries).where(eq(tries.subject, hashSubject(ctx, subject)));
}

/** When (ms) the last window with a used-up allowance ends, in SQL; NULL if none is used up. */
export function usedUpUntil(ctx: Context, allowances: readonly Allowance[]): SQL<number | null> {
  const { endsAt, spent, allowed } = tries;
  return sql<number | null>`(SELECT max(${endsAt}) FROM ${tries}
    WHERE ${and(isOneOf(ctx, allowances), gte(spent, allowed), gt(endsAt, ctx.now()))})`;
}

/** Breaks `tries_used_up` past the last try of the window. */
function spendTry(ctx: Context, { subject, asker, max, windowMs }: Allowance): Statement {
  const now = ctx.now();
  const isOver = sql`${tries.endsAt} <= ${now}`;
  return ctx.db
    .insert(tries)
    .values({
      subject: hashSubject(ctx, subject),
      asker: hashAsker(ctx, asker),
      spent: 1,
      allowed: max,
      endsAt: now + windowMs,
    })
    .onConflictDoUpdate({
      target: [tries.subject, tries.asker],
      set: {
        spent: sql`CASE WHEN ${isOver} THEN 1 ELSE ${tries.spent} + 1 END`,
        endsAt: sql`CASE WHEN ${isOver} THEN excluded.ends_at ELSE ${tries.endsAt} END`,
        allowed: sql`excluded.allowed`,
      },
    });
}

async function longestRefusal(ctx: Context, allowances: Allowances): Promise<AppError> {
  const now = ctx.now();
  const rows = await ctx.db
    .select()
    .from(tries)
    .where(and(isOneOf(ctx, allowances), gte(tries.spent, tries.allowed), gt(tries.endsAt, now)))
    .orderBy(tries.endsAt);
  const last = rows.at(-1);
  const usedUp = allowances.find(
    ({ subject, asker }) => hashSubject(ctx, subject) === last?.subject && hashAsker(ctx, asker) === last.asker,
  );
  // If a try was given back meanwhile, nothing is used up.
  const waitMs = Math.max(SECOND_MS, (last?.endsAt ?? 0) - now);
  return (usedUp ?? allowances[0]).refusal({ headers: { 'Retry-After': String(Math.ceil(waitMs / SECOND_MS)) } });
}

function isOneOf(ctx: Context, allowances: readonly Allowance[]): SQL | undefined {
  return or(
    ...allowances.map(({ subject, asker }) =>
      and(eq(tries.subject, hashSubject(ctx, subject)), eq(tries.asker, hashAsker(ctx, asker))),
    ),
  );
}

function hashSubject(ctx: Context, subject: string): string {
  return hmac(ctx.config.keys, 'tries', subject);
}

function hashAsker(ctx: Context, asker: string): string {
  return asker === EVERYBODY ? EVERYBODY : hmac(ctx.config.keys, 'asker', asker);
}
