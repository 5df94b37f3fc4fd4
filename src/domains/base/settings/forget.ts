/** For the end of an account: deletes its settings. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { userSettings } from './tables';

export function forgetSettings(ctx: Context, userId: string): Statement {
  return ctx.db.delete(userSettings).where(eq(userSettings.userId, userId));
}
