/** The 15-minute access token: its claims, and how they are signed and read. */
import { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { type Actor, PERMISSIONS, RANKS, ROLES } from '@/shared/actor';
import { signToken, verifyToken } from '@/shared/tokens';

const Claims = z.object({
  sub: z.string(),
  sid: z.string(),
  email: z.string(),
  /** Missing in tokens signed before this claim existed. */
  verified: z.boolean().default(true),
  /** `admin` for staff; their own role is in `userRole`. */
  role: z.enum([...ROLES, 'admin']),
  userRole: z.enum(ROLES),
  creatorStatus: z.enum(['NONE', 'PENDING', 'APPROVED', 'REJECTED']),
  rank: z.enum(RANKS).optional(),
  country: z.string().nullish(),
  granted: z.array(z.enum(PERMISSIONS)).optional(),
  denied: z.array(z.enum(PERMISSIONS)).optional(),
});

export function signAccessToken(ctx: Context, actor: Actor, ttlSeconds: number): Promise<string> {
  const { userId, sessionId, email, verified, role, creatorStatus, staff } = actor;
  const claims: z.input<typeof Claims> & { userId: string } = {
    sub: userId,
    userId,
    sid: sessionId,
    email,
    verified,
    role: staff ? 'admin' : role,
    userRole: role,
    creatorStatus,
    ...(staff
      ? { rank: staff.rank, country: staff.country, granted: [...staff.granted], denied: [...staff.denied] }
      : {}),
  };
  return signToken(ctx.config.keys, 'access', claims, ttlSeconds, ctx.now());
}

/** Returns undefined if the token is not ours or has expired. */
export async function readAccessToken(ctx: Context, token: string): Promise<Actor | undefined> {
  const claims = Claims.safeParse(await verifyToken(ctx.config.keys, 'access', token, ctx.now()));
  if (!claims.success) return undefined;
  const { sub, sid, email, verified, userRole, creatorStatus } = claims.data;
  const { rank, country = null, granted = [], denied = [] } = claims.data;
  const staff = rank ? { rank, country, granted, denied } : null;
  return { kind: 'user', userId: sub, sessionId: sid, email, verified, role: userRole, creatorStatus, staff };
}
