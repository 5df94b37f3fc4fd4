/**
 * Finds out who calls and whether they may. Ordinary reads trust the access token; whatever writes, and what an
 * endpoint marks as fresh, looks session and status up on the primary, so a ban or a sign-out bites at once.
 */
import { and, eq, gt, isNull, type SQL } from 'drizzle-orm';
import type { Context } from '@/context';
import { staffCan } from '@/domains/staff/permissions';
import { staff } from '@/domains/staff/tables';
import { users } from '@/domains/users/tables';
import type { Guard } from '@/http/mount';
import { type Actor, GUEST_HEADER, type Guest, type Staff, type Viewer } from '@/shared/actor';
import { sha256 } from '@/shared/crypto';
import { HOUR_MS } from '@/shared/time';
import { verifyToken } from '@/shared/tokens';
import { readAccessToken } from './access-token';
import { authError } from './errors';
import { slideSession } from './sessions';
import { authSessions } from './tables';

/** How often the opaque token's use prolongs its session: a written row each time. */
const SLIDES_EVERY_MS = HOUR_MS;

export const guard: Guard = async (ctx, request, { who, method, fresh }) => {
  if (who === 'public' || who === 'signed') return undefined;
  const ordinaryRead = method === 'get' && (who === 'user' || who === 'optional') && !fresh;
  const viewer = await identify(ctx, request, !ordinaryRead);
  if (who === 'optional') return viewer;
  if (viewer?.kind !== 'user') throw authError('UNAUTHENTICATED');
  if ((who === 'creator' || who === 'dj') && viewer.creatorStatus !== 'APPROVED')
    throw authError('CREATOR_APPROVAL_REQUIRED');
  if (who === 'dj' && viewer.role !== 'dj') throw authError('DJ_ONLY');
  if (who === 'staff' && !viewer.staff) throw authError('STAFF_ONLY');
  if (typeof who === 'object' && !staffCan(viewer.staff, who.permission))
    throw authError('PERMISSION_REQUIRED', { details: { permission: who.permission } });
  return viewer;
};

/** A bad token is refused even where none is needed: a client that thinks it is signed in must learn that it is not. */
async function identify(ctx: Context, request: Request, fresh: boolean): Promise<Viewer> {
  const authorization = request.headers.get('authorization');
  if (!authorization) return readGuest(ctx, request);
  const [scheme, token] = authorization.split(' ', 2);
  if (scheme?.toLowerCase() !== 'bearer' || !token) throw authError('UNAUTHENTICATED');

  // A JWT has two dots; the opaque session token has none.
  if (!token.includes('.')) return lookUp(ctx, eq(authSessions.tokenHash, sha256(token)), { slides: true });
  const claimed = await readAccessToken(ctx, token);
  if (!claimed) throw authError('TOKEN_INVALID');
  return fresh ? lookUp(ctx, eq(authSessions.id, claimed.sessionId)) : claimed;
}

async function readGuest(ctx: Context, request: Request): Promise<Guest | undefined> {
  const token = request.headers.get(GUEST_HEADER);
  if (!token) return undefined;
  const claims = await verifyToken(ctx.config.keys, 'guest', token, ctx.now());
  if (typeof claims?.sub !== 'string') throw authError('TOKEN_INVALID');
  return { kind: 'guest', guestId: claims.sub };
}

/** Session, account and rank as they are now, in one indexed read; `slides`: its use prolongs the session. */
async function lookUp(ctx: Context, session: SQL, { slides = false } = {}): Promise<Actor> {
  const now = ctx.now();
  const row = await ctx.db
    .select({
      sessionId: authSessions.id,
      lastSeenAt: authSessions.lastSeenAt,
      userId: users.id,
      email: users.email,
      role: users.role,
      creatorStatus: users.creatorStatus,
      status: users.status,
      rank: staff.rank,
      granted: staff.granted,
      denied: staff.denied,
      country: staff.country,
    })
    .from(authSessions)
    .innerJoin(users, eq(users.id, authSessions.userId))
    .leftJoin(staff, eq(staff.userId, users.id))
    .where(and(session, isNull(authSessions.endedAt), gt(authSessions.expiresAt, now)))
    .get();
  if (!row) throw authError('SESSION_ENDED');
  if (row.status === 'banned') throw authError('ACCOUNT_BANNED');
  if (row.status === 'deleted') throw authError('SESSION_ENDED');
  if (slides && now - row.lastSeenAt >= SLIDES_EVERY_MS) ctx.waitUntil(slideSession(ctx, row.sessionId));
  const { sessionId, userId, email, role, creatorStatus, rank, granted, denied, country } = row;
  const ranked: Staff | null = rank && { rank, granted: granted ?? [], denied: denied ?? [], country };
  return { kind: 'user', sessionId, userId, email, role, creatorStatus, staff: ranked };
}
