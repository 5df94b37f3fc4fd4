/** Stores a room's figures as its stream's, once after the end. */
import { sql } from 'drizzle-orm';
import type { RoomFigures } from '@/contracts/room';
import { int } from '@/db/sql';
import { keepFigures, type RoomDatabase } from '@/domains/live/rooms/figures';
import { keepPeaks } from '@/domains/live/streams/figures';
import { streams } from '@/domains/live/streams/tables';
import type { SessionFigures, SessionTime } from './session-figures';
import { completeFigures } from './session-sources';
import { sessionAnalytics } from './tables';

/** Keeps the first report, so repeats change nothing. */
export async function recordAnalytics(
  ctx: RoomDatabase,
  broadcast: SessionTime & { readonly streamId: string; readonly creatorId: string },
  figures: RoomFigures,
): Promise<void> {
  const { streamId } = broadcast;
  const session = await completeFigures(ctx, broadcast, figures);
  await ctx.db.batch([
    keepFigures(ctx, streamId, figures),
    keepSession(ctx, streamId, session),
    keepPeaks(ctx, streamId, figures),
  ]);
}

/** Keeps the first report of a stream. */
export function keepSession(ctx: RoomDatabase, streamId: string, figures: SessionFigures) {
  const { users, guests, audience, peakAt, chatters, gifts, newFollowers, newSubscribers, stepMinutes } = figures;
  const { followers, newUsers, returningUsers, sources } = audience;
  const integers = [
    ...[users, guests, followers, newUsers, returningUsers],
    ...[sources.following, sources.search, sources.recommended, sources.link],
  ];
  const counted = [chatters, gifts.count, gifts.coins, gifts.diamonds, newFollowers, newSubscribers, stepMinutes];
  const list = (values: readonly number[]) =>
    sql.join(
      values.map((value) => int(value)),
      sql`, `,
    );
  return ctx.db.run(sql`
    INSERT INTO ${sessionAnalytics}
      (stream_id, users, guests, followers, new_users, returning_users, from_following, from_search, from_recommended,
        from_link, peak_at, chatters, gifts, coins, diamonds, new_followers, new_subscribers, step_minutes, retained,
        engagement, created_at)
    SELECT id, ${list(integers)}, ${peakAt === null ? sql`NULL` : int(peakAt)}, ${list(counted)},
      ${JSON.stringify(figures.retained)}, ${JSON.stringify(figures.engagement)}, ${int(ctx.now())}
    FROM ${streams} WHERE id = ${streamId}
    ON CONFLICT (stream_id) DO NOTHING`);
}
