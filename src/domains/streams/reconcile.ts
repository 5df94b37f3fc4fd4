/**
 * Puts right what lost events left wrong: once a minute the provider is asked which ingresses run and, for what comes
 * from browsers, into which rooms somebody publishes; each for all streams in one question. While it does not answer,
 * nothing that hangs on it is changed.
 */
import { and, asc, gt, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { AppError } from '@/http/errors';
import type { TaskMessage } from '@/queues/messages';
import { MINUTE_MS, SECOND_MS } from '@/shared/time';
import { streams } from './tables';

const PAGE_SIZE = 500;
const PAGES_MAX = 40;
/** The queue takes no more at once; what is left is the next minute's. */
const ENDED_MAX = 100;
/** Who is live by their own word has yet to let the browser have the camera, or to start the encoder. */
const FIRST_PICTURE_MS_MAX = 5 * MINUTE_MS;

interface Seen {
  readonly id: string;
  readonly channelId: string;
  readonly ingressId: string | null;
  readonly startedAt: number | null;
  readonly lostAt: number | null;
  readonly updatedAt: number;
}

export async function reconcileStreams(ctx: Context): Promise<void> {
  // Read before the provider is asked: what it answers is then newer than what it is held against.
  const seen = await readLive(ctx);
  const isOnAir = await askWhoIsOnAir(ctx, seen);
  const now = ctx.now();
  const hasHadTime = ({ ingressId, startedAt }: Seen) =>
    ingressId !== null || (startedAt ?? 0) + FIRST_PICTURE_MS_MAX <= now;
  const off = seen.filter((stream) => isOnAir(stream) === false);
  await setLost(
    ctx,
    now,
    off.filter((stream) => stream.lostAt === null && hasHadTime(stream)),
  );
  await setLost(
    ctx,
    null,
    seen.filter((stream) => stream.lostAt !== null && isOnAir(stream) === true),
  );
  const overdueSince = now - ctx.config.streamGraceSeconds * SECOND_MS;
  const overdue = off.filter(({ lostAt }) => lostAt !== null && lostAt <= overdueSince);
  const endings = overdue
    .slice(0, ENDED_MAX)
    .flatMap(({ id, lostAt }): MessageSendRequest<TaskMessage>[] =>
      lostAt === null ? [] : [{ body: { type: 'end-if-still-lost', streamId: id, lostAt } }],
    );
  if (endings.length > 0) await ctx.queues.tasks.sendBatch(endings);
}

async function readLive(ctx: Context): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const rows = await ctx.db
      .select({
        id: streams.id,
        channelId: streams.channelId,
        ingressId: streams.ingressId,
        startedAt: streams.startedAt,
        lostAt: streams.ingressLostAt,
        updatedAt: streams.updatedAt,
      })
      .from(streams)
      .where(and(sql`status = 'live'`, gt(streams.id, seen.at(-1)?.id ?? '')))
      .orderBy(asc(streams.id))
      .limit(PAGE_SIZE);
    seen.push(...rows);
    if (rows.length < PAGE_SIZE) break;
  }
  return seen;
}

/** The function answers undefined for what the provider did not tell. */
async function askWhoIsOnAir(
  ctx: Context,
  seen: readonly Seen[],
): Promise<(stream: Pick<Seen, 'channelId' | 'ingressId'>) => boolean | undefined> {
  const browsers = seen.filter(({ ingressId }) => ingressId === null).map(({ channelId }) => channelId);
  const [ingresses, rooms] = await Promise.all([
    browsers.length < seen.length ? unlessAway(ctx, ctx.media.listActiveIngresses()) : undefined,
    // A room is a channel's, and nobody but its creator may publish there.
    browsers.length > 0 ? unlessAway(ctx, ctx.media.listPublishedRooms(browsers)) : undefined,
  ]);
  return ({ channelId, ingressId }) => (ingressId === null ? rooms?.has(channelId) : ingresses?.has(ingressId));
}

/** Nothing, while the provider is away. */
async function unlessAway<T>(ctx: Context, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
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
