/**
 * How often a user is told outside of the app: what is more than that stands in the list alone, so that nobody can flood
 * a mailbox or a browser. An event counts once, by however many ways and however often it comes.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int } from '@/db/sql';
import { HOUR_MS } from '@/shared/time';
import { toldOutside } from './tables';

/** Events within an hour (TOLD_WITHIN_MS), whoever brings them about. */
export const TOLD_OUTSIDE_MAX = 20;
/** As long as the table's trigger keeps them. */
const TOLD_WITHIN_MS = HOUR_MS;

/** Counts the event for whom it is not too much, and answers who that is: one statement, in which nothing comes in between. */
export async function countOutside(ctx: Context, userIds: readonly string[], eventId: string): Promise<Set<string>> {
  if (userIds.length === 0) return new Set();
  const now = ctx.now();
  const told = await ctx.db.all<{ userId: string }>(sql`
    INSERT INTO ${toldOutside} (user_id, event_id, told_at)
    SELECT value, ${eventId}, ${int(now)} FROM json_each(${JSON.stringify(userIds)})
    WHERE EXISTS (SELECT 1 FROM told_outside WHERE user_id = json_each.value AND event_id = ${eventId})
      OR (SELECT count(*) FROM told_outside
          WHERE user_id = json_each.value AND told_at > ${now - TOLD_WITHIN_MS}) < ${TOLD_OUTSIDE_MAX}
    ON CONFLICT DO UPDATE SET told_at = told_at
    RETURNING user_id AS userId`);
  return new Set(told.map(({ userId }) => userId));
}
