/**
 * Delivers what follows a committed batch, at least once and in any order. A row is gone once its event is delivered;
 * until then it comes back, ever less often, and stops no other; what is of no use any more is given up.
 */
import { asc, inArray, lte, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { outbox } from '@/db/outbox';
import { int } from '@/db/sql';
import { deleteObjects } from '@/domains/base/media/store';
import { tellBlock } from '@/domains/base/notifications/block-changed';
import { putOut, tellLastRooms } from '@/domains/base/notifications/last-rooms';
import { notify } from '@/domains/base/notifications/notify';
import { applyRegions } from '@/domains/live/streams/apply-regions';
import { closeVideo } from '@/domains/live/streams/close-video';
import { removeFromVideo } from '@/domains/live/streams/participants';
import { AppError } from '@/http/errors';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@/shared/time';

/** Below the six connections that a request may have open. */
const DELIVERED_AT_ONCE = 5;
/** A notification takes some seven statements. */
const PAGE_SIZE = 25;
/** Longer than a page takes when every call waits for its timeout: 25 rows, 5 at once, 10 s each. */
const CLAIM_MS = 2 * MINUTE_MS;
const FIRST_DELAY_MS = 30 * SECOND_MS;
const DELAY_MS_MAX = HOUR_MS;
const DOUBLINGS_MAX = 10;

interface OutboxRow {
  readonly id: string;
  readonly event: OutboxEvent;
}

export async function deliverOutbox(ctx: Context, rows: readonly OutboxRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += DELIVERED_AT_ONCE) {
    const group = rows.slice(start, start + DELIVERED_AT_ONCE);
    const outcomes = await Promise.all(group.map((row) => attempt(ctx, row)));
    const done = group.filter((_, index) => outcomes[index]).map(({ id }) => id);
    const failed = group.filter((_, index) => !outcomes[index]).map(({ id }) => id);
    if (done.length > 0) await ctx.db.delete(outbox).where(inArray(outbox.id, done));
    if (failed.length > 0) await putOff(ctx, failed);
  }
}

/** Delivers what no request has delivered: it was killed in between, or the receiver was away. True: there is more. */
export async function sweepOutbox(ctx: Context): Promise<boolean> {
  const rows = await claimDue(ctx);
  await deliverOutbox(ctx, rows);
  return rows.length === PAGE_SIZE;
}

/** Chosen and claimed in one statement, so that two sweeps at once share the work. */
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

async function attempt(ctx: Context, row: OutboxRow): Promise<boolean> {
  try {
    await deliver(ctx, row);
    return true;
  } catch (error) {
    const where = `outbox ${row.event.kind} ${row.id}`;
    // A provider that is away is no fault of ours, and needs no stack.
    if (error instanceof AppError) ctx.log.warning(where, error.code);
    else ctx.log.fault(where, error);
    return false;
  }
}

/** Twice as long after each failure. */
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

/** Each receiver drops, or is not changed by, an event that it has seen. */
async function deliver(ctx: Context, { id, event }: OutboxRow): Promise<void> {
  switch (event.kind) {
    case 'room':
      return ctx.rooms(event.roomId).apply(id, event.command);
    case 'user-changed':
      return tellLastRooms(ctx, id, event);
    case 'room-outlived':
      return putOut(ctx, id, event);
    case 'notify':
      return notify(ctx, id, event.notification);
    case 'remove-participant':
      return removeFromVideo(ctx, event);
    case 'close-video':
      return closeVideo(ctx, event);
    case 'block-changed':
      return tellBlock(ctx, id, event);
    case 'regions-changed':
      return applyRegions(ctx, id, event.creatorId);
    case 'delete-media':
      return deleteObjects(ctx, event.key, event.uploadId);
    case 'delete-ingress':
      return ctx.media.deleteIngress(event.ingressId);
    case 'task':
      return ctx.queues.tasks.send(event.task, { delaySeconds: event.delaySeconds ?? 0 }).then(() => undefined);
    case 'payout':
      return ctx.queues.payouts.send({ payoutId: event.payoutId }).then(() => undefined);
    default:
      throw unknownEvent(event); // a newer version's, met after a rollback: it comes back
  }
}

function unknownEvent({ kind }: { kind: string }): Error {
  return new Error(`Unknown outbox event ${kind}`);
}
