/** Which creators can be paid. Takes no Context, so that a batch can require it at its own moment. */
import { type SQL, sql } from 'drizzle-orm';
import { users } from '@/domains/base/users/tables';
import { isActive } from '@/domains/base/visibility/people';

/** The creator is neither banned nor leaving, and is still approved. */
export function isStillCreator(userId: string | SQL): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${users} WHERE id = ${userId} AND ${isActive()} AND deletes_at IS NULL
    AND creator_status = 'APPROVED')`;
}

/** What the creator reads about a payout that was stopped for this reason. */
export const NO_LONGER_CREATOR = 'Your account can no longer be paid.';
