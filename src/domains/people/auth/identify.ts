/**
 * Identifies the caller. Ordinary reads trust the access token. Writes, and reads marked as `fresh`, look the session and
 * its user up on the primary, so a ban or a sign-out takes effect at once.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { effectiveRank } from '@/domains/base/permissions/dormant';
import { isOwnerAddress } from '@/domains/base/permissions/rank-owner';
import { staff } from '@/domains/base/permissions/tables';
import { isActiveSession } from '@/domains/base/users/session-active';
import { users } from '@/domains/base/users/tables';
import { AppError } from '@/http/errors';
import type { Count } from '@/http/mount';
import { spendLookUp } from '@/http/rate-limit';
import { regionsOf } from '@/http/regions';
import {
  type Actor,
  type CreatorStatus,
  GUEST_HEADER,
  type Guest,
  type GuideStatus,
  type Permission,
  type Rank,
  type Role,
  type Staff,
} from '@/shared/actor';
import { HOUR_MS, SECOND_MS, toDay } from '@/shared/time';
import { verifyToken } from '@/shared/tokens';
import { within } from '@/shared/within';
import { actorOf } from './account';
import { type Claim, readBearer } from './bearer';
import { authError } from './errors';
import { hashOf, type SessionToken, signSessionToken } from './session-token';
import { slideSession } from './sessions';

/** How often using the opaque token extends its session, beside the first use of a day. Each time writes a row. */
const SLIDES_EVERY_MS = HOUR_MS;
/** How long a check of the database waits for it. */
const LOOK_UP_MS_MAX = 2 * SECOND_MS;

interface Reading {
  /** Reads session and user from the database. */
  readonly fresh: boolean;
  readonly restricted: boolean;
  readonly withoutDatabase: boolean;
}

interface Identified {
  readonly caller: Actor | Guest;
  readonly renewedToken?: string;
}

/**
 * Refuses a bad token and a scheme other than Bearer even if the endpoint needs none: a client that thinks it is signed
 * in must learn that it is not. A caller without a token, or with an expired guest token, is a guest.
 */
export async function identify(
  ctx: Context,
  request: Request,
  { fresh, restricted, withoutDatabase }: Reading,
  count: Count,
): Promise<Identified> {
  const claim = await readBearer(ctx, request.headers.get('authorization'));
  // Counted before the first look-up: a request that will be refused costs as much as any other.
  await count(callerKey(claim));
  switch (claim.kind) {
    case 'none':
      return { caller: await readGuest(ctx, request) };
    case 'foreign':
      throw authError('UNAUTHENTICATED');
    case 'invalid':
      throw authError('TOKEN_INVALID');
    case 'restricted':
      if (!restricted) throw authError('RESTRICTED_TOKEN');
      return { caller: await lookUpBanned(ctx, claim.userId) };
    case 'access': {
      const { actor } = claim;
      // An account that was unverified when the token was signed may have been verified since.
      const asks = fresh || !actor.verified;
      if (!asks) return { caller: actor };
      const current = () => lookUp(ctx, sql`session.id = ${actor.sessionId}`);
      return { caller: withoutDatabase ? await orAsTokenSays(current, actor) : await current() };
    }
    case 'session':
      return identifyBySession(ctx, request, claim.token, count);
  }
}

/** The token's own word if the database fails or is late. A refusal by the database stands. */
async function orAsTokenSays(current: () => Promise<Actor>, actor: Actor): Promise<Actor> {
  try {
    return await within(LOOK_UP_MS_MAX, current);
  } catch (error) {
    if (error instanceof AppError) throw error;
    return actor;
  }
}

/** Signs the token again if its key is not the current one. A client that stores it avoids the limit on look-ups. */
async function identifyBySession(
  ctx: Context,
  request: Request,
  token: SessionToken | undefined,
  count: Count,
): Promise<Identified> {
  // Counts malformed tokens too: no honest client sends many.
  if (!token || token.signedBy === 'unknown') await spendLookUp(ctx, request);
  if (!token) throw authError('TOKEN_INVALID');
  const caller = await lookUp(ctx, sql`session.token_hash = ${hashOf(token.secret)}`, { slides: true });
  // Up to here each session has its own budget, so the token of an ended session spends none of its user's.
  await count(userKey(caller.userId));
  if (token.signedBy === 'current') return { caller };
  return { caller, renewedToken: signSessionToken(ctx.config.keys, token.secret) };
}

/** The user or session of a genuine token. Undefined without one: then the address is counted. */
function callerKey(claim: Claim): string | undefined {
  if (claim.kind === 'restricted') return userKey(claim.userId);
  if (claim.kind === 'access') return userKey(claim.actor.userId);
  if (claim.kind !== 'session' || !claim.token || claim.token.signedBy === 'unknown') return undefined;
  return `session:${hashOf(claim.token.secret)}`;
}

const userKey = (userId: string) => `user:${userId}`;

async function readGuest(ctx: Context, request: Request): Promise<Guest> {
  const token = request.headers.get(GUEST_HEADER);
  const claims = token ? await verifyToken(ctx.config.keys, 'guest', token, ctx.now()) : undefined;
  return typeof claims?.sub === 'string' ? { kind: 'guest', guestId: claims.sub } : { kind: 'guest' };
}

/** Treats an unverified account as a guest, with the guest id that its client sends. */
export async function asGuest(ctx: Context, request: Request): Promise<Guest> {
  const guest = await readGuest(ctx, request);
  return { ...guest, unverified: true, regions: regionsOf(ctx.config, request) };
}

interface ActiveSessionRow {
  readonly sessionId: string;
  readonly lastSeenAt: number;
  readonly userId: string;
  readonly email: string;
  readonly emailVerifiedAt: number | null;
  readonly role: Role;
  readonly creatorStatus: CreatorStatus;
  readonly guideStatus: GuideStatus;
  readonly status: 'active' | 'banned' | 'deleted';
  readonly totpEnabledAt: number | null;
  readonly rank: Rank | null;
  /** JSON lists of permissions. */
  readonly granted: string | null;
  readonly denied: string | null;
  readonly country: string | null;
}

/**
 * Reads the current session, account and rank in one indexed read. `slides`: this use extends the session. Plain SQL,
 * because every write begins with this query and building it would cost more than running it.
 */
async function lookUp(ctx: Context, session: SQL, { slides = false } = {}): Promise<Actor> {
  const now = ctx.now();
  const row = await ctx.db.get<ActiveSessionRow | undefined>(sql`
    SELECT session.id AS sessionId, session.last_seen_at AS lastSeenAt, users.id AS userId, users.email,
      users.email_verified_at AS emailVerifiedAt, users.role, users.creator_status AS creatorStatus,
      users.guide_status AS guideStatus, users.status, users.totp_enabled_at AS totpEnabledAt,
      staff.rank, staff.granted, staff.denied, staff.country
    FROM auth_sessions session JOIN ${users} ON users.id = session.user_id LEFT JOIN ${staff} ON staff.user_id = users.id
    WHERE ${session} AND ${isActiveSession(now)}`);
  if (!row) throw authError('SESSION_ENDED');
  if (row.status === 'banned') throw authError('ACCOUNT_BANNED');
  if (row.status === 'deleted') throw authError('SESSION_ENDED');
  const isDue = now - row.lastSeenAt >= SLIDES_EVERY_MS || toDay(now) !== toDay(row.lastSeenAt);
  if (slides && isDue) ctx.waitUntil(slideSession(ctx, row.sessionId));
  const { sessionId, userId, email, role, creatorStatus, guideStatus } = row;
  const verified = row.emailVerifiedAt !== null;
  const rank = staffOf(ctx, row);
  const inEffect = effectiveRank(row.totpEnabledAt, rank);
  const dormant = rank && !inEffect ? { dormantRank: true as const } : {};
  const signedIn = { kind: 'user', sessionId, userId, email, verified } as const;
  return { ...signedIn, role, creatorStatus, guideStatus, staff: inEffect, ...dormant };
}

/** A lifted ban and a deleted account end the restricted token. Their rank does not count. */
async function lookUpBanned(ctx: Context, userId: string): Promise<Actor> {
  const row = await ctx.db
    .select()
    .from(users)
    .where(and(eq(users.id, userId), eq(users.status, 'banned')))
    .get();
  if (!row) throw authError('TOKEN_INVALID');
  return { ...actorOf({ user: row, staff: null }), kind: 'user', sessionId: `restricted:${userId}` };
}

function staffOf({ config }: Context, { rank, granted, denied, country, email }: ActiveSessionRow): Staff | null {
  if (!rank) return null;
  const permissions = (list: string | null): Permission[] => JSON.parse(list ?? '[]') as Permission[]; // as they were written
  const named = rank === 'owner' && isOwnerAddress(config, email) ? { isNamedOwner: true as const } : {};
  return { rank, granted: permissions(granted), denied: permissions(denied), country, ...named };
}
