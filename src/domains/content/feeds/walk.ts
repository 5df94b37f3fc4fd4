/**
 * Reads the ids of a list from an index, newest or highest first, and keeps those that the reader may see. It reads a
 * bounded window, so hidden posts cannot make it slow. A page may be short and still have a next one.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int } from '@/db/sql';

export interface WalkStep {
  readonly id: string;
  /** 0 in lists that are not ordered by score. */
  readonly score: number;
}

interface Walk {
  /** `SELECT id, author_id, visibility, score … ORDER BY …`, without a LIMIT. */
  readonly candidates: SQL;
  /** A condition on the columns of `walked`. */
  readonly keep: SQL;
  readonly perPage: number;
  readonly windowMax: number;
}

export interface Walked {
  /** At most one page. */
  readonly steps: readonly WalkStep[];
  /** The next page starts after this one; null at the end of the list. */
  readonly after: WalkStep | null;
  /** True if the window ended before the page was full. */
  readonly cutShort: boolean;
}

/** Runs one statement. SQLite reads its last branch, which finds the window's end, only if the page is not full. */
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
