/** What decides whether a staff member may act on a user: the user's status, rank and country. */
import { and, eq, ne } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { staffCanActOn } from '@/domains/base/permissions/permissions';
import { staff } from '@/domains/base/permissions/tables';
import { users } from '@/domains/base/users/tables';
import { staffError } from '@/domains/operations/staff/errors';
import type { Actor } from '@/shared/actor';

const reachColumns = {
  userId: users.id,
  status: users.status,
  bannedAt: users.bannedAt,
  bannedUntil: users.bannedUntil,
  banDecisionId: users.banDecisionId,
  country: users.country,
  staff: { rank: staff.rank, granted: staff.granted, denied: staff.denied, country: staff.country },
};

/** A batch's query, for `reachOf`. Finds no deleted account. */
export function reachQuery(ctx: Context, userId: string) {
  return ctx.db
    .select(reachColumns)
    .from(users)
    .leftJoin(staff, eq(staff.userId, users.id))
    .where(and(eq(users.id, userId), ne(users.status, 'deleted')));
}

export type Reach = Awaited<ReturnType<typeof getReach>>;

/** Throws STAFF_USER_NOT_FOUND, also if the account is deleted. */
export async function getReach(ctx: Context, userId: string) {
  return reachOf(await reachQuery(ctx, userId));
}

/** Throws STAFF_USER_NOT_FOUND. */
export function reachOf([row]: Awaited<ReturnType<typeof reachQuery>>) {
  if (!row) throw staffError('STAFF_USER_NOT_FOUND');
  return { ...row, rank: row.staff?.rank ?? null };
}

/** Throws STAFF_OUT_OF_REACH: nobody acts on themselves, on their own rank or a higher one, or abroad. */
export function requireReach({ userId, staff: own }: Actor, target: Reach): void {
  if (!own || userId === target.userId || !staffCanActOn(own, target)) throw staffError('STAFF_OUT_OF_REACH');
}
