/** Which users are approved creators. */
import { type SQL, sql } from 'drizzle-orm';
import { literal } from '@/db/sql';

/** For a query that has `users` without an alias. @param role absent: any */
export function isApproved(role?: 'dj' | 'performer'): SQL<number> {
  const hasRole = role === undefined ? sql`` : sql` AND users.role = ${literal(role)}`;
  return sql<number>`(users.creator_status = 'APPROVED'${hasRole})`;
}
