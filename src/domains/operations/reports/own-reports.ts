/** A user's own reports, with what became of them. The sanction, if there was one, is not theirs to know. */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import { toIso, toIsoOrNull } from '@/shared/time';
import { OwnPosition, type OwnReport } from './schemas';
import { type ReportRow, reports, reportVoices } from './tables';

const LIST = 'reports.own';

/** Newest first. Throws CURSOR_INVALID. */
export async function listOwnReports(
  ctx: Context,
  userId: string,
  { cursor, perPage }: { cursor?: string | undefined; perPage: number },
) {
  const before = cursor === undefined ? undefined : decodeCursor(LIST, OwnPosition, cursor);
  const { reporterId, createdAt, reportId } = reportVoices;
  const rows = await ctx.db
    .select({ voice: reportVoices, report: reports })
    .from(reportVoices)
    .innerJoin(reports, eq(reports.id, reportId))
    .where(and(eq(reporterId, userId), before && sql`(${createdAt}, ${reportId}) < (${before[0]}, ${before[1]})`))
    .orderBy(desc(createdAt), desc(reportId))
    .limit(perPage + 1);
  return presentCursorPage(
    rows,
    perPage,
    ({ voice, report }) => presentOwn(voice, report),
    ({ voice }) => encodeCursor(LIST, [voice.createdAt, voice.reportId]),
  );
}

function presentOwn(
  { category, text, createdAt }: typeof reportVoices.$inferSelect,
  { id, targetType, targetId, streamId, status, action, resolvedAt }: ReportRow,
): z.input<typeof OwnReport> {
  return {
    ...{ id, targetType, targetId, streamId, category, text, status },
    outcome: action === null ? null : action === 'dismiss' ? 'dismissed' : 'upheld',
    createdAt: toIso(createdAt),
    resolvedAt: toIsoOrNull(resolvedAt),
  };
}
