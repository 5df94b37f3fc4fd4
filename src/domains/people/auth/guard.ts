/**
 * Checks the rights of callers, once `identify.ts` has said who they are: what `who` of an endpoint asks, and maintenance.
 * Refused writes of staff are logged.
 */
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { maintenanceError } from '@/domains/base/maintenance/errors';
import { findClosure } from '@/domains/base/maintenance/read';
import { logRefusal } from '@/domains/base/permissions/log';
import { staffCan } from '@/domains/base/permissions/permissions';
import { type Endpoint, isForStaff, requiresVerification } from '@/http/endpoint';
import { AppError, type Refusal } from '@/http/errors';
import type { Guard } from '@/http/mount';
import { regionsOf } from '@/http/regions';
import type { Actor, Guest } from '@/shared/actor';
import { authError } from './errors';
import { asGuest, identify } from './identify';

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
  if (!isForStaff(endpoint) && !(endpoint.staffToo && status !== 409)) return;
  const action = { staffId: viewer.userId, action: endpoint.logs ?? endpoint.operationId, code };
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
