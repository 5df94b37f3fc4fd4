/** Statements that change a user, for other domains' batches. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { CreatorStatus, Role } from '@/shared/actor';
import { users } from './tables';

/** @param role only given on approval: until then a role is only requested */
export function setCreatorStatus(ctx: Context, userId: string, creatorStatus: CreatorStatus, role?: Role): Statement {
  return ctx.db
    .update(users)
    .set({ creatorStatus, updatedAt: ctx.now(), ...(role ? { role } : {}) })
    .where(eq(users.id, userId));
}
