/** What waits in each queue, for how long, and what does not succeed by itself. */

import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { outbox, SWEEP_AFTER_MS } from '@/db/outbox';
import { literal } from '@/db/sql';
import { payouts } from '@/domains/money/payouts/tables';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { SECOND_MS } from '@/shared/time';
import type { QueueFigures, QueueName } from './judge-health';

/** An event that failed this often has been retried for a quarter of an hour. */
const ATTEMPTS_OF_FAILURE = 5;

type Stored = Record<'outbox' | 'webhooks' | 'payouts', QueueFigures>;
export type Queues = Readonly<Record<QueueName, QueueFigures>>;

export const UNKNOWN: QueueFigures = { waiting: null, oldestSeconds: null, failed: null };

interface FiguresRow {
  readonly waiting: number;
  readonly oldestAt: number | null;
  readonly failed: number;
}

/** One statement a queue. Events that are planned for later do not wait yet. */
export async function readStoredQueues(ctx: Context): Promise<Stored> {
  const now = ctx.now();
  const [outboxRows, webhookRows, payoutRows] = await ctx.db.batch([
    ctx.db.all<FiguresRow>(sql`
      SELECT count(*) AS waiting, min(iif(attempts > 0 OR ${isImmediate}, created_at, next_attempt_at)) AS oldestAt,
        coalesce(sum(attempts >= ${literal(ATTEMPTS_OF_FAILURE)}), 0) AS failed
      FROM ${outbox} WHERE attempts > 0 OR ${isImmediate} OR next_attempt_at <= ${now}`),
    ctx.db.all<FiguresRow>(sql`
      SELECT count(*) AS waiting, min(received_at) AS oldestAt,
        (SELECT count(*) FROM ${webhookEvents} WHERE state = 'failed') AS failed
      FROM ${webhookEvents} WHERE state = 'stored'`),
    ctx.db.all<FiguresRow>(sql`
      SELECT count(*) AS waiting, min(decided_at) AS oldestAt,
        (SELECT count(*) FROM ${payouts} WHERE (status = 'approved' AND refusals > 0)
          OR (status = 'processing' AND send_at IS NULL)) AS failed
      FROM ${payouts} WHERE send_at IS NOT NULL`),
  ]);
  const figures = ([row]: readonly FiguresRow[]): QueueFigures => ({
    waiting: row?.waiting ?? 0,
    oldestSeconds: secondsSince(row?.oldestAt ?? now, now),
    failed: row?.failed ?? 0,
  });
  return { outbox: figures(outboxRows), webhooks: figures(webhookRows), payouts: figures(payoutRows) };
}

const isImmediate = sql`next_attempt_at <= created_at + ${literal(SWEEP_AFTER_MS)}`;

/** As Cloudflare counts it, delayed messages included. It keeps none that failed for good: those are in the log. */
export async function readTaskQueue(ctx: Context): Promise<QueueFigures> {
  const { backlogCount, oldestMessageTimestamp } = await ctx.queues.tasks.metrics();
  const oldestAt = backlogCount > 0 && oldestMessageTimestamp ? oldestMessageTimestamp.getTime() : ctx.now();
  return { waiting: backlogCount, oldestSeconds: secondsSince(oldestAt, ctx.now()), failed: null };
}

function secondsSince(at: number, now: number): number {
  return Math.max(0, Math.floor((now - at) / SECOND_MS));
}
