/** Deletes a deleted account's application, with identity and bank details, and its creator profile. */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { creatorApplications, creatorProfiles } from './tables';

/** The identity document is deleted with the user's other files. */
export function forgetCreator(ctx: Context, userId: string): Statement[] {
  return [
    ...withdrawWaiting(ctx, sql`(SELECT id FROM ${creatorApplications} WHERE user_id = ${userId})`),
    ctx.db.delete(creatorApplications).where(eq(creatorApplications.userId, userId)),
    ctx.db.delete(creatorProfiles).where(eq(creatorProfiles.userId, userId)),
  ];
}
