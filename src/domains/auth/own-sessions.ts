/** A user's own auth sessions: which there are, and ending one or all of them. */
import { and, desc, eq, gt, isNull } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit } from '@/db/commit';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { authError } from './errors';
import { endSessionsOf } from './sessions';
import { authSessions } from './tables';

/** Nobody uses more devices; older ones are still ended by `all`. */
const SESSIONS_LISTED_MAX = 100;

type SessionRow = typeof authSessions.$inferSelect;

export async function listOwnSessions(ctx: Context, { userId, sessionId }: Actor) {
  const rows = await ctx.db
    .select()
    .from(authSessions)
    .where(and(eq(authSessions.userId, userId), isNull(authSessions.endedAt), gt(authSessions.expiresAt, ctx.now())))
    .orderBy(desc(authSessions.createdAt))
    .limit(SESSIONS_LISTED_MAX);
  return rows.map((row) => presentSession(row, sessionId));
}

/** The session that asks. Throws SESSION_ENDED if it ended in between. */
export async function getOwnSession(ctx: Context, { sessionId }: Actor) {
  const row = await ctx.db.select().from(authSessions).where(eq(authSessions.id, sessionId)).get();
  if (!row) throw authError('SESSION_ENDED');
  return presentSession(row, sessionId);
}

/** Throws SESSION_NOT_FOUND for one that is somebody else's or has ended. */
export async function endOwnSession(ctx: Context, actor: Actor, id: string, because: string): Promise<void> {
  const [ended] = await ctx.db
    .update(authSessions)
    .set({ endedAt: ctx.now(), endedBecause: because })
    .where(and(eq(authSessions.id, id), eq(authSessions.userId, actor.userId), isNull(authSessions.endedAt)))
    .returning({ id: authSessions.id });
  if (!ended) throw authError('SESSION_NOT_FOUND');
  ctx.log.event('session.ended', { userId: actor.userId, sessionId: id, because });
}

export async function endAllSessions(ctx: Context, { userId }: Actor): Promise<void> {
  await commit(ctx, [endSessionsOf(ctx, userId, 'sign-out')]);
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
