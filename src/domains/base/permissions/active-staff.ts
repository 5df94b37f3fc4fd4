/** Lists everyone with a rank whose account is active. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import type { Staff } from '@/shared/actor';
import { isOwnerAddress } from './rank-owner';
import { staff } from './tables';

/** More than any platform has. */
export const STAFF_MAX = 1_000;

export interface ActiveStaff {
  readonly userId: string;
  readonly staff: Staff;
  /** Without, the rank gives no power. */
  readonly hasTotp: boolean;
}

export async function listActiveStaff(ctx: Context): Promise<ActiveStaff[]> {
  const { rank, granted, denied, country } = staff;
  const rows = await ctx.db
    .select({
      userId: staff.userId,
      email: users.email,
      hasTotp: sql<number>`users.totp_enabled_at IS NOT NULL`,
      staff: { rank, granted, denied, country },
    })
    .from(staff)
    // A cross join keeps SQLite from reading all users first.
    .crossJoin(users)
    .where(and(eq(users.id, staff.userId), eq(users.status, 'active')))
    .limit(STAFF_MAX);
  return rows.map(({ userId, email, hasTotp, staff }) => ({
    userId,
    hasTotp: hasTotp === 1,
    staff: staff.rank === 'owner' && isOwnerAddress(ctx.config, email) ? { ...staff, isNamedOwner: true } : staff,
  }));
}
