/** Sweeps that delete what no appeal needs any longer: evidence, and what staff removed. An open appeal puts them off. */
import { inArray, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { isAppealed } from '@/domains/base/decisions/on-target';
import { decisions } from '@/domains/base/decisions/tables';
import { releaseFiles } from '@/domains/base/media/hold';
import { clearKeptProfiles } from '@/domains/base/users/removed-profile';
import { clearKeptStreams } from '@/domains/live/streams/removal';
import { clearKeptRooms } from '@/domains/live/user-rooms/removal';
import { clearKeptWords } from '@/domains/money/gifts/review-words';
import { cameOfReport } from './decided';
import { reports } from './tables';

const CASES_A_RUN = 40;
const WORDS_A_RUN = 200;
/** Each may delete a file as well. */
const SHOWN_A_RUN = 20;

/** A decision that came of the report waits for the answer to an appeal. */
const isDecisionAppealed = sql`EXISTS (SELECT 1 FROM ${decisions}
  WHERE ${cameOfReport} AND ${isAppealed(sql`decisions.id`)})`;

/** Blanks the evidence and lets go of its files. Returns whether there may be more. */
export async function clearEvidence(ctx: Context): Promise<boolean> {
  const rows = await ctx.db
    .select({ id: reports.id })
    .from(reports)
    .where(sql`evidence_until IS NOT NULL AND evidence_until <= ${ctx.now()} AND NOT ${isDecisionAppealed}`)
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
  const now = ctx.now();
  const isNeeded = isAppealed(sql`removed_profiles.decision_id`);
  const [streams, profiles] = await Promise.all([
    clearKeptStreams(ctx, now, SHOWN_A_RUN),
    clearKeptProfiles(ctx, { now, isNeeded, limit: SHOWN_A_RUN }),
  ]);
  const [words, rooms] = (await commit(
    ctx,
    [
      clearKeptWords(ctx, now, sql`LIMIT ${literal(WORDS_A_RUN)}`),
      clearKeptRooms(ctx, now, sql`LIMIT ${literal(WORDS_A_RUN)}`),
      ...streams.statements,
      ...profiles.statements,
    ],
    { events: [...streams.events, ...profiles.events], evenIfUnchanged: true },
  )) as D1Result[]; // a statement without rows
  const isFull = [words, rooms].some((result) => (result?.meta.changes ?? 0) >= WORDS_A_RUN);
  return streams.count === SHOWN_A_RUN || profiles.count === SHOWN_A_RUN || isFull;
}
