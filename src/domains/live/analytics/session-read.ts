/**
 * A session's figures for its creator: from the room while the stream runs, and as they were stored once it is over. At
 * most two waits for D1.
 */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { streamAnalytics } from '@/domains/live/rooms/tables';
import { getOwnStream } from '@/domains/live/streams/sessions';
import type { Actor } from '@/shared/actor';
import { NO_AUDIENCE, NO_FIGURES, type Session, type SessionFigures } from './session-figures';
import { buyersIn, clicksIn, salesOf } from './session-sales';
import { completeFigures } from './session-sources';
import { sessionAnalytics } from './tables';

/** Zeros for a stream that never began. Throws STREAM_NOT_FOUND, NOT_IN_YOUR_COUNTRY, NOT_YOUR_STREAM. */
export async function readSession(ctx: Context, actor: Actor, id: string): Promise<Session> {
  const [{ stream, viewerCount }, stored, [sales, [bought], productClicks]] = await Promise.all([
    getOwnStream(ctx, actor, id),
    findStored(ctx, id),
    ctx.db.batch([salesOf(ctx, id), buyersIn(ctx, id), clicksIn(ctx, id)]),
  ]);
  const { id: streamId, status, startedAt: since, endedAt, creatorId } = stream;
  const session = { streamId, isLive: status === 'live', viewerCount, sales, buyers: bought?.buyers ?? 0 };
  if (since === null) return { ...session, time: null, figures: NO_FIGURES };
  if (stored) return { ...session, time: { since, until: endedAt ?? since }, figures: { ...stored, productClicks } };
  // The room reports its figures right after the end. Until they have arrived, it is asked for them.
  const counted = await ctx.rooms(streamId).figures();
  const time = { since, until: counted.until ?? endedAt ?? ctx.now() };
  const figures = await completeFigures(ctx, { streamId, creatorId, ...time }, counted);
  return { ...session, viewerCount: counted.viewerCount, time, figures };
}

/** Undefined until the room has reported. Streams from before `session_analytics` have only a part of the figures. */
async function findStored(ctx: Context, streamId: string): Promise<SessionFigures | undefined> {
  const row = await ctx.db
    .select({ room: streamAnalytics, session: sessionAnalytics })
    .from(streamAnalytics)
    .leftJoin(sessionAnalytics, eq(sessionAnalytics.streamId, streamAnalytics.streamId))
    .where(eq(streamAnalytics.streamId, streamId))
    .get();
  if (!row) return undefined;
  const { uniqueViewers, peakViewers, watchSeconds, messages, reactions, viewerCurve } = row.room;
  const figures = { ...NO_FIGURES, uniqueViewers, peakViewers, watchSeconds, messages, reactions, viewerCurve };
  return row.session ? { ...figures, ...presentStored(row.session) } : figures;
}

function presentStored(row: typeof sessionAnalytics.$inferSelect) {
  const { users, guests, followers, newUsers, returningUsers, peakAt, chatters, newFollowers, newSubscribers } = row;
  const sources = {
    ...NO_AUDIENCE.sources,
    ...{ following: row.fromFollowing, search: row.fromSearch, recommended: row.fromRecommended, link: row.fromLink },
  };
  return {
    ...{ users, guests, peakAt, chatters, newFollowers, newSubscribers },
    audience: { followers, newUsers, returningUsers, sources },
    gifts: { count: row.gifts, coins: row.coins, diamonds: row.diamonds },
    ...{ stepMinutes: row.stepMinutes, retained: row.retained, engagement: row.engagement },
  };
}
