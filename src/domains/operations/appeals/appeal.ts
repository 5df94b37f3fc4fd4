/** A user's decisions and appeals. Each decision is appealed once, in time, and only by the user whom it is about. */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireThat } from '@/db/commit';
import { presentDecision } from '@/domains/base/decisions/present';
import { isAppealable } from '@/domains/base/decisions/record';
import { type DecisionRow, decisions } from '@/domains/base/decisions/tables';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import { newId } from '@/shared/ids';
import { appealError } from './errors';
import { type Appealed, presentAppeal } from './present';
import { type Appeal, type AppealRequest, CursorPosition } from './schemas';
import { type AppealRow, appeals } from './tables';

const DECISIONS = 'decisions';
const APPEALS = 'appeals';

interface CursorQuery {
  readonly cursor?: string | undefined;
  readonly perPage: number;
}

/** Newest first. Throws CURSOR_INVALID. */
export async function listDecisions(ctx: Context, userId: string, { cursor, perPage }: CursorQuery) {
  const before =
    cursor === undefined ? undefined : lt(decisions.id, decodeCursor(DECISIONS, CursorPosition, cursor)[0]);
  const rows = await ctx.db
    .select()
    .from(decisions)
    .where(and(eq(decisions.subjectId, userId), before))
    .orderBy(desc(decisions.id))
    .limit(perPage + 1);
  const now = ctx.now();
  return presentCursorPage(
    rows,
    perPage,
    (row) => presentDecision(row, now),
    ({ id }) => encodeCursor(DECISIONS, [id]),
  );
}

/** Newest first. Throws CURSOR_INVALID. */
export async function listOwnAppeals(ctx: Context, userId: string, { cursor, perPage }: CursorQuery) {
  const before = cursor === undefined ? undefined : lt(appeals.id, decodeCursor(APPEALS, CursorPosition, cursor)[0]);
  const rows: Appealed[] = await ctx.db
    .select({ appeal: getTableColumns(appeals), decision: getTableColumns(decisions) })
    .from(appeals)
    .innerJoin(decisions, eq(decisions.id, appeals.decisionId))
    .where(and(eq(appeals.subjectId, userId), before))
    .orderBy(desc(appeals.id))
    .limit(perPage + 1);
  const now = ctx.now();
  return presentCursorPage(
    rows,
    perPage,
    (row) => presentAppeal(row, now),
    ({ appeal }) => encodeCursor(APPEALS, [appeal.id]),
  );
}

/**
 * Throws DECISION_NOT_FOUND, DECISION_REVERSED, DECISION_NOT_APPEALABLE, APPEAL_TOO_LATE, APPEAL_EXISTS,
 * APPEAL_CHANGED.
 */
export async function appealDecision(
  ctx: Context,
  userId: string,
  { decisionId, text }: z.output<typeof AppealRequest>,
): Promise<z.input<typeof Appeal>> {
  const isMine = and(eq(decisions.id, decisionId), eq(decisions.subjectId, userId));
  const decision = await ctx.db.select().from(decisions).where(isMine).get();
  if (!decision) throw appealError('DECISION_NOT_FOUND');
  requireAppealable(decision, ctx.now());
  const row: AppealRow = {
    id: newId(),
    decisionId,
    subjectId: userId,
    text,
    status: 'open',
    answer: null,
    createdAt: ctx.now(),
    decidedAt: null,
    decidedBy: null,
  };
  await commit(
    ctx,
    [
      requireThat(ctx, sql`EXISTS (SELECT 1 FROM ${decisions} WHERE ${isMine} AND ${isAppealable(ctx.now())})`),
      ctx.db.insert(appeals).values(row),
    ],
    {
      events: [staffEvent('appeal', { id: row.id, subjectId: userId })],
      refusals: {
        DEMAND_NOT_MET: () => appealError('APPEAL_CHANGED'),
        'appeals.decision_id': () => appealError('APPEAL_EXISTS'),
      },
    },
  );
  ctx.log.event('appeal.sent', { appealId: row.id, decisionId });
  return presentAppeal({ appeal: row, decision }, ctx.now());
}

/** Throws DECISION_REVERSED, DECISION_NOT_APPEALABLE, APPEAL_TOO_LATE. */
function requireAppealable({ reversedAt, appealUntil }: DecisionRow, now: number): void {
  if (reversedAt !== null) throw appealError('DECISION_REVERSED');
  if (appealUntil === null) throw appealError('DECISION_NOT_APPEALABLE');
  if (appealUntil <= now) throw appealError('APPEAL_TOO_LATE');
}
