/**
 * Delivers the events of a committed batch to the domains that receive them, at least once and in any order. A row is
 * deleted once its event is delivered. Until then it is retried at growing intervals and blocks no other event.
 */

import { asc, inArray, lte, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { EventKind, EventOf, Receivers } from '@/contracts/jobs';
import type { OutboxEvent } from '@/contracts/messages';
import { outbox } from '@/db/outbox';
import { int } from '@/db/sql';
import { AppError } from '@/http/errors';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@/shared/time';
import { domainReceivers } from './jobs';

/** Below the six connections that a Worker invocation may have open at once. */
const DELIVERED_AT_ONCE = 5;
/** A notification takes some seven statements. */
const PAGE_SIZE = 25;
/** Longer than a page takes if every call times out: 25 rows, 5 at once, 10 s each. */
const CLAIM_MS = 2 * MINUTE_MS;
const FIRST_DELAY_MS = 30 * SECOND_MS;
const DELAY_MS_MAX = HOUR_MS;
const DOUBLINGS_MAX = 10;

const RECEIVERS: Receivers = {
  ...domainReceivers,
  room: (ctx, { roomId, command }, id) => ctx.rooms(roomId).apply(id, command),
  async task(ctx, { task, delaySeconds = 0 }) {
    await ctx.queues.tasks.send(task, { delaySeconds });
  },
};

interface OutboxRow {
  readonly id: string;
  readonly event: OutboxEvent;
}

/** Events that wait for a provider. The others are delivered before them, so that a slow provider holds none back. */
const WAITS_FOR_PROVIDER: ReadonlySet<EventKind> = new Set([
  'remove-participant',
  'close-video',
  'voice-changed',
  'delete-ingress',
]);

export async function deliverOutbox(ctx: Context, events: readonly OutboxRow[]): Promise<void> {
  const rows = events.toSorted((a, b) => patienceFor(a) - patienceFor(b));
  for (let start = 0; start < rows.length; start += DELIVERED_AT_ONCE) {
    const group = rows.slice(start, start + DELIVERED_AT_ONCE);
    const outcomes = await Promise.all(group.map((row) => attempt(ctx, row)));
    const done = group.filter((_, index) => outcomes[index]).map(({ id }) => id);
    const failed = group.filter((_, index) => !outcomes[index]).map(({ id }) => id);
    if (done.length > 0) await ctx.db.delete(outbox).where(inArray(outbox.id, done));
    if (failed.length > 0) await putOff(ctx, failed);
  }
}

function patienceFor({ event }: OutboxRow): number {
  return WAITS_FOR_PROVIDER.has(event.kind) ? 1 : 0;
}

/**
 * Delivers events that their request did not, because it was killed or the receiver was down.
 * @returns whether there is more
 */
export async function sweepOutbox(ctx: Context): Promise<boolean> {
  const rows = await claimDue(ctx);
  await deliverOutbox(ctx, rows);
  return rows.length === PAGE_SIZE;
}

/** Chooses and claims in one statement, so that two sweeps at once share the work. */
function claimDue(ctx: Context): Promise<OutboxRow[]> {
  const now = ctx.now();
  const due = ctx.db
    .select({ id: outbox.id })
    .from(outbox)
    .where(lte(outbox.nextAttemptAt, now))
    .orderBy(asc(outbox.nextAttemptAt))
    .limit(PAGE_SIZE);
  return ctx.db
    .update(outbox)
    .set({ nextAttemptAt: now + CLAIM_MS })
    .where(inArray(outbox.id, due))
    .returning({ id: outbox.id, event: outbox.event });
}

async function attempt(ctx: Context, { id, event }: OutboxRow): Promise<boolean> {
  try {
    await deliver(ctx, event.kind, event, id);
    return true;
  } catch (error) {
    const where = `outbox ${event.kind} ${id}`;
    // An unavailable provider is not a fault of ours, and needs no stack trace.
    if (error instanceof AppError) ctx.log.warning(where, error.code);
    else ctx.log.fault(where, error);
    return false;
  }
}

/** Doubles the delay after each failure, up to `DELAY_MS_MAX`. */
async function putOff(ctx: Context, ids: string[]): Promise<void> {
  const delayMs = sql`min(${DELAY_MS_MAX}, ${int(FIRST_DELAY_MS)} << min(${outbox.attempts}, ${DOUBLINGS_MAX}))`;
  await ctx.db
    .update(outbox)
    .set({
      attempts: sql`${outbox.attempts} + 1`,
      nextAttemptAt: int(sql`${ctx.now()} + ${delayMs}`),
    })
    .where(inArray(outbox.id, ids));
}

async function deliver<Kind extends EventKind>(
  ctx: Context,
  kind: Kind,
  event: EventOf<Kind>,
  id: string,
): Promise<void> {
  const receive: Receivers[Kind] | undefined = RECEIVERS[kind];
  if (!receive) throw new Error(`Unknown outbox event ${kind}`); // of a newer version before a rollback: it is retried
  await receive(ctx, event, id);
}
