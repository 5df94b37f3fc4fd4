/** Samples each minute how many people watch at once, and keeps the largest number of each day (UTC). */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { streamLive } from '@/domains/live/rooms/tables';
import { streams } from '@/domains/live/streams/tables';
import { toDay } from '@/shared/time';
import { platformDays } from './tables';

/** By the creator's country, and over all countries. A quiet minute writes nothing. */
export async function samplePeaks(ctx: Context): Promise<void> {
  const day = toDay(ctx.now());
  const sample = (country: SQL) =>
    ctx.db.run(sql`
      INSERT INTO ${platformDays} (day, country, figure, unit, amount)
      SELECT ${day}, ${country} AS place, 'peakConcurrent', '', sum(live.viewer_count)
      FROM ${streamLive} live JOIN ${streams} aired ON aired.id = live.stream_id
      LEFT JOIN ${users} creator ON creator.id = aired.creator_id
      WHERE live.viewer_count > 0 GROUP BY place
      ON CONFLICT DO UPDATE SET amount = excluded.amount WHERE excluded.amount > platform_days.amount`);
  await commit(ctx, [sample(sql`coalesce(creator.country, 'ZZ')`), sample(sql`'*'`)]);
}
