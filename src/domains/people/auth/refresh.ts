/**
 * Exchanges a refresh token for its successor, by one conditional UPDATE. Until the successor is used, its predecessor
 * returns it again at any age: for two tabs, a lost response or a phone that slept. An older token must have been
 * copied, so it ends the session.
 */
import { and, eq, gt, isNull } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { staff } from '@/domains/base/permissions/tables';
import { addressHash } from '@/domains/base/users/address-hash';
import { users } from '@/domains/base/users/tables';
import { spendLookUp } from '@/http/rate-limit';
import { hmac } from '@/shared/crypto';
import { SECOND_MS } from '@/shared/time';
import { readUnprovenClaims, verifyToken } from '@/shared/tokens';
import { actorOf } from './account';
import { addressOf } from './asker';
import { authError } from './errors';
import { accountBanned } from './restricted-token';
import { cappedExpiry, prolonged, SESSION_MS_MAX, type SessionTokens, sessionsEnded, signPair } from './sessions';
import { authSessions } from './tables';

interface RefreshToken {
  readonly sid: string;
  /** 256 random bits or their HMAC. Knowing it proves that the caller holds the token, even without a signature. */
  readonly jti: string;
  readonly isVerified: boolean;
}

const SESSION_ID = /^[0-9a-f-]{36}$/;
const REFRESH_ID = /^[\w-]{43}$/;

/** Throws TOKEN_INVALID, SESSION_ENDED, ACCOUNT_BANNED, TOO_MANY_REQUESTS. */
export async function refresh(
  ctx: Context,
  refreshToken: string,
  request: Request,
): Promise<Omit<SessionTokens, 'token'>> {
  const token = await readRefreshToken(ctx, refreshToken);
  if (!token) throw authError('TOKEN_INVALID');
  if (!token.isVerified) await spendLookUp(ctx, request);
  const { sid, jti, isVerified } = token;

  await rotate(ctx, sid, jti, addressHash(ctx.config.keys, addressOf(request)));
  // NOTE: not in one batch: D1 returns batch rows as objects, so columns with the same name collide.
  const family = await findFamily(ctx, sid);
  const isKnown = family !== undefined && [family.session.refreshId, family.session.refreshPreviousId].includes(jti);
  // Anyone could have written this token, so it reveals nothing about the session and does not end it.
  if (!isVerified && !isKnown) throw authError('TOKEN_INVALID');
  if (!family || family.user.status === 'deleted') throw authError('SESSION_ENDED');
  const { session, user } = family;
  if (user.status === 'banned') throw await accountBanned(ctx, user, false);
  const now = ctx.now();
  if (session.endedAt !== null || session.expiresAt <= now || session.refreshExpiresAt <= now)
    throw authError('SESSION_ENDED');
  if (session.refreshPreviousId !== jti) {
    await endFamily(ctx, sid, user.id);
    throw authError('SESSION_ENDED');
  }
  return signPair(ctx, session, actorOf(family));
}

/**
 * Rotating the secret twice must not sign anyone out, so a token signed by a removed key works if its session knows its
 * id. Expiry is not checked here but by the session's row: an expired token's successor may still be valid.
 */
async function readRefreshToken(ctx: Context, token: string): Promise<RefreshToken | undefined> {
  const { keys } = ctx.config;
  const oldest = ctx.now() - SESSION_MS_MAX;
  const verified = await verifyToken(keys, 'refresh', token, oldest);
  const { sid, jti } = verified ?? readUnprovenClaims(keys, 'refresh', token, oldest) ?? {};
  if (typeof sid !== 'string' || typeof jti !== 'string' || !SESSION_ID.test(sid) || !REFRESH_ID.test(jti))
    return undefined;
  return { sid, jti, isVerified: verified !== undefined };
}

function rotate(ctx: Context, sessionId: string, refreshId: string, address: string | null) {
  const now = ctx.now();
  return ctx.db
    .update(authSessions)
    .set({
      refreshId: hmac(ctx.config.keys, 'refresh-successor', refreshId),
      refreshPreviousId: refreshId,
      refreshRotatedAt: now,
      refreshExpiresAt: cappedExpiry(now + ctx.config.refreshTokenSeconds * SECOND_MS),
      ...(address === null ? {} : { addressHash: address }),
      ...prolonged(ctx),
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
  const end = ctx.db
    .update(authSessions)
    .set({ endedAt: ctx.now(), endedBecause: 'refresh-reuse' })
    .where(and(eq(authSessions.id, sessionId), isNull(authSessions.endedAt)));
  await commit(ctx, [end], { events: [sessionsEnded(userId)] });
  ctx.log.event('session.ended', { userId, sessionId, because: 'refresh-reuse' });
}
