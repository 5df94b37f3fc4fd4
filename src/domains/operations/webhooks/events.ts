/**
 * The states of a stored event: stored → processed, → held if we cannot apply what it says, or → failed once its
 * retries are spent. Staff decide on those two (`decide.ts`), or set an undecided event back to stored. Only a stored
 * event can be claimed, so a repeated or late message does nothing.
 */
import { and, DrizzleQueryError, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { SECOND_MS } from '@/shared/time';
import { webhookEvents } from './tables';

const ERROR_CHARACTERS_MAX = 500;

export type NewWebhookEvent = Pick<
  Required<typeof webhookEvents.$inferInsert>,
  'id' | 'provider' | 'eventId' | 'type' | 'payload' | 'received' | 'sealed'
>;

/** Returns the id, or no row if the event is known. Sets `queuedAt`, since the caller queues it next. */
export function storeStatement(ctx: Context, event: NewWebhookEvent) {
  const now = ctx.now();
  return ctx.db
    .insert(webhookEvents)
    .values({ ...event, state: 'stored', receivedAt: now, queuedAt: now })
    .onConflictDoNothing({ target: [webhookEvents.provider, webhookEvents.eventId] })
    .returning({ id: webhookEvents.id });
}

export async function markUnqueued(ctx: Context, id: string): Promise<void> {
  await ctx.db.update(webhookEvents).set({ queuedAt: null }).where(stillStored(id));
}

/** Counts the attempt and returns what to apply; undefined unless the event is in state `stored`. */
export async function claimWebhookEvent(ctx: Context, id: string) {
  const [claimed] = await ctx.db
    .update(webhookEvents)
    .set({ attempts: sql`${webhookEvents.attempts} + 1`, queuedAt: ctx.now() })
    .where(stillStored(id))
    .returning({
      id: webhookEvents.id,
      provider: webhookEvents.provider,
      payload: webhookEvents.payload,
      sealed: webhookEvents.sealed,
      receivedAt: webhookEvents.receivedAt,
    });
  return claimed;
}

export async function markProcessed(ctx: Context, id: string): Promise<void> {
  await ctx.db
    .update(webhookEvents)
    .set({ state: 'processed', processedAt: ctx.now(), error: null })
    .where(stillStored(id));
}

/** Records why an attempt failed and when the queue redelivers the event; the sweep ignores it until then. */
export async function markTried(ctx: Context, id: string, error: unknown, delaySeconds: number): Promise<void> {
  await ctx.db
    .update(webhookEvents)
    .set({ error: errorText(error), queuedAt: ctx.now() + delaySeconds * SECOND_MS })
    .where(stillStored(id));
}

/** Keeps an event that this version reads for the first time as it reads it. */
export async function markRead(
  ctx: Context,
  id: string,
  { payload, sealed }: Pick<NewWebhookEvent, 'payload' | 'sealed'>,
): Promise<void> {
  await ctx.db.update(webhookEvents).set({ payload, sealed }).where(eq(webhookEvents.id, id));
}

/** Sets events back to stored. Sets `queuedAt`, since the caller queues them next. */
export function replayStatement(ctx: Context, where: SQL | undefined) {
  return ctx.db
    .update(webhookEvents)
    .set({ state: 'stored', error: null, queuedAt: ctx.now(), processedAt: null })
    .where(where)
    .returning();
}

export function stillStored(id: string) {
  return and(eq(webhookEvents.id, id), eq(webhookEvents.state, 'stored'));
}

/** For staff. A failed query quotes its text and values, which only the log keeps: its cause says what went wrong. */
export function errorText(error: unknown): string {
  if (error instanceof DrizzleQueryError) return error.cause ? errorText(error.cause) : 'A query failed.';
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, ERROR_CHARACTERS_MAX);
}
