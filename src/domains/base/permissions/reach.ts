/** Whether staff may act on a person, for use cases that do not read the person anyway. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import type { Actor } from '@/shared/actor';
import { staffCanActOn } from './permissions';
import { staff } from './tables';

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
