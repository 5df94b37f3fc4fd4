/** Auth sessions: where a user is signed in, by an opaque token and a family of refresh tokens. */
import { and, eq, isNull, ne } from 'drizzle-orm';
import type { Context } from '@/context';
import type { Statement } from '@/db/commit';
import type { Actor } from '@/shared/actor';
import { randomToken, sha256 } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { DAY_MS, SECOND_MS } from '@/shared/time';
import { signToken } from '@/shared/tokens';
import { signAccessToken } from './access-token';
import { authSessions } from './tables';

/** Sliding: each use of the refresh token starts it again. */
export const SESSION_MS = 7 * DAY_MS;
const USER_AGENT_CHARACTERS_MAX = 200;

export interface SessionTokens {
  accessToken: string;
  refreshToken: string;
  /** The opaque session token, as in the `set-auth-token` header. */
  token: string;
  /** Seconds that the access token is good. */
  expiresIn: number;
}

/** A new session as a row to insert and the tokens to hand out once it is committed. */
export async function newSession(
  ctx: Context,
  user: Omit<Actor, 'kind' | 'sessionId'>,
  userAgent: string | null,
): Promise<{ sessionId: string; insert: Statement; tokens: SessionTokens }> {
  const now = ctx.now();
  const [id, refreshId, token] = [newId(), randomToken(), randomToken()];
  const insert = ctx.db.insert(authSessions).values({
    id,
    userId: user.userId,
    tokenHash: sha256(token),
    refreshId,
    refreshExpiresAt: now + ctx.config.refreshTokenSeconds * SECOND_MS,
    userAgent: (userAgent ?? '').slice(0, USER_AGENT_CHARACTERS_MAX),
    createdAt: now,
    lastSeenAt: now,
    expiresAt: now + SESSION_MS,
  });
  const [accessToken, refreshToken] = await Promise.all([
    signAccessToken(ctx, { ...user, kind: 'user', sessionId: id }),
    signRefreshToken(ctx, id, refreshId),
  ]);
  const tokens = { accessToken, refreshToken, token, expiresIn: ctx.config.accessTokenSeconds };
  return { sessionId: id, insert, tokens };
}

/** @param at when it is issued: the same moment gives the same token */
export function signRefreshToken(
  ctx: Context,
  sessionId: string,
  refreshId: string,
  at: number = ctx.now(),
): Promise<string> {
  const { keys, refreshTokenSeconds } = ctx.config;
  return signToken(keys, 'refresh', { sid: sessionId, jti: refreshId }, refreshTokenSeconds, at);
}

/**
 * Ends every session of the user: after a new password, a ban, a deletion.
 * @param keptId of a session that goes on
 */
export function endSessionsOf(ctx: Context, userId: string, because: string, keptId?: string): Statement {
  return ctx.db
    .update(authSessions)
    .set({ endedAt: ctx.now(), endedBecause: because })
    .where(
      and(
        eq(authSessions.userId, userId),
        isNull(authSessions.endedAt),
        keptId === undefined ? undefined : ne(authSessions.id, keptId),
      ),
    );
}

/** The opaque token was used: seven days from now. An ended session stays ended. */
export async function slideSession(ctx: Context, sessionId: string): Promise<void> {
  const now = ctx.now();
  await ctx.db
    .update(authSessions)
    .set({ lastSeenAt: now, expiresAt: now + SESSION_MS })
    .where(and(eq(authSessions.id, sessionId), isNull(authSessions.endedAt)));
}
