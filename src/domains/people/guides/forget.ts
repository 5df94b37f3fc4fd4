/** Deletes the applications of a deleted account. */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { guideApplications } from './tables';

export function forgetGuide(ctx: Context, userId: string): Statement[] {
  return [
    ...withdrawWaiting(
      ctx,
      sql`(SELECT id FROM ${guideApplications} WHERE user_id = ${userId} AND status = 'PENDING')`,
    ),
    ctx.db.delete(guideApplications).where(eq(guideApplications.userId, userId)),
  ];
}
