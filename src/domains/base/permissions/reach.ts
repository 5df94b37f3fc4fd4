/** Which users staff see in lists, and whether they may act on one that the use case does not read anyway. */
import { eq, type SQL } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import type { Actor } from '@/shared/actor';
import { onlyCountryOf, staffCanActOn } from './permissions';
import { staff } from './tables';

/** A condition for lists with `users` in them: a country admin sees only the users of their country. */
export function isSeenBy({ staff }: Actor): SQL | undefined {
  const country = onlyCountryOf(staff);
  return country === undefined ? undefined : eq(users.country, country);
}

/** Nobody acts on themselves, an equal or a higher rank; a country admin acts inside their country. */
export async function staffReaches(ctx: Context, actor: Actor, userId: string): Promise<boolean> {
  if (!actor.staff || userId === actor.userId) return false;
  const target = await ctx.db
    .select({ rank: staff.rank, country: users.country })
    .from(users)
    .leftJoin(staff, eq(staff.userId, users.id))
    .where(eq(users.id, userId))
    .get();
  return target !== undefined && staffCanActOn(actor.staff, target);
}
