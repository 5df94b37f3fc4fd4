/** Deletes a deleted account's privacy settings as a performer. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { performerPrivacy } from './tables';

export function forgetPrivacy(ctx: Context, userId: string): Statement {
  return ctx.db.delete(performerPrivacy).where(eq(performerPrivacy.userId, userId));
}
