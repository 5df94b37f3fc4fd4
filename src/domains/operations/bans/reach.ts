/** What decides whether a staff member may act on a user: the user's status, rank and country. */
import { and, eq, ne } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { decisions } from '@/domains/base/decisions/tables';
import { canActOn } from '@/domains/base/permissions/permissions';
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
  decision: { reason: decisions.reason, rule: decisions.rule },
  staff: { rank: staff.rank, granted: staff.granted, denied: staff.denied, country: staff.country },
};

export type Reach = Awaited<ReturnType<typeof getReach>>;

/** Throws STAFF_USER_NOT_FOUND, also if the account is deleted. */
export async function getReach(ctx: Context, userId: string) {
  const row = await ctx.db
    .select(reachColumns)
    .from(users)
    .leftJoin(staff, eq(staff.userId, users.id))
    .leftJoin(decisions, eq(decisions.id, users.banDecisionId))
    .where(and(eq(users.id, userId), ne(users.status, 'deleted')))
    .get();
  if (!row) throw staffError('STAFF_USER_NOT_FOUND');
  return { ...row, rank: row.staff?.rank ?? null };
}

/** Throws STAFF_OUT_OF_REACH: nobody acts on themselves, on their own rank or a higher one, or abroad. */
export function requireReach(actor: Actor, target: Pick<Reach, 'userId' | 'rank' | 'country'>): void {
  if (!canActOn(actor, target)) throw staffError('STAFF_OUT_OF_REACH');
}
