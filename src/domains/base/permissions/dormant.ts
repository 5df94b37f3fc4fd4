/**
 * A rank is dormant until its holder turns on two-factor authentication: it gives no power and no badge. Others still
 * see its holder as staff, so lower ranks cannot act on them.
 */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { users } from '@/domains/base/users/tables';
import type { Staff } from '@/shared/actor';
import { staff } from './tables';

/** The rank that gives power; null if there is none or it is dormant. */
export function effectiveRank(totpEnabledAt: number | null, rank: Staff | null): Staff | null {
  return totpEnabledAt === null ? null : rank;
}

/** The same, in a query that has `users`. */
export function isRankEffective(): SQL {
  return sql`users.totp_enabled_at IS NOT NULL`;
}

/** Whether the user has a rank that is not dormant. */
export function hasEffectiveRank(userId: string | SQLWrapper): SQL {
  return sql`EXISTS (SELECT 1 FROM ${staff} JOIN ${users} ON users.id = staff.user_id
    WHERE staff.user_id = ${userId} AND ${isRankEffective()})`;
}
