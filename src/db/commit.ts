/** Every use case writes through `commit`: one atomic batch, and the events that follow it. */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import type { AppError } from '@/http/errors';
import { newId } from '@/shared/ids';
import { insertEvents } from './outbox';

/** What a commit needs of a Context. A room has this much too. */
export type Committing = Pick<Context, 'db' | 'now' | 'waitUntil' | 'deliver'>;

/** A statement that aborts its batch if the one before it changed no row, or unless a condition holds. */
type Requirement = Statement & { readonly requires: 'change' | 'condition' };

/** A part of one batch, and the events that follow it. */
export interface Plan {
  readonly statements: readonly Statement[];
  readonly events: readonly OutboxEvent[];
}

export const NOTHING: Plan = { statements: [], events: [] };

export interface Following {
  readonly events?: readonly OutboxEvent[];
  readonly evenIfUnchanged?: boolean;
  readonly refusals?: Refusals;
}

/**
 * Runs the statements as one transaction and delivers the events after the response. Receivers see each event at least
 * once, in any order.
 *
 * Events follow only if a row changed. They depend on the batch's act: its first statement that is not a requirement.
 * If the act changes no row, no event follows. A batch with `requireChange` always changes a row, so its events always
 * follow.
 * @param evenIfUnchanged sends the events even if no row changed: for clean-ups by several statements, whose events are
 * harmless to repeat
 * @param refusals maps a violated database constraint to the refusal for the caller (see `refusalOf`)
 */
export async function commit(
  ctx: Committing,
  statements: readonly Statement[],
  { events = [], evenIfUnchanged = false, refusals = {} }: Following = {},
): Promise<unknown[]> {
  const rows = events.map((event) => ({ id: newId(), event }));
  const act = evenIfUnchanged ? undefined : findAct(statements);
  const place = act === undefined ? statements.length : act + 1;
  const insert = rows.length === 0 ? [] : [insertEvents(ctx, rows, { always: act === undefined })];
  const [first, ...rest] = [...statements.slice(0, place), ...insert, ...statements.slice(place)];
  if (!first) return [];
  try {
    const results: unknown[] = await ctx.db.batch([first, ...rest]);
    const [inserted] = results.splice(place, insert.length) as D1Result[]; // a statement without rows
    if (inserted && inserted.meta.changes > 0) ctx.waitUntil(ctx.deliver(rows));
    return results;
  } catch (error) {
    throw refusalOf(error, refusals) ?? error;
  }
}

/** The index of the statement that the events depend on. Undefined if they follow in any case. */
function findAct(statements: readonly Statement[]): number | undefined {
  const required = statements.map((statement) =>
    'requires' in statement ? (statement as Requirement).requires : undefined,
  );
  const act = required.indexOf(undefined);
  return act < 0 || required.includes('change') ? undefined : act;
}

/**
 * Like `commit`, for a request that may be repeated: if a requirement fails, it writes neither rows nor events.
 * @returns whether the batch was committed
 */
export async function commitIfMet(
  ctx: Committing,
  statements: readonly Statement[],
  following: Following = {},
): Promise<boolean> {
  try {
    await commit(ctx, statements, following);
    return true;
  } catch (error) {
    if (brokenRule(error, ['DEMAND_NOT_MET']) === undefined) throw error;
    return false;
  }
}

/**
 * Aborts the batch with `DEMAND_NOT_MET` if the statement before it changed no row.
 *
 * NOTE: A write to a table with full-text search (users, streams, posts) makes `changes()` count the index's own row
 * after a later statement of the batch, even if that statement changes nothing. Check such a statement before the write,
 * or with `requireThat`.
 */
export function requireChange(ctx: Context): Requirement {
  const statement = ctx.db.run(sql`INSERT INTO demands (code, changed) VALUES ('', changes())`);
  return Object.assign(statement, { requires: 'change' as const });
}

/**
 * Aborts the batch with `DEMAND_NOT_MET` unless this holds at that moment.
 * @param condition 1 or 0; null violates NOT NULL instead, as `demands.changed`
 */
export function requireThat(ctx: Pick<Context, 'db'>, condition: SQL): Requirement {
  const statement = ctx.db.run(sql`INSERT INTO demands (code, changed) VALUES ('', (${condition}))`);
  return Object.assign(statement, { requires: 'condition' as const });
}

/**
 * Refusals by the violated rule, as the database reports it: `users.username` (UNIQUE names its columns), a named
 * CHECK, or a trigger's RAISE text such as DEMAND_NOT_MET.
 */
export type Refusals = Readonly<Record<string, () => AppError>>;

/** Finds the refusal for a violated database rule. Undefined if it is none of these. */
export function refusalOf(error: unknown, refusals: Refusals): AppError | undefined {
  const rule = brokenRule(error, Object.keys(refusals));
  return rule === undefined ? undefined : refusals[rule]?.();
}

function brokenRule(error: unknown, rules: readonly string[]): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { message } = cause;
    if (message.includes('SQLITE_CONSTRAINT')) return rules.find((rule) => message.includes(rule));
  }
  return undefined;
}
