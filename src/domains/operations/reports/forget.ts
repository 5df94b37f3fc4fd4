/**
 * For the end of an account. Staff still need what the user reported, and what others reported about the user: it stays
 * without the user's words or names, and for no longer than an appeal would have taken.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import { KEPT_MS } from '@/domains/base/decisions/record';
import { reports, reportVoices } from './tables';

/** What the user reported. Repeat it until it changes nothing. */
export function blankReports(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`UPDATE ${reportVoices} SET text = NULL WHERE (report_id, reporter_id) IN (
    SELECT report_id, reporter_id FROM ${reportVoices} WHERE reporter_id = ${userId} AND text IS NOT NULL ${limit})`);
}

/** The evidence about the user. Repeat it until it changes nothing. */
export function namelessEvidence(ctx: Context, userId: string, limit: SQL): Statement {
  // The evidence of a profile opens with the two names, one a line.
  const afterLine = (text: SQL) =>
    sql`CASE WHEN instr(${text}, char(10)) = 0 THEN '' ELSE substr(${text}, instr(${text}, char(10)) + 1) END`;
  const text = sql`json_extract(evidence, '$.text')`;
  const neighbours = sql`(SELECT json_group_array(json(CASE WHEN json_extract(value, '$.userId') = ${userId}
    THEN json_set(value, '$.username', '', '$.displayName', '') ELSE value END)) FROM json_each(evidence, '$.neighbours'))`;
  return ctx.db.run(sql`UPDATE ${reports} SET
      evidence_until = coalesce(evidence_until, ${int(ctx.now() + KEPT_MS)}),
      evidence = json_set(evidence, '$.nameless', json('true'), '$.neighbours', json(${neighbours}),
        '$.text', CASE target_type WHEN 'user' THEN ${afterLine(sql`(${afterLine(text)})`)} ELSE ${text} END)
    WHERE id IN (SELECT id FROM ${reports} WHERE subject_id = ${userId} AND evidence IS NOT NULL
      AND json_extract(evidence, '$.nameless') IS NULL ${limit})`);
}
