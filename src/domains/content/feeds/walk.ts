/**
 * The skeleton of a list: ids off an index, newest or highest first, those kept that the reader may see. It looks at a
 * bounded window, so a page may be short and still have a next one; it never reads on and on through what is hidden.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int } from '@/db/sql';

export interface WalkStep {
  readonly id: string;
  /** Of a list by score; else 0. */
  readonly score: number;
}

interface Walk {
  /** SELECT id, author_id, visibility, score … ORDER BY …, without a limit. */
  readonly candidates: SQL;
  /** On the columns of `walked`. */
  readonly keep: SQL;
  readonly perPage: number;
  readonly windowMax: number;
}

export interface Walked {
  /** At most a page. */
  readonly steps: readonly WalkStep[];
  /** Behind what the next page goes on; null at the end of the list. */
  readonly after: WalkStep | null;
  /** Whether the window was too small to tell what comes next. */
  readonly cutShort: boolean;
}

/** One statement. The last branch is read only if the window gave no full page, and says where the window ends. */
export async function readWindow(ctx: Context, { candidates, keep, perPage, windowMax }: Walk): Promise<Walked> {
  const rows = await ctx.db.all<WalkStep & { beyond: number }>(sql`
    SELECT walked.id AS id, walked.score AS score, 0 AS beyond
    FROM (${candidates} LIMIT ${int(windowMax)}) walked
    WHERE ${keep}
    UNION ALL
    SELECT id, score, 1 FROM (${candidates} LIMIT 1 OFFSET ${int(windowMax - 1)})
    LIMIT ${int(perPage + 1)}`);
  const steps = rows.filter(({ beyond }) => beyond === 0).slice(0, perPage);
  const end = rows.find(({ beyond }) => beyond === 1);
  const after = end ?? (rows.length > perPage ? (steps.at(-1) ?? null) : null);
  return { steps, after, cutShort: end !== undefined };
}
