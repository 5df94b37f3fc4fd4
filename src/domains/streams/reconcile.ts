/**
 * Puts right what lost events left wrong: once a minute the provider is asked which ingresses run, for all streams in
 * one question. While it does not answer, nothing that hangs on it is changed.
 */
import { and, asc, gt, isNotNull, or, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { AppError } from '@/http/errors';
import { SECOND_MS } from '@/shared/time';
import { endIfStillLost } from './end-stream';
import { streams } from './tables';

const PAGE_SIZE = 500;
const PAGES_MAX = 40;
/** What is left is the next minute's. */
const ENDED_MAX = 100;

interface Seen {
  readonly id: string;
  readonly ingressId: string | null;
  readonly lostAt: number | null;
  readonly updatedAt: number;
}

export async function reconcileStreams(ctx: Context): Promise<void> {
  // Read before the provider is asked: what it answers is then newer than what it is held against.
  const seen = await readFedOrLost(ctx);
  const active = seen.some(({ ingressId }) => ingressId) ? await findActiveIngresses(ctx) : undefined;
  if (active) {
    const runs = ({ ingressId }: Seen) => ingressId !== null && active.has(ingressId);
    const isFed = ({ ingressId }: Seen) => ingressId !== null;
    await setLost(
      ctx,
      ctx.now(),
      seen.filter((stream) => isFed(stream) && !runs(stream) && stream.lostAt === null),
    );
    await setLost(
      ctx,
      null,
      seen.filter((stream) => runs(stream) && stream.lostAt !== null),
    );
  }
  const overdueSince = ctx.now() - ctx.config.streamGraceSeconds * SECOND_MS;
  const overdue = seen.filter(
    ({ ingressId, lostAt }) =>
      lostAt !== null && lostAt <= overdueSince && (ingressId === null || (active && !active.has(ingressId))),
  );
  for (const { id, lostAt } of overdue.slice(0, ENDED_MAX))
    if (lostAt !== null)
      await endIfStillLost(ctx, id, lostAt).catch((error) => ctx.log.fault(`end of stream ${id}`, error));
}

/** The live streams that an ingress feeds, or that wait for their picture. */
async function readFedOrLost(ctx: Context): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const rows = await ctx.db
      .select({
        id: streams.id,
        ingressId: streams.ingressId,
        lostAt: streams.ingressLostAt,
        updatedAt: streams.updatedAt,
      })
      .from(streams)
      .where(
        and(
          sql`status = 'live'`,
          gt(streams.id, seen.at(-1)?.id ?? ''),
          or(isNotNull(streams.ingressId), isNotNull(streams.ingressLostAt)),
        ),
      )
      .orderBy(asc(streams.id))
      .limit(PAGE_SIZE);
    seen.push(...rows);
    if (rows.length < PAGE_SIZE) break;
  }
  return seen;
}

/** Nothing, while the provider is away. */
async function findActiveIngresses(ctx: Context): Promise<ReadonlySet<string> | undefined> {
  try {
    return await ctx.media.listActiveIngresses();
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'MEDIA_UNAVAILABLE')) throw error;
    ctx.log.event('streams.not-reconciled', { code: error.code });
    return undefined;
  }
}

/** Leaves out whoever changed since they were seen: an event came in between, and it knew better. */
async function setLost(ctx: Context, lostAt: number | null, seen: readonly Seen[]): Promise<void> {
  for (let start = 0; start < seen.length; start += PAGE_SIZE) {
    const page = seen.slice(start, start + PAGE_SIZE).map(({ id, updatedAt }) => [id, updatedAt]);
    await ctx.db
      .update(streams)
      .set({ ingressLostAt: lostAt, updatedAt: sql`max(${streams.updatedAt} + 1, CAST(${ctx.now()} AS INTEGER))` })
      .where(
        sql`status = 'live'
          AND (id, updated_at) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${JSON.stringify(page)}))`,
      );
    ctx.log.event(lostAt === null ? 'streams.found-again' : 'streams.found-lost', { count: page.length });
  }
}
