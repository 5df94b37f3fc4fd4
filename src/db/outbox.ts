/** The outbox table and the row that a batch puts into it; `queues/outbox.ts` delivers. */
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

/** The sweep takes over what the request that wrote it has not delivered until then. */
export const SWEEP_AFTER_MS = 30 * SECOND_MS;

/** What `deliver` takes: an event under the id by which its receiver knows a repeat. */
interface NewRow {
  readonly id: string;
  readonly event: OutboxEvent;
}

/**
 * One statement, however many events there are: all of them become rows, or none.
 * @param always false: only if the statement before it changed a row
 */
export function insertEvents(ctx: Context, rows: readonly NewRow[], { always }: { always: boolean }): Statement {
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
 * An event that happens after a delay unless it is called off before: how work that no batch can undo is undone if the
 * batch that should follow it never comes.
 */
export function planEvent(ctx: Context, event: OutboxEvent, delayMs: number) {
  const id = newId();
  const now = ctx.now();
  const insert = ctx.db.insert(outbox).values({ id, event, createdAt: now, nextAttemptAt: now + delayMs });
  return { id, insert };
}

/** An event that may wait for the minute's sweep, and that is the same however often it is planned until then. */
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
 * The same event for each of these values, for the next sweep: one statement, however many they are. Those that still
 * wait are not planned again under the same id.
 * @param field the event's that differs @param values distinct
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
 * An event that depends on what the batch finds: one if the query has a row, none otherwise. Answers it, for the caller
 * to deliver.
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

/** Changes no row if the event has happened. */
export function callOffEvent(ctx: Context, id: string) {
  return ctx.db.delete(outbox).where(eq(outbox.id, id));
}
