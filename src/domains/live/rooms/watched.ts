/** The categories that users watch, for recommendations: one row per category, written at most once a day. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { DAY_MS } from '@/shared/time';

export async function rememberWatched(ctx: Context, userId: string, category: string): Promise<void> {
  const upsert = sql`
    INSERT INTO watched_categories (user_id, category, seen_at)
    VALUES (${userId}, ${category}, ${int(ctx.now())})
    ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at
    WHERE excluded.seen_at >= watched_categories.seen_at + ${literal(DAY_MS)}`;
  await commit(ctx, [ctx.db.run(upsert)]);
}
