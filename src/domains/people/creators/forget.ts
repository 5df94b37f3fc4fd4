/** For the end of an account: who it is by its documents, where its money went, how it presented itself. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { creatorApplications, creatorProfiles } from './tables';

/** The document itself goes with the user's files. */
export function forgetCreator(ctx: Context, userId: string): Statement[] {
  return [
    ctx.db.delete(creatorApplications).where(eq(creatorApplications.userId, userId)),
    ctx.db.delete(creatorProfiles).where(eq(creatorProfiles.userId, userId)),
  ];
}
