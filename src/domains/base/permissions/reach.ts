/** Which users staff see in lists, and whether they may act on one that the use case does not read anyway. */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { type Actor, RANKS } from '@/shared/actor';
import { canActOn, onlyCountryOf } from './permissions';
import { staff } from './tables';

/** A condition for lists with `users` in them: a country admin sees only the users of their country. */
export function isSeenBy({ staff }: Actor): SQL | undefined {
  const country = onlyCountryOf(staff);
  return country === undefined ? undefined : eq(users.country, country);
}

/** Nobody acts on themselves, an equal or a higher rank; a country admin acts inside their country. */
export async function staffReaches(
  ctx: Pick<Context, 'db'>,
  actor: Pick<Actor, 'userId' | 'staff'>,
  userId: string,
): Promise<boolean> {
  if (!actor.staff) return false;
  const target = await ctx.db
    .select({ rank: staff.rank, country: users.country })
    .from(users)
    .leftJoin(staff, eq(staff.userId, users.id))
    .where(eq(users.id, userId))
    .get();
  return target !== undefined && canActOn(actor, { userId, ...target });
}

/**
 * `canActOn` as a condition, for lists and counts of what the reader may decide. @param subjectId the column that names
 * the user
 */
export function isWithinReach({ userId, staff: own }: Actor, subjectId: SQL): SQL {
  if (!own) return sql`FALSE`;
  const outOfReach = own.isNamedOwner ? [] : RANKS.slice(RANKS.indexOf(own.rank));
  const inCountry =
    own.rank === 'country_admin'
      ? sql`EXISTS (SELECT 1 FROM ${users} AS reached WHERE reached.id = ${subjectId} AND reached.country = ${own.country})`
      : sql`TRUE`;
  return sql`${subjectId} <> ${userId} AND ${inCountry} AND NOT EXISTS (SELECT 1 FROM ${staff} AS ranked
    WHERE ranked.user_id = ${subjectId} AND ranked.rank IN (SELECT value FROM json_each(${JSON.stringify(outOfReach)})))`;
}
