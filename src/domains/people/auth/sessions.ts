/**
 * Auth sessions: where a user is signed in, by an opaque token and a family of refresh tokens. Use prolongs a session,
 * but never beyond 90 days from its sign-in.
 */

import { and, eq, isNull, ne, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { int } from '@/db/sql';
import type { Actor } from '@/shared/actor';
import { randomToken } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { DAY_MS, SECOND_MS } from '@/shared/time';
import { signToken } from '@/shared/tokens';
import { signAccessToken } from './access-token';
import { hashOf, newSecret, signSessionToken } from './session-token';
import type { SessionRow } from './tables';
import { authSessions } from './tables';

/** From the last use of either token. */
const SESSION_MS = 7 * DAY_MS;
/** From the sign-in; `migrations/0039` bound what was prolonged before. */
export const SESSION_MS_MAX = 90 * DAY_MS;
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
  const secret = newSecret();
  const session = {
    id: newId(),
    userId: user.userId,
    tokenHash: hashOf(secret),
    refreshId: randomToken(),
    refreshExpiresAt: now + ctx.config.refreshTokenSeconds * SECOND_MS,
    userAgent: (userAgent ?? '').slice(0, USER_AGENT_CHARACTERS_MAX),
    createdAt: now,
    lastSeenAt: now,
    expiresAt: now + SESSION_MS,
  };
  const token = signSessionToken(ctx.config.keys, secret);
  const pair = await signPair(ctx, { ...session, refreshRotatedAt: null }, user);
  return { sessionId: session.id, insert: ctx.db.insert(authSessions).values(session), tokens: { ...pair, token } };
}

/**
 * The session's current refresh token, which is the same each time it is signed, and a new access token. Neither
 * outlives the session.
 */
export async function signPair(
  ctx: Context,
  session: Pick<SessionRow, 'id' | 'refreshId' | 'refreshExpiresAt' | 'refreshRotatedAt' | 'createdAt' | 'expiresAt'>,
  user: Omit<Actor, 'kind' | 'sessionId'>,
): Promise<Omit<SessionTokens, 'token'>> {
  const { keys, accessTokenSeconds } = ctx.config;
  const { id, refreshId, refreshExpiresAt, createdAt, expiresAt } = session;
  const issuedAt = session.refreshRotatedAt ?? createdAt;
  const secondsLeft = Math.floor((expiresAt - ctx.now()) / SECOND_MS);
  const expiresIn = Math.min(accessTokenSeconds, secondsLeft);
  const refreshSeconds = Math.floor((refreshExpiresAt - issuedAt) / SECOND_MS);
  const [accessToken, refreshToken] = await Promise.all([
    signAccessToken(ctx, { ...user, kind: 'user', sessionId: id }, expiresIn),
    signToken(keys, 'refresh', { sid: id, jti: refreshId }, refreshSeconds, issuedAt),
  ]);
  return { accessToken, refreshToken, expiresIn };
}

/** The changes to a session's row when the session is used. */
export function prolonged(ctx: Context): { lastSeenAt: number; expiresAt: SQL } {
  return { lastSeenAt: ctx.now(), expiresAt: cappedExpiry(ctx.now() + SESSION_MS) };
}

/** That time, or the end of the session's 90 days if that is earlier. */
export function cappedExpiry(at: number): SQL {
  return sql`min(${int(at)}, ${authSessions.createdAt} + ${int(SESSION_MS_MAX)})`;
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

/** What follows the end of any session: the rooms entered last close the seats whose session is no longer active. */
export function sessionsEnded(userId: string): OutboxEvent {
  return { kind: 'user-changed', userId, sessionsEnded: true };
}

/** After a use of the opaque token. An ended session stays ended. */
export async function slideSession(ctx: Context, sessionId: string): Promise<void> {
  await ctx.db
    .update(authSessions)
    .set(prolonged(ctx))
    .where(and(eq(authSessions.id, sessionId), isNull(authSessions.endedAt)));
}
