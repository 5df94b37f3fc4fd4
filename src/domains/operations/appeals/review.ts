/**
 * Staff read the appeals that they may decide on, except that another must answer an appeal against their own decision.
 */
import type { z } from '@hono/zod-openapi';
import { and, asc, desc, eq, getTableColumns, gt, lt, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { decisions } from '@/domains/base/decisions/tables';
import { isWithinReach } from '@/domains/base/permissions/reach';
import { cardOf } from '@/domains/base/users/card-of';
import { cardColumns } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { reports } from '@/domains/operations/reports/tables';
import { decodeCursor, encodeCursor } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { presentReview, type Reviewed } from './present';
import { type AppealsQuery, CursorPosition } from './schemas';
import { appeals } from './tables';

const LIST = 'appeals-in-review';

/** Open ones oldest first, as staff work through them; otherwise the newest first. Throws CURSOR_INVALID. */
export async function listAppeals(ctx: Context, actor: Actor, query: z.output<typeof AppealsQuery>) {
  const { status, cursor, perPage } = query;
  const oldestFirst = status === 'open';
  const after = cursor === undefined ? undefined : decodeCursor(`${LIST}:${status}`, CursorPosition, cursor)[0];
  const rows = await selectReviewed(
    ctx,
    actor.userId,
    and(
      status && eq(appeals.status, status),
      after === undefined ? undefined : (oldestFirst ? gt : lt)(appeals.id, after),
      isWithinReach(actor, sql`appeals.subject_id`),
    ),
  )
    .orderBy(oldestFirst ? asc(appeals.id) : desc(appeals.id))
    .limit(perPage + 1);
  const shown = rows.slice(0, perPage);
  const last = shown.at(-1);
  const nextCursor = rows.length > perPage && last ? encodeCursor(`${LIST}:${status}`, [last.appeal.id]) : null;
  return {
    items: await Promise.all(shown.map((row) => presentReview(ctx, row))),
    pagination: { nextCursor, perPage },
  };
}

export async function findReviewed(ctx: Context, readerId: string, id: string): Promise<Reviewed | undefined> {
  return selectReviewed(ctx, readerId, eq(appeals.id, id)).get();
}

function selectReviewed(ctx: Context, readerId: string, where: SQL | undefined) {
  return ctx.db
    .select({
      appeal: getTableColumns(appeals),
      decision: getTableColumns(decisions),
      subject: cardColumns,
      evidence: reports.evidence,
      decider: cardOf(sql`decisions.staff_id`).as('decider'),
      answerer: cardOf(sql`appeals.decided_by`).as('answerer'),
      me: cardOf(readerId).as('me'),
    })
    .from(appeals)
    .innerJoin(decisions, eq(decisions.id, appeals.decisionId))
    .innerJoin(users, eq(users.id, appeals.subjectId))
    .leftJoin(reports, eq(reports.id, decisions.reportId))
    .where(where);
}
