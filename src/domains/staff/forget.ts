/** For the end of an account: its rank. What it did as staff stays in the log, under its id. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/context';
import type { Statement } from '@/db/commit';
import { staff } from './tables';

export function forgetRank(ctx: Context, userId: string): Statement {
  return ctx.db.delete(staff).where(eq(staff.userId, userId));
}
