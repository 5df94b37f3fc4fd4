/** Deletes the applications, terms and work of a deleted account. */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { guideApplications, guideTerms, guideWork } from './tables';

export function forgetGuide(ctx: Context, userId: string): Statement[] {
  return [
    ...withdrawWaiting(
      ctx,
      sql`(SELECT id FROM ${guideApplications} WHERE user_id = ${userId} AND status = 'PENDING')`,
    ),
    ctx.db.delete(guideApplications).where(eq(guideApplications.userId, userId)),
    ctx.db.delete(guideTerms).where(eq(guideTerms.userId, userId)),
    ctx.db.delete(guideWork).where(eq(guideWork.userId, userId)),
  ];
}
