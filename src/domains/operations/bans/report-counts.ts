/** How often a user was reported, how often that was upheld and still stands, and how many reports they made. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { decisions } from '@/domains/base/decisions/tables';
import { reports, reportVoices } from '@/domains/operations/reports/tables';

/** Counting stops here. */
const CASES_MAX = 1_000;

/** For a batch. */
export function reportCountsQuery(ctx: Context, userId: string) {
  return ctx.db.all<{ against: number; upheld: number; made: number }>(sql`
    SELECT count(*) AS against,
      coalesce(sum(about.action <> 'dismiss' AND decision.reversed_at IS NULL), 0) AS upheld,
      (SELECT count(*) FROM (SELECT 1 FROM ${reportVoices} WHERE reporter_id = ${userId}
        LIMIT ${literal(CASES_MAX)})) AS made
    FROM (SELECT action, decision_id FROM ${reports} WHERE subject_id = ${userId}
      ORDER BY id DESC LIMIT ${literal(CASES_MAX)}) AS about
    LEFT JOIN ${decisions} AS decision ON decision.id = about.decision_id`);
}
