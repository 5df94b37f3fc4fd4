/**
 * The life of a stored event: stored → processed, or → held where it says what we cannot take, or → failed once every
 * try is spent; staff make any of them stored again. Only a stored one is ever claimed, so that a message that comes
 * twice, or after the end, does nothing.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { SECOND_MS } from '@/shared/time';
import { webhookEvents } from './tables';

const ERROR_CHARACTERS_MAX = 500;

export type NewWebhookEvent = Pick<
  Required<typeof webhookEvents.$inferInsert>,
  'id' | 'provider' | 'eventId' | 'type' | 'payload' | 'received'
>;

/** Answers the id, or nothing if the event is known. It says that it is queued, since the caller's next step is that. */
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

/** Counts the try and answers what to apply; nothing if the event is processed, failed or unknown. */
export async function claimWebhookEvent(ctx: Context, id: string) {
  const [claimed] = await ctx.db
    .update(webhookEvents)
    .set({ attempts: sql`${webhookEvents.attempts} + 1`, queuedAt: ctx.now() })
    .where(stillStored(id))
    .returning({ provider: webhookEvents.provider, payload: webhookEvents.payload });
  return claimed;
}

export async function markProcessed(ctx: Context, id: string): Promise<void> {
  await ctx.db
    .update(webhookEvents)
    .set({ state: 'processed', processedAt: ctx.now(), error: null })
    .where(stillStored(id));
}

/** Notes why a try failed, and when the queue brings the event back: until then the sweep leaves it alone. */
export async function markTried(ctx: Context, id: string, error: unknown, delaySeconds: number): Promise<void> {
  await ctx.db
    .update(webhookEvents)
    .set({ error: errorText(error), queuedAt: ctx.now() + delaySeconds * SECOND_MS })
    .where(stillStored(id));
}

/** It waits for staff, who see why. */
export async function markHeld(ctx: Context, id: string, reason: Error): Promise<void> {
  await ctx.db
    .update(webhookEvents)
    .set({ state: 'held', error: errorText(reason) })
    .where(stillStored(id));
}

/** Staff want it applied again. It says that it is queued, since the caller's next step is that. */
export function replayStatement(ctx: Context, where: SQL | undefined) {
  return ctx.db
    .update(webhookEvents)
    .set({ state: 'stored', error: null, queuedAt: ctx.now(), processedAt: null })
    .where(where)
    .returning();
}

/** Every try is spent: it waits for staff. */
export async function markFailed(ctx: Context, id: string): Promise<void> {
  await ctx.db.update(webhookEvents).set({ state: 'failed' }).where(stillStored(id));
}

function stillStored(id: string) {
  return and(eq(webhookEvents.id, id), eq(webhookEvents.state, 'stored'));
}

function errorText(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, ERROR_CHARACTERS_MAX);
}
