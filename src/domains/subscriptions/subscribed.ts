/** Who is a subscriber, as a condition for any SELECT: whose month is paid, or in grace. One look-up by index. */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

export function subscribes(subscriberId: SQLWrapper | string, creatorId: SQLWrapper | string): SQL {
  return sql`EXISTS (SELECT 1 FROM subscriptions subscribed
    WHERE subscribed.subscriber_id = ${subscriberId} AND subscribed.creator_id = ${creatorId}
      AND subscribed.status <> 'ended')`;
}
