/** The outbox table, and the rows that batches write to it. `queues/outbox.ts` delivers them. */
import { eq, type Placeholder, type SQL, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { newId } from '@/shared/ids';
import { SECOND_MS } from '@/shared/time';
import { builtOnce } from './built-once';
import { int } from './sql';

export const outbox = sqliteTable('outbox', {
  id: text().primaryKey(),
  event: text({ mode: 'json' }).$type<OutboxEvent>().notNull(),
  createdAt: integer('created_at').notNull(),
  attempts: integer().notNull().default(0),
  nextAttemptAt: integer('next_attempt_at').notNull(),
});

/** After this long, the sweep delivers rows that the request which wrote them did not deliver. */
export const SWEEP_AFTER_MS = 30 * SECOND_MS;

/** What `deliver` accepts: an event, and the id by which its receiver detects a repeat. */
interface NewRow {
  readonly id: string;
  readonly event: OutboxEvent;
}

/**
 * Inserts all events or none, in one statement.
 * @param always false: only if the statement before it changed a row
 */
export function insertEvents(
  ctx: Pick<Context, 'db' | 'now'>,
  rows: readonly NewRow[],
  { always }: { always: boolean },
): Statement {
  const now = ctx.now();
  return inserting(ctx, { rows: JSON.stringify(rows), always: always ? 1 : 0, now, sweptAt: now + SWEEP_AFTER_MS });
}

const inserting = builtOnce((db, value: (name: 'rows' | 'always' | 'now' | 'sweptAt') => Placeholder) =>
  db.run(sql`
    INSERT INTO outbox (id, event, created_at, next_attempt_at)
    SELECT value ->> 'id', value -> 'event', ${int(value('now'))}, ${int(value('sweptAt'))}
    FROM json_each(${value('rows')}) WHERE ${value('always')} = 1 OR changes() > 0`),
);

/**
 * Schedules an event that happens after a delay unless it is cancelled. It undoes work that no batch can roll back, in
 * case the batch that should follow never commits.
 */
export function planEvent(ctx: Context, event: OutboxEvent, delayMs: number) {
  const id = newId();
  const now = ctx.now();
  const insert = ctx.db.insert(outbox).values({ id, event, createdAt: now, nextAttemptAt: now + delayMs });
  return { id, insert };
}

/** Schedules an event for the next minute's sweep. Planning it again before then adds nothing. */
export function planOnce(ctx: Pick<Context, 'db' | 'now'>, id: string, event: OutboxEvent): Statement {
  return planning(ctx, { id, event, now: ctx.now() });
}

const planning = builtOnce((db, value: (name: 'id' | 'event' | 'now') => Placeholder) =>
  db
    .insert(outbox)
    .values({ id: value('id'), event: value('event'), createdAt: value('now'), nextAttemptAt: value('now') })
    .onConflictDoNothing(),
);

/**
 * Schedules the same event for each of these values, for the next sweep, in one statement. Pending events with the same
 * id are not planned again.
 * @param field the event's field that varies @param values distinct
 */
export function planForEach<Event extends OutboxEvent>(
  ctx: Context,
  id: string,
  event: Event,
  field: keyof Event & string,
  values: readonly string[],
): Statement {
  const now = int(ctx.now());
  return ctx.db.run(sql`
    INSERT INTO outbox (id, event, created_at, next_attempt_at)
    SELECT ${id} || ':' || value, json_set(${JSON.stringify(event)}, ${`$.${field}`}, value), ${now}, ${now}
    FROM json_each(${JSON.stringify(values)}) WHERE true
    ON CONFLICT DO NOTHING`);
}

/**
 * Inserts an event that depends on the batch's data: one if the query finds a row, otherwise none. Returns it, for the
 * caller to deliver.
 * @param value a query of at most one row, whose column `value` is the event's field
 */
export function planIfFound<Event extends OutboxEvent>(
  ctx: Context,
  event: Event,
  field: keyof Event & string,
  value: SQL,
) {
  const now = int(ctx.now());
  return ctx.db.all<{ id: string; event: string }>(sql`
    INSERT INTO outbox (id, event, created_at, next_attempt_at)
    SELECT ${newId()}, json_set(${JSON.stringify(event)}, ${`$.${field}`}, found.value), ${now}, ${now} + ${SWEEP_AFTER_MS}
    FROM (${value}) AS found
    RETURNING id, event`);
}

/** Cancels a scheduled event. Changes no row if the event has happened. */
export function callOffEvent(ctx: Context, id: string) {
  return ctx.db.delete(outbox).where(eq(outbox.id, id));
}
