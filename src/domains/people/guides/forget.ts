/** Deletes the applications of a deleted account. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { guideApplications } from './tables';

export function forgetGuide(ctx: Context, userId: string): Statement {
  return ctx.db.delete(guideApplications).where(eq(guideApplications.userId, userId));
}
