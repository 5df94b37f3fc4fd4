/**
 * Somebody who reports again for a graver reason, or who now claims a track, is heard: their voice takes that reason.
 * They still count once, and a claim stays a claim.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import type { Rule } from '@/domains/base/decisions/tables';
import { type ReportTarget, reports, reportVoices } from './tables';
import { CLAIM, isClaim, type Weight } from './weigh';

export interface Voice extends Weight {
  readonly reporterId: string;
  readonly category: Rule;
  readonly text: string | null;
}

/** Whether this says more than what they said before. A reporter with a bad record cannot raise anything. */
export function isRaised(
  said: { readonly base: number; readonly category: Rule },
  voice: Pick<Voice, 'base' | 'category' | 'weight'>,
  targetType: ReportTarget,
): boolean {
  if (voice.weight === 0) return false;
  return voice.base < said.base || (isClaim(targetType, voice.category) && said.category !== voice.category);
}

/** Changes nothing in a case that is resolved. The sums of the case come first, since they need the old voice. */
export function raiseVoice(ctx: Context, reportId: string, targetType: ReportTarget, voice: Voice): Statement[] {
  const { reporterId, category, text, base, weight, urgency } = voice;
  const claims = int(isClaim(targetType, category) ? 1 : 0);
  const isMore = sql`(${int(base)} < said.base OR (${claims} = 1 AND said.category <> ${category}))`;
  const isOpen = sql`EXISTS (SELECT 1 FROM ${reports} WHERE id = ${reportId} AND status <> 'resolved')`;
  const keepsClaim = targetType === CLAIM.targetType ? sql`said.category = ${CLAIM.category}` : sql`false`;
  return [
    ctx.db.run(sql`UPDATE ${reports} SET
        category = CASE WHEN ${int(base)} < reports.base THEN ${category} ELSE reports.category END,
        base = min(reports.base, ${int(base)}), weight = reports.weight + ${more('weight', weight)},
        urgency = reports.urgency + ${more('urgency', urgency)}
      FROM ${reportVoices} AS said
      WHERE reports.id = ${reportId} AND reports.status <> 'resolved'
        AND said.report_id = reports.id AND said.reporter_id = ${reporterId} AND ${isMore}`),
    ctx.db.run(sql`UPDATE ${reportVoices} AS said SET
        category = CASE WHEN ${keepsClaim} THEN said.category ELSE ${category} END, text = coalesce(${text}, said.text),
        base = min(said.base, ${int(base)}), weight = max(said.weight, ${int(weight)}),
        urgency = max(said.urgency, ${int(urgency)})
      WHERE said.report_id = ${reportId} AND said.reporter_id = ${reporterId} AND ${isMore} AND ${isOpen}`),
  ];
}

function more(column: 'weight' | 'urgency', now: number): SQL {
  return sql`max(0, ${int(now)} - said.${sql.raw(column)})`;
}
