/** Requires in a batch that the account that acts is still active: the guard looked a few milliseconds before. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { requireThat } from '@/db/commit';
import { whileActive } from '@/domains/base/visibility/people';

/** Aborts the batch as `BANNED_MEANWHILE` says. */
export function requireActive(ctx: Pick<Context, 'db'>, userId: string) {
  return requireThat(ctx, whileActive(userId, sql`true`));
}
