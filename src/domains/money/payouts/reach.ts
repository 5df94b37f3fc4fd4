/** Whose cash-outs and bank details a member of staff may see. For a SELECT that has `users`. */
import { eq, type SQL } from 'drizzle-orm';
import { users } from '@/domains/base/users/tables';
import type { Actor } from '@/shared/actor';

/** A country admin with the permission sees only the creators of their country. */
export function isInReach({ staff }: Actor): SQL | undefined {
  return staff?.rank === 'country_admin' ? eq(users.country, staff.country ?? '') : undefined;
}
