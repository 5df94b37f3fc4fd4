/** A user's own auth sessions: listing them, and ending one or all of them. */

import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { countRows } from '@/db/count-rows';
import { isActiveSession } from '@/domains/base/users/session-active';
import { COUNT_MAX, limitAndOffset, type PageQuery, presentPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { authError } from './errors';
import { endSessionsOf, sessionsEnded } from './sessions';
import { authSessions, type SessionRow } from './tables';

export async function listOwnSessions(ctx: Context, { userId, sessionId }: Actor, query: PageQuery) {
  const { limit, offset } = limitAndOffset(query);
  const open = and(eq(authSessions.userId, userId), isActiveSession(ctx.now(), sql`${authSessions}`));
  const counted = ctx.db.select({ id: authSessions.id }).from(authSessions).where(open);
  const [rows, [{ total = 0 } = {}]] = await ctx.db.batch([
    ctx.db.select().from(authSessions).where(open).orderBy(desc(authSessions.createdAt)).limit(limit).offset(offset),
    countRows(ctx, counted, COUNT_MAX + 1),
  ]);
  const items = rows.map((row) => presentSession(row, sessionId));
  return presentPage(items, total, query);
}

/** The current session. Throws SESSION_ENDED if it was deleted meanwhile. */
export async function getOwnSession(ctx: Context, { sessionId }: Actor) {
  const row = await ctx.db.select().from(authSessions).where(eq(authSessions.id, sessionId)).get();
  if (!row) throw authError('SESSION_ENDED');
  return presentSession(row, sessionId);
}

/** Throws SESSION_NOT_FOUND if the session belongs to someone else or has ended. */
export async function endOwnSession(ctx: Context, actor: Actor, id: string, because: string): Promise<void> {
  const own = and(eq(authSessions.id, id), eq(authSessions.userId, actor.userId), isNull(authSessions.endedAt));
  const end = ctx.db.update(authSessions).set({ endedAt: ctx.now(), endedBecause: because }).where(own);
  await commit(ctx, [end, requireChange(ctx)], {
    events: [sessionsEnded(actor.userId)],
    refusals: { DEMAND_NOT_MET: () => authError('SESSION_NOT_FOUND') },
  });
  ctx.log.event('session.ended', { userId: actor.userId, sessionId: id, because });
}

export async function endAllSessions(ctx: Context, { userId }: Actor): Promise<void> {
  await commit(ctx, [endSessionsOf(ctx, userId, 'sign-out')], { events: [sessionsEnded(userId)] });
  ctx.log.event('session.ended', { userId, because: 'sign-out', all: true });
}

function presentSession(row: SessionRow, currentId: string) {
  return {
    id: row.id,
    userAgent: row.userAgent,
    createdAt: toIso(row.createdAt),
    lastSeenAt: toIso(row.lastSeenAt),
    expiresAt: toIso(row.expiresAt),
    current: row.id === currentId,
  };
}
