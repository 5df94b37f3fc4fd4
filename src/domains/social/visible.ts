/** Who is out of sight for whom: a block hides both from each other. */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

/** A condition for any query: nobody of the two blocks the other. Two look-ups by primary key. */
export function noBlockBetween(one: SQLWrapper | string, other: SQLWrapper | string): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = ${one} AND blocked_id = ${other})
    AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = ${other} AND blocked_id = ${one})`;
}
