/** A creator's past streams, with their rooms' figures. Always two statements. */
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { countRows } from '@/db/count-rows';
import { users } from '@/domains/base/users/tables';
import { streamAnalytics, streamLive } from '@/domains/live/rooms/tables';
import { presentStream, streamColumns } from '@/domains/live/streams/present';
import { streams } from '@/domains/live/streams/tables';
import { COUNT_MAX, limitAndOffset, type PageQuery, presentPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';

export async function listPastStreams(ctx: Context, actor: Actor, query: PageQuery) {
  const { limit, offset } = limitAndOffset(query);
  const over = and(eq(streams.creatorId, actor.userId), inArray(streams.status, ['ended', 'cancelled']));
  const counted = ctx.db.select({ one: sql`1` }).from(streams).where(over);
  // NOTE: not a batch: D1 returns batch rows as objects, so columns with the same name collide.
  const [rows, [{ total = 0 } = {}]] = await Promise.all([
    ctx.db
      .select({ ...streamColumns(actor), figures: streamAnalytics })
      .from(streams)
      .innerJoin(users, eq(users.id, streams.creatorId))
      .leftJoin(streamLive, eq(streamLive.streamId, streams.id))
      .leftJoin(streamAnalytics, eq(streamAnalytics.streamId, streams.id))
      .where(over)
      .orderBy(desc(streams.id))
      .limit(limit)
      .offset(offset),
    countRows(ctx, counted, COUNT_MAX + 1),
  ]);
  const items = rows.map(({ figures, ...row }) => ({
    ...presentStream(row, actor),
    figures: figures && {
      uniqueViewers: figures.uniqueViewers,
      peakViewers: figures.peakViewers,
      watchSeconds: figures.watchSeconds,
      messages: figures.messages,
      reactions: figures.reactions,
    },
  }));
  return presentPage(items, total, query);
}
