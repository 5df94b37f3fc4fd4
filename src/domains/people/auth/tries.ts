/**
 * Counts tries at a secret, and mails to an address, in D1. Each is spent by a conditional statement before anything is
 * compared or sent, so concurrent requests get no more tries than sequential ones.
 */
import { and, eq, gt, gte, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, type Refusals } from '@/db/commit';
import type { AppError } from '@/http/errors';
import { hmac } from '@/shared/crypto';
import { SECOND_MS } from '@/shared/time';
import { tries } from './tables';

/** The asker under which all askers count together. */
export const EVERYBODY = '';

/** How often one asker may try one thing within a window. The window begins with the first try. */
export interface Allowance {
  /** For example `sign-in:ada@example.com`. Only a keyed hash of it is stored. */
  readonly subject: string;
  /** An address, a known device, a session or EVERYBODY. */
  readonly asker: string;
  readonly max: number;
  readonly windowMs: number;
  /** The error when it is used up. */
  readonly refusal: (extras: { headers: Record<string, string> }) => AppError;
}

/** Everything that one try counts under. The first refusal stands for all until it is known which one is used up. */
export type Allowances = readonly [Allowance, ...Allowance[]];

/**
 * Spends one try of each allowance in one batch with the statements, or does nothing. Throws the refusal of the
 * allowance that is used up; if there are several, of the one whose window ends last.
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

/** Gives back a try that was right, so it does not count. */
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

/** SQL for when (ms) the last window with a used-up allowance ends; NULL if none is used up. */
export function usedUpUntil(ctx: Context, allowances: readonly Allowance[]): SQL<number | null> {
  const { endsAt, spent, allowed } = tries;
  return sql<number | null>`(SELECT max(${endsAt}) FROM ${tries}
    WHERE ${and(isOneOf(ctx, allowances), gte(spent, allowed), gt(endsAt, ctx.now()))})`;
}

/** Violates the constraint `tries_used_up` if no try is left in the window. */
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
  // No allowance is used up if a try was given back meanwhile.
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
