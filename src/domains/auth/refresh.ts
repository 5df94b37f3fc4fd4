/**
 * Trades a refresh token for its successor, by one conditional UPDATE. For ten seconds the direct predecessor gets the
 * same successor again (two tabs, a lost answer); any older one was copied by somebody, and ends the whole family.
 */
import { and, eq, gt, isNull } from 'drizzle-orm';
import type { Context } from '@/context';
import { staff } from '@/domains/staff/tables';
import { users } from '@/domains/users/tables';
import { hmac } from '@/shared/crypto';
import { SECOND_MS } from '@/shared/time';
import { verifyToken } from '@/shared/tokens';
import { signAccessToken } from './access-token';
import { actorOf } from './account';
import { authError } from './errors';
import { SESSION_MS, signRefreshToken } from './sessions';
import { authSessions } from './tables';

/** How long a client may not know yet that its token was traded. */
const GRACE_MS = 10 * SECOND_MS;

/** Throws TOKEN_INVALID, SESSION_ENDED, ACCOUNT_BANNED. */
export async function refresh(ctx: Context, refreshToken: string) {
  const { keys, accessTokenSeconds } = ctx.config;
  const claims = await verifyToken(keys, 'refresh', refreshToken, ctx.now());
  if (typeof claims?.sid !== 'string' || typeof claims.jti !== 'string') throw authError('TOKEN_INVALID');
  const { sid, jti } = claims;

  await rotate(ctx, sid, jti);
  // NOTE: read by itself, since in a batch D1 answers objects, where columns of one name are one.
  const family = await findFamily(ctx, sid);
  if (!family || family.user.status === 'deleted') throw authError('SESSION_ENDED');
  const { session, user } = family;
  if (user.status === 'banned') throw authError('ACCOUNT_BANNED');
  const now = ctx.now();
  if (session.endedAt !== null || session.expiresAt <= now || session.refreshExpiresAt <= now)
    throw authError('SESSION_ENDED');

  const rotatedAt = session.refreshRotatedAt ?? 0;
  if (session.refreshPreviousId !== jti || now - rotatedAt > GRACE_MS) {
    await endFamily(ctx, sid, user.id);
    throw authError('SESSION_ENDED');
  }
  // Issued as of the rotation, so that two tabs that ask at once hold the same pair.
  const [accessToken, successor] = await Promise.all([
    signAccessToken(ctx, { ...actorOf(family), kind: 'user', sessionId: sid }, rotatedAt),
    signRefreshToken(ctx, sid, session.refreshId, rotatedAt),
  ]);
  return {
    accessToken,
    refreshToken: successor,
    expiresIn: accessTokenSeconds - Math.floor((now - rotatedAt) / SECOND_MS),
  };
}

function rotate(ctx: Context, sessionId: string, refreshId: string) {
  const now = ctx.now();
  return ctx.db
    .update(authSessions)
    .set({
      refreshId: hmac(ctx.config.keys, 'refresh-successor', refreshId),
      refreshPreviousId: refreshId,
      refreshRotatedAt: now,
      refreshExpiresAt: now + ctx.config.refreshTokenSeconds * SECOND_MS,
      lastSeenAt: now,
      expiresAt: now + SESSION_MS,
    })
    .where(
      and(
        eq(authSessions.id, sessionId),
        eq(authSessions.refreshId, refreshId),
        isNull(authSessions.endedAt),
        gt(authSessions.expiresAt, now),
        gt(authSessions.refreshExpiresAt, now),
      ),
    );
}

function findFamily(ctx: Context, sessionId: string) {
  return ctx.db
    .select({ session: authSessions, user: users, staff })
    .from(authSessions)
    .innerJoin(users, eq(users.id, authSessions.userId))
    .leftJoin(staff, eq(staff.userId, users.id))
    .where(eq(authSessions.id, sessionId))
    .get();
}

async function endFamily(ctx: Context, sessionId: string, userId: string): Promise<void> {
  await ctx.db
    .update(authSessions)
    .set({ endedAt: ctx.now(), endedBecause: 'refresh-reuse' })
    .where(and(eq(authSessions.id, sessionId), isNull(authSessions.endedAt)));
  ctx.log.event('session.ended', { userId, sessionId, because: 'refresh-reuse' });
}
