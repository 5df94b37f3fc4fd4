/**
 * Probes everything the platform depends on. Each probe has two seconds, all run at once, and none makes another fail.
 * The answer names no host, key or address: the log has the whole error.
 */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { AppError } from '@/http/errors';
import { SECOND_MS, toIso } from '@/shared/time';
import { VERSION } from '@/shared/version';
import { TimedOut, within } from '@/shared/within';
import type { DetailedHealth, Probe } from './health-schemas';
import { judgeHealth, type ProbeName } from './judge-health';
import { readStoredQueues, readTaskQueue, UNKNOWN } from './queue-figures';

export const PROBE_MS_MAX = 2 * SECOND_MS;
/** No room and no file has this name. */
const UNUSED_NAME = 'health';

type Answer = z.input<typeof Probe>;

export async function readHealth(ctx: Context): Promise<z.input<typeof DetailedHealth>> {
  const { scanner, mail } = ctx;
  const [database, mediaStore, room, livekit, payments, mailProbe, scannerProbe, stored, tasks] = await Promise.all([
    probe(ctx, 'database', () => ctx.db.get(sql`SELECT 1`)),
    probe(ctx, 'mediaStore', () => ctx.files.head(UNUSED_NAME)),
    probe(ctx, 'room', () => ctx.rooms(UNUSED_NAME).viewerCount()),
    probe(ctx, 'livekit', () => ctx.media.listRooms([UNUSED_NAME]), { mayNotRun: ctx.media.mayNotRun }),
    probe(ctx, 'payments', () => ctx.payments.current.check()),
    probe(ctx, 'mail', mail.check && (() => mail.check?.())),
    probe(ctx, 'scanner', scanner && (() => scanner.ping())),
    orUnknown(ctx, 'queues', () => readStoredQueues(ctx), { outbox: UNKNOWN, webhooks: UNKNOWN, payouts: UNKNOWN }),
    orUnknown(ctx, 'tasks', () => readTaskQueue(ctx), UNKNOWN),
  ]);
  const probes = { database, mediaStore, room, livekit, payments, mail: mailProbe, scanner: scannerProbe };
  const { outbox, webhooks, payouts } = stored;
  const queues = { outbox, webhooks, tasks, payouts };
  return { status: judgeHealth(probes, queues), time: toIso(ctx.now()), version: VERSION, probes, queues };
}

/**
 * @param work undefined if it is not configured
 * @param mayNotRun true if it counts as not configured when it does not answer
 */
async function probe(
  ctx: Context,
  name: ProbeName,
  work: (() => unknown) | undefined,
  { mayNotRun = false } = {},
): Promise<Answer> {
  if (!work) return { status: 'not-configured', latencyMs: 0 };
  const startedAt = ctx.now();
  const latencyMs = () => Math.max(0, ctx.now() - startedAt);
  try {
    await within(PROBE_MS_MAX, async () => work());
    return { status: 'ok', latencyMs: latencyMs() };
  } catch (error) {
    if (mayNotRun) return { status: 'not-configured', latencyMs: latencyMs() };
    logFailure(ctx, name, error);
    return { status: 'down', latencyMs: latencyMs(), error: sentenceOf(error) };
  }
}

/** Our own refusals are safe to show. Anything else might quote an address or a key. */
function sentenceOf(error: unknown): string {
  if (error instanceof TimedOut) return `No answer within ${PROBE_MS_MAX / SECOND_MS} seconds.`;
  return error instanceof AppError ? error.code : 'It failed. The log says why.';
}

async function orUnknown<T>(ctx: Context, name: string, work: () => Promise<T>, unknown: T): Promise<T> {
  try {
    return await within(PROBE_MS_MAX, work);
  } catch (error) {
    logFailure(ctx, name, error);
    return unknown;
  }
}

function logFailure(ctx: Context, name: string, error: unknown): void {
  ctx.log.warning(`health ${name}`, error instanceof Error ? error.message : String(error));
}
