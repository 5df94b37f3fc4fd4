/**
 * Identifies the caller and checks their rights. Ordinary reads trust the access token. Writes, and reads marked as
 * `fresh`, look the session and its user up on the primary, so a ban or a sign-out takes effect at once.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { maintenanceError } from '@/domains/base/maintenance/errors';
import { findClosure } from '@/domains/base/maintenance/read';
import { effectiveRank } from '@/domains/base/permissions/dormant';
import { logRefusal } from '@/domains/base/permissions/log';
import { staffCan } from '@/domains/base/permissions/permissions';
import { isOwnerAddress } from '@/domains/base/permissions/rank-owner';
import { staff } from '@/domains/base/permissions/tables';
import { isActiveSession } from '@/domains/base/users/session-active';
import { users } from '@/domains/base/users/tables';
import { type Endpoint, isForStaff, requiresVerification } from '@/http/endpoint';
import { AppError, type Refusal } from '@/http/errors';
import type { Count, Guard } from '@/http/mount';
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
/** What the staff log keeps of an id in a refused request, which may be anything. */
const TARGET_CHARACTERS_MAX = 64;

const admit: Guard['admit'] = async (ctx, request, endpoint, count) => {
  const { who, method, fresh, unverified, restricted = false, withoutDatabase = false } = endpoint;
  if (who === 'public' || who === 'signed') {
    await count();
    await refuseDuringMaintenance(ctx, request, endpoint);
    return { viewer: undefined };
  }
  const ordinaryRead = method === 'get' && (who === 'user' || who === 'optional') && !fresh;
  const { caller, renewedToken } = await identify(
    ctx,
    request,
    { fresh: !ordinaryRead, restricted, withoutDatabase },
    count,
  );
  await refuseDuringMaintenance(ctx, request, endpoint, caller);
  const viewer = { ...caller, regions: regionsOf(ctx.config, request) };
  if (who === 'optional' && viewer.kind === 'user' && !viewer.verified && !unverified)
    return { viewer: await asGuest(ctx, request), renewedToken };
  return { viewer, renewedToken, refusal: refusalFor(viewer, endpoint) };
};

/** Open during maintenance: what staff need to get in, what apps need to wait, and providers' events. */
function isKeptOpen({ who, duringMaintenance }: Endpoint): boolean {
  return who === 'signed' || duringMaintenance === true;
}

/**
 * Throws MAINTENANCE for everyone but staff, whose current rank is read: a token may be older. Runs once the request has
 * been counted and its token accepted, so that bad ones cost no read.
 * @param caller undefined if the endpoint identifies nobody
 */
async function refuseDuringMaintenance(
  ctx: Context,
  request: Request,
  endpoint: Endpoint,
  caller?: Actor | Guest,
): Promise<void> {
  const closure = isKeptOpen(endpoint) ? undefined : await findClosure(ctx);
  if (!closure) return;
  if (caller?.kind === 'guest' || (caller && !caller.staff)) throw closure;
  const isCounted = async () => {};
  const current = await identify(
    ctx,
    request,
    { fresh: true, restricted: false, withoutDatabase: false },
    isCounted,
  ).catch((error: unknown) => {
    throw caller === undefined && error instanceof AppError ? closure : error;
  });
  if (current.caller.kind !== 'user' || !current.caller.staff) throw closure;
}

/** A bad token is refused even by endpoints that need none. */
const BAD_TOKEN = [
  authError.UNAUTHENTICATED,
  authError.TOKEN_INVALID,
  authError.SESSION_ENDED,
  authError.ACCOUNT_BANNED,
];
/** A restricted token is one too, except where it is accepted. */
const RESTRICTED = [authError.RESTRICTED_TOKEN];

/** The errors that `admit` can throw for this endpoint. */
function refusals(endpoint: Endpoint): readonly Refusal[] {
  const { who } = endpoint;
  const closure = isKeptOpen(endpoint) ? [] : [maintenanceError.MAINTENANCE];
  if (who === 'public' || who === 'signed') return closure;
  return [
    ...closure,
    ...BAD_TOKEN,
    ...(endpoint.restricted ? [] : RESTRICTED),
    ...(requiresVerification(endpoint) ? [authError.EMAIL_NOT_VERIFIED] : []),
    ...(who === 'creator' || who === 'dj' || who === 'performer' ? [authError.CREATOR_APPROVAL_REQUIRED] : []),
    ...(who === 'dj' ? [authError.DJ_ONLY] : []),
    ...(who === 'performer' ? [authError.PERFORMER_ONLY] : []),
    ...(who === 'guide' ? [authError.GUIDE_APPROVAL_REQUIRED] : []),
    ...(isForStaff(endpoint) ? [authError.TOTP_SETUP_REQUIRED] : []),
    ...(who === 'staff' ? [authError.STAFF_ONLY] : []),
    ...(typeof who === 'object' ? [authError.PERMISSION_REQUIRED] : []),
  ];
}

/** What concerns rights and state. Mistakes in the input, log-in problems and bursts would only fill the log. */
const LOGGED: ReadonlySet<number> = new Set([403, 404, 409]);

/** Staff's refused writes are in the staff log. */
const refused: Guard['refused'] = async (ctx, endpoint, viewer, params, { code, status }) => {
  if (viewer?.kind !== 'user' || !(viewer.staff || viewer.dormantRank) || endpoint.method === 'get') return;
  if (!LOGGED.has(status)) return;
  if (!isForStaff(endpoint) && !(endpoint.staffToo && status === 403)) return;
  const action = { staffId: viewer.userId, action: endpoint.operationId, code };
  await commit(ctx, [logRefusal(ctx, { ...action, ...targetOf(endpoint, params) })]);
};

/** The thing that the path names: `/admin/user/{id}/status` is about a user. */
function targetOf({ path }: Endpoint, params: Readonly<Record<string, string>>) {
  const [, noun = '', name = ''] = /([\w-]+)\/\{(\w+)\}/.exec(path) ?? [];
  const targetId = params[name];
  if (targetId === undefined) return { targetType: 'path', targetId: path };
  const targetType = name === 'userId' ? 'user' : noun;
  return { targetType, targetId: targetId.slice(0, TARGET_CHARACTERS_MAX) };
}

export const guard: Guard = { admit, refusals, refused };

/** Why the viewer may not call this endpoint. Undefined if they may. */
function refusalFor(viewer: Actor | Guest, endpoint: Endpoint): AppError | undefined {
  const { who } = endpoint;
  if (who === 'optional') return undefined;
  if (viewer.kind !== 'user') return authError('UNAUTHENTICATED');
  if (!viewer.verified && requiresVerification(endpoint)) return authError('EMAIL_NOT_VERIFIED');
  if ((who === 'creator' || who === 'dj' || who === 'performer') && viewer.creatorStatus !== 'APPROVED')
    return authError('CREATOR_APPROVAL_REQUIRED');
  if (who === 'dj' && viewer.role !== 'dj') return authError('DJ_ONLY');
  if (who === 'performer' && viewer.role !== 'performer') return authError('PERFORMER_ONLY');
  if (who === 'guide' && viewer.guideStatus !== 'APPROVED') return authError('GUIDE_APPROVAL_REQUIRED');
  if (isForStaff(endpoint) && viewer.dormantRank) return authError('TOTP_SETUP_REQUIRED');
  if (who === 'staff' && !viewer.staff) return authError('STAFF_ONLY');
  if (typeof who === 'object' && !staffCan(viewer.staff, who.permission))
    return authError('PERMISSION_REQUIRED', { details: { permission: who.permission } });
  return undefined;
}

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
async function identify(
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
async function asGuest(ctx: Context, request: Request): Promise<Guest> {
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
