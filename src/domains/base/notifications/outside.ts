/**
 * Limits how often a user is mailed and pushed, so that nobody can flood a mailbox or a browser. Beyond the limit, a
 * notification is only in the list. An event counts once, however many channels it uses and however often it repeats.
 */

import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int } from '@/db/sql';
import { HOUR_MS } from '@/shared/time';
import { notifiedOutside } from './tables';

/** Events per hour (NOTIFIED_WITHIN_MS), whoever causes them. */
export const NOTIFIED_OUTSIDE_MAX = 20;
/** Must equal how long the table's trigger keeps them. */
const NOTIFIED_WITHIN_MS = HOUR_MS;

/** Counts the event for the users below the limit and returns those users. One statement, so it is atomic. */
export async function countOutside(ctx: Context, userIds: readonly string[], eventId: string): Promise<Set<string>> {
  if (userIds.length === 0) return new Set();
  const now = ctx.now();
  const counted = await ctx.db.all<{ userId: string }>(sql`
    INSERT INTO ${notifiedOutside} (user_id, event_id, told_at)
    SELECT value, ${eventId}, ${int(now)} FROM json_each(${JSON.stringify(userIds)})
    WHERE EXISTS (SELECT 1 FROM told_outside WHERE user_id = json_each.value AND event_id = ${eventId})
      OR (SELECT count(*) FROM told_outside
          WHERE user_id = json_each.value AND told_at > ${now - NOTIFIED_WITHIN_MS}) < ${NOTIFIED_OUTSIDE_MAX}
    ON CONFLICT DO UPDATE SET told_at = told_at
    RETURNING user_id AS userId`);
  return new Set(counted.map(({ userId }) => userId));
}
