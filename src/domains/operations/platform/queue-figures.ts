/** What waits in each queue, for how long, and what does not succeed by itself. */

import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { outbox } from '@/db/outbox';
import { literal } from '@/db/sql';
import { payouts } from '@/domains/money/payouts/tables';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { SECOND_MS } from '@/shared/time';
import type { QueueFigures, QueueName } from './judge-health';

/**
 * An event that failed this often has been retried for a quarter of an hour. NOTE: must match the condition of the index
 * `outbox_stuck`.
 */
const ATTEMPTS_OF_FAILURE = 5;
/** Larger figures stop here, so that a backlog does not make counting slow. */
const COUNTED_MAX = 10_000;

type Stored = Record<'outbox' | 'webhooks' | 'payouts', QueueFigures>;
export type Queues = Readonly<Record<QueueName, QueueFigures>>;

export const UNKNOWN: QueueFigures = { waiting: null, oldestSeconds: null, failed: null };

interface FiguresRow {
  readonly waiting: number;
  readonly oldestAt: number | null;
  readonly failed: number;
}

/**
 * One statement a queue, each from the ends of an index. Events that are planned for later do not wait yet, and neither
 * do those that are about to be tried again.
 */
export async function readStoredQueues(ctx: Context): Promise<Stored> {
  const now = ctx.now();
  const [outboxRows, webhookRows, payoutRows] = await ctx.db.batch([
    ctx.db.all<FiguresRow>(sql`
      SELECT ${counted(sql`${outbox} WHERE next_attempt_at <= ${now}`)}
          + ${counted(sql`${outbox} WHERE ${isStuck} AND next_attempt_at > ${now}`)} AS waiting,
        (SELECT min(at) FROM (SELECT min(next_attempt_at) AS at FROM ${outbox} WHERE next_attempt_at <= ${now}
          UNION ALL SELECT min(created_at) FROM ${outbox} WHERE ${isStuck})) AS oldestAt,
        ${counted(sql`${outbox} WHERE ${isStuck}`)} AS failed`),
    ctx.db.all<FiguresRow>(sql`
      SELECT ${counted(sql`${webhookEvents} WHERE state = 'stored'`)} AS waiting,
        (SELECT min(received_at) FROM ${webhookEvents} WHERE state = 'stored') AS oldestAt,
        ${counted(sql`${webhookEvents} WHERE state = 'failed'`)} AS failed`),
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

const isStuck = sql`attempts >= ${literal(ATTEMPTS_OF_FAILURE)}`;

/** @param rows a table and its condition */
function counted(rows: SQL): SQL {
  return sql`(SELECT count(*) FROM (SELECT 1 FROM ${rows} LIMIT ${literal(COUNTED_MAX)}))`;
}

/** As Cloudflare counts it, delayed messages included. It keeps none that failed for good: those are in the log. */
export async function readTaskQueue(ctx: Context): Promise<QueueFigures> {
  const { backlogCount, oldestMessageTimestamp } = await ctx.queues.tasks.metrics();
  const oldestAt = backlogCount > 0 && oldestMessageTimestamp ? oldestMessageTimestamp.getTime() : ctx.now();
  return { waiting: backlogCount, oldestSeconds: secondsSince(oldestAt, ctx.now()), failed: null };
}

function secondsSince(at: number, now: number): number {
  return Math.max(0, Math.floor((now - at) / SECOND_MS));
}
