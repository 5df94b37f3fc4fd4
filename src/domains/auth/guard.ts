/**
 * Finds out who calls and whether they may. Ordinary reads trust the access token; whatever writes, and what an
 * endpoint marks as fresh, looks session and status up on the primary, so a ban or a sign-out bites at once.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { staffCan } from '@/domains/staff/permissions';
import { isOwnerAddress } from '@/domains/staff/rank-owner';
import { requiresVerification } from '@/http/endpoint';
import type { Count, Guard } from '@/http/mount';
import { regionsOf } from '@/http/regions';
import {
  type Actor,
  type CreatorStatus,
  GUEST_HEADER,
  type Guest,
  type Permission,
  type Rank,
  type Role,
  type Staff,
} from '@/shared/actor';
import { sha256 } from '@/shared/crypto';
import { HOUR_MS } from '@/shared/time';
import { verifyToken } from '@/shared/tokens';
import { readAccessToken } from './access-token';
import { authError } from './errors';
import { slideSession } from './sessions';

/** How often the opaque token's use prolongs its session: a written row each time. */
const SLIDES_EVERY_MS = HOUR_MS;

export const guard: Guard = async (ctx, request, endpoint, count) => {
  const { who, method, fresh, unverified } = endpoint;
  if (who === 'public' || who === 'signed') {
    await count(undefined);
    return undefined;
  }
  const ordinaryRead = method === 'get' && (who === 'user' || who === 'optional') && !fresh;
  const identified = await identify(ctx, request, !ordinaryRead, count);
  const viewer = { ...identified, regions: regionsOf(ctx.config, request) };
  if (who === 'optional')
    return viewer.kind === 'user' && !viewer.verified && !unverified ? asGuest(ctx, request) : viewer;
  if (viewer.kind !== 'user') throw authError('UNAUTHENTICATED');
  if (!viewer.verified && requiresVerification(endpoint)) throw authError('EMAIL_NOT_VERIFIED');
  if ((who === 'creator' || who === 'dj' || who === 'performer') && viewer.creatorStatus !== 'APPROVED')
    throw authError('CREATOR_APPROVAL_REQUIRED');
  if (who === 'dj' && viewer.role !== 'dj') throw authError('DJ_ONLY');
  if (who === 'performer' && viewer.role !== 'performer') throw authError('PERFORMER_ONLY');
  if (who === 'staff' && !viewer.staff) throw authError('STAFF_ONLY');
  if (typeof who === 'object' && !staffCan(viewer.staff, who.permission))
    throw authError('PERMISSION_REQUIRED', { details: { permission: who.permission } });
  return viewer;
};

/** A bad token is refused even where none is needed: a client that thinks it is signed in must learn that it is not. */
async function identify(ctx: Context, request: Request, fresh: boolean, count: Count): Promise<Actor | Guest> {
  const authorization = request.headers.get('authorization');
  if (!authorization) return counted(await readGuest(ctx, request), count);
  const [scheme, token] = authorization.split(' ', 2);
  if (scheme?.toLowerCase() !== 'bearer' || !token) throw authError('UNAUTHENTICATED');

  // A JWT has two dots; the opaque session token has none.
  if (!token.includes('.'))
    return counted(await lookUp(ctx, sql`session.token_hash = ${sha256(token)}`, { slides: true }), count);
  const claimed = await readAccessToken(ctx, token);
  if (!claimed) throw authError('TOKEN_INVALID');
  // Of an account that was not verified when the token was made, a read asks as well: it may be by now.
  if (!fresh && claimed.verified) return counted(claimed, count);
  const [actor] = await Promise.all([lookUp(ctx, sql`session.id = ${claimed.sessionId}`), count(claimed)]);
  return actor;
}

async function counted<Caller extends Actor | Guest>(viewer: Caller, count: Count): Promise<Caller> {
  await count(viewer);
  return viewer;
}

async function readGuest(ctx: Context, request: Request): Promise<Guest> {
  const token = request.headers.get(GUEST_HEADER);
  if (!token) return { kind: 'guest' };
  const claims = await verifyToken(ctx.config.keys, 'guest', token, ctx.now());
  if (typeof claims?.sub !== 'string') throw authError('TOKEN_INVALID');
  return { kind: 'guest', guestId: claims.sub };
}

/** What an account that is not verified is to everybody else: a guest, with the id that its client sends along. */
async function asGuest(ctx: Context, request: Request): Promise<Guest> {
  const guest = await readGuest(ctx, request);
  return { ...guest, unverified: true, regions: regionsOf(ctx.config, request) };
}

interface SessionRow {
  readonly sessionId: string;
  readonly lastSeenAt: number;
  readonly userId: string;
  readonly email: string;
  readonly emailVerifiedAt: number | null;
  readonly role: Role;
  readonly creatorStatus: CreatorStatus;
  readonly status: 'active' | 'banned' | 'deleted';
  readonly rank: Rank | null;
  /** JSON lists of permissions. */
  readonly granted: string | null;
  readonly denied: string | null;
  readonly country: string | null;
}

/**
 * Session, account and rank as they are now, in one indexed read; `slides`: its use prolongs the session. Written out
 * in SQL, since every write of the API begins with it and building it would cost more than asking it.
 */
async function lookUp(ctx: Context, session: SQL, { slides = false } = {}): Promise<Actor> {
  const now = ctx.now();
  const row = await ctx.db.get<SessionRow | undefined>(sql`
    SELECT session.id AS sessionId, session.last_seen_at AS lastSeenAt, users.id AS userId, users.email,
      users.email_verified_at AS emailVerifiedAt, users.role, users.creator_status AS creatorStatus, users.status,
      staff.rank, staff.granted, staff.denied, staff.country
    FROM auth_sessions session JOIN users ON users.id = session.user_id LEFT JOIN staff ON staff.user_id = users.id
    WHERE ${session} AND session.ended_at IS NULL AND session.expires_at > ${now}`);
  if (!row) throw authError('SESSION_ENDED');
  if (row.status === 'banned') throw authError('ACCOUNT_BANNED');
  if (row.status === 'deleted') throw authError('SESSION_ENDED');
  if (slides && now - row.lastSeenAt >= SLIDES_EVERY_MS) ctx.waitUntil(slideSession(ctx, row.sessionId));
  const { sessionId, userId, email, role, creatorStatus } = row;
  const verified = row.emailVerifiedAt !== null;
  return { kind: 'user', sessionId, userId, email, verified, role, creatorStatus, staff: staffOf(ctx, row) };
}

function staffOf({ config }: Context, { rank, granted, denied, country, email }: SessionRow): Staff | null {
  if (!rank) return null;
  const permissions = (list: string | null): Permission[] => JSON.parse(list ?? '[]') as Permission[]; // as they were written
  const named = rank === 'owner' && isOwnerAddress(config, email) ? { isNamedOwner: true as const } : {};
  return { rank, granted: permissions(granted), denied: permissions(denied), country, ...named };
}
