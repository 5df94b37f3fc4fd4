/** Sweeps that delete what no appeal needs: evidence, and what staff removed. */
import { inArray, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { releaseFiles } from '@/domains/base/media/hold';
import { clearKeptProfiles } from '@/domains/base/users/removed-profile';
import { clearKeptStreams } from '@/domains/live/streams/removal';
import { clearKeptWords } from '@/domains/money/gifts/review-words';
import { reports } from './tables';

const CASES_A_RUN = 40;
const ROWS_A_RUN = 200;

/** Blanks the evidence and lets go of its files. Returns whether there may be more. */
export async function clearEvidence(ctx: Context): Promise<boolean> {
  const rows = await ctx.db
    .select({ id: reports.id })
    .from(reports)
    .where(sql`evidence_until IS NOT NULL AND evidence_until <= ${ctx.now()}`)
    .limit(CASES_A_RUN);
  if (rows.length === 0) return false;
  const ids = rows.map(({ id }) => id);
  await commit(ctx, [
    ctx.db.update(reports).set({ evidence: null, evidenceUntil: null }).where(inArray(reports.id, ids)),
    releaseFiles(ctx, ids),
  ]);
  return rows.length === CASES_A_RUN;
}

/** Posts and comments have a sweep of their own, since their likes and files go too. */
export async function clearKept(ctx: Context): Promise<boolean> {
  const limit = sql`LIMIT ${literal(ROWS_A_RUN)}`;
  const now = ctx.now();
  const results = (await commit(ctx, [
    clearKeptWords(ctx, now, limit),
    clearKeptStreams(ctx, now, limit),
    clearKeptProfiles(ctx, now, limit),
  ])) as D1Result[]; // statements without rows
  return results.some(({ meta }) => meta.changes >= ROWS_A_RUN);
}
