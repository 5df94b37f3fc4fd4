/** The owner is the user who verifies the address in OWNER_EMAIL; nobody else makes one. */
import type { Context } from '@/context';
import type { Statement } from '@/db/commit';
import { staff } from './tables';

/** For the batch that marks the address verified. Whatever rank or denials stood before give way. */
export function rankOwner(ctx: Context, userId: string): Statement {
  const now = ctx.now();
  const owner = { rank: 'owner', granted: [], denied: [], country: null, updatedAt: now } as const;
  return ctx.db
    .insert(staff)
    .values({ userId, ...owner, granted: [], denied: [], createdAt: now })
    .onConflictDoUpdate({ target: staff.userId, set: { ...owner, granted: [], denied: [] } });
}
