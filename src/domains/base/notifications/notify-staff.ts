/** Notifies all staff who have a permission, each in their own list. */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { NewNotification, OutboxEvent } from '@/contracts/messages';
import { staffCan } from '@/domains/base/permissions/permissions';
import { staff } from '@/domains/base/permissions/tables';
import { users } from '@/domains/base/users/tables';
import type { Permission } from '@/shared/actor';

const STAFF_MAX = 1_000;

/** The events for the batch that makes it true. */
export async function staffEvents(
  ctx: Context,
  permission: Permission,
  notification: Omit<NewNotification, 'userId'>,
): Promise<OutboxEvent[]> {
  const rows = await ctx.db
    .select({ userId: staff.userId, rank: staff.rank, granted: staff.granted, denied: staff.denied })
    .from(staff)
    // A cross join keeps SQLite from reading all users first.
    .crossJoin(users)
    .where(and(eq(users.id, staff.userId), eq(users.status, 'active')))
    .limit(STAFF_MAX);
  return rows
    .filter((row) => staffCan({ ...row, country: null }, permission))
    .map(({ userId }) => ({ kind: 'notify', notification: { ...notification, userId } }));
}
