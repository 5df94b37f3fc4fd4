/**
 * Auth sessions: a user's sign-ins, each with an opaque token and a family of refresh tokens. Use extends a session,
 * but never beyond 90 days after its sign-in.
 */

import { and, eq, isNull, ne, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { int } from '@/db/sql';
import { addressHash } from '@/domains/base/users/address-hash';
import { addressKey } from '@/http/rate-limit';
import type { Actor } from '@/shared/actor';
import { randomToken } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { DAY_MS, SECOND_MS } from '@/shared/time';
import { signToken } from '@/shared/tokens';
import { signAccessToken } from './access-token';
import { hashOf, newSecret, signSessionToken } from './session-token';
import { authSessions, type SessionRow } from './tables';

/** After the last use of either token. */
const SESSION_MS = 7 * DAY_MS;
/** After the sign-in. `migrations/0039` capped older sessions that had been extended beyond it. */
export const SESSION_MS_MAX = 90 * DAY_MS;
const USER_AGENT_CHARACTERS_MAX = 200;

export interface SessionTokens {
  accessToken: string;
  refreshToken: string;
  /** The opaque session token, also sent in the `set-auth-token` header. */
  token: string;
  /** Seconds until the access token expires. */
  expiresIn: number;
}

/**
 * Makes a session: the row to insert, and the tokens to return once it is committed.
 * @param address as `addressKey` returns it
 */
export async function newSession(
  ctx: Context,
  user: Omit<Actor, 'kind' | 'sessionId'>,
  userAgent: string | null,
  address: string = addressKey(undefined),
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
    addressHash: addressHash(ctx.config.keys, address),
    createdAt: now,
    lastSeenAt: now,
    expiresAt: now + SESSION_MS,
  };
  const token = signSessionToken(ctx.config.keys, secret);
  const pair = await signPair(ctx, { ...session, refreshRotatedAt: null }, user);
  return { sessionId: session.id, insert: ctx.db.insert(authSessions).values(session), tokens: { ...pair, token } };
}

/**
 * Signs the session's current refresh token, with the same result each time, and a new access token. Neither outlives
 * the session.
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

/** The earlier of `at` (ms) and the end of the session's 90 days. */
export function cappedExpiry(at: number): SQL {
  return sql`min(${int(at)}, ${authSessions.createdAt} + ${int(SESSION_MS_MAX)})`;
}

/**
 * Ends every session of the user: after a new password, a ban or a deletion.
 * @param keptId id of a session that stays active
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

/** The event after any session has ended: rooms that the user entered last close seats of inactive sessions. */
export function sessionsEnded(userId: string): OutboxEvent {
  return { kind: 'user-changed', userId, sessionsEnded: true };
}

/** Extends a session after its opaque token was used. An ended session stays ended. */
export async function slideSession(ctx: Context, sessionId: string): Promise<void> {
  await ctx.db
    .update(authSessions)
    .set(prolonged(ctx))
    .where(and(eq(authSessions.id, sessionId), isNull(authSessions.endedAt)));
}
