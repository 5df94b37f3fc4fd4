/** One batch, all or nothing, and what must follow it: the only way a use case writes. */
import { type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Context } from '@/context';
import type { AppError } from '@/http/errors';
import type { OutboxEvent } from '@/queues/messages';
import { newId } from '@/shared/ids';
import { SECOND_MS } from '@/shared/time';
import { outbox } from './outbox';

export type Statement = BatchItem<'sqlite'>;

/** The sweep takes what the request that wrote it has not delivered by then. */
export const SWEEP_AFTER_MS = 30 * SECOND_MS;

export interface Following {
  readonly events?: readonly OutboxEvent[];
  readonly eventsIf?: SQL;
  readonly refusals?: Refusals;
}

/**
 * Runs the statements as one transaction, together with a row for each event, and delivers the events after the
 * answer. Whatever order the receivers see, they see each event at least once.
 * @param eventsIf what must be so, when the statements have run, for the events to follow
 * @param refusals what a broken rule of the database means to the caller: constraint → refusal (see `refusalOf`)
 */
export async function commit(
  ctx: Context,
  statements: readonly Statement[],
  { events = [], eventsIf, refusals = {} }: Following = {},
): Promise<unknown[]> {
  const now = ctx.now();
  const rows = events.map((event) => ({ id: newId(), event, createdAt: now, nextAttemptAt: now + SWEEP_AFTER_MS }));
  const batch = [...statements, ...rows.map((row) => insertRow(ctx, row, eventsIf))];
  const [first, ...rest] = batch;
  if (!first) return [];
  try {
    const results = await ctx.db.batch([first, ...rest]);
    const inserts = results.slice(statements.length) as D1Result[]; // of statements without rows
    const due = eventsIf ? rows.filter((_, index) => inserts[index]?.meta.changes === 1) : rows;
    if (due.length > 0) ctx.waitUntil(ctx.deliver(due));
    return results.slice(0, statements.length);
  } catch (error) {
    throw refusalOf(error, refusals) ?? error;
  }
}

function insertRow(ctx: Context, row: typeof outbox.$inferInsert, condition: SQL | undefined): Statement {
  if (!condition) return ctx.db.insert(outbox).values(row);
  return ctx.db.run(sql`
    INSERT INTO outbox (id, event, created_at, next_attempt_at)
    SELECT ${row.id}, ${JSON.stringify(row.event)}, CAST(${row.createdAt} AS INTEGER), CAST(${row.nextAttemptAt} AS INTEGER)
    WHERE ${condition}`);
}

/** Aborts the batch, as `DEMAND_NOT_MET`, if the statement before it changed no row. */
export function demandChange(ctx: Context): Statement {
  return ctx.db.run(sql`INSERT INTO demands (code, changed) VALUES ('', changes())`);
}

/** Aborts the batch, as `DEMAND_NOT_MET`, unless this holds at that moment. @param condition 1 or 0 */
export function demandThat(ctx: Context, condition: SQL): Statement {
  return ctx.db.run(sql`INSERT INTO demands (code, changed) VALUES ('', (${condition}))`);
}

/**
 * By what the database says broke: `users.username` (UNIQUE names its columns), a named CHECK, or a trigger's
 * RAISE text such as DEMAND_NOT_MET.
 */
export type Refusals = Readonly<Record<string, () => AppError>>;

/** The refusal that a broken rule of the database stands for, if it is one of these. */
export function refusalOf(error: unknown, refusals: Refusals): AppError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!cause.message.includes('SQLITE_CONSTRAINT')) continue;
    const { message } = cause;
    const broken = Object.keys(refusals).find((rule) => message.includes(rule));
    return broken ? refusals[broken]?.() : undefined;
  }
  return undefined;
}
