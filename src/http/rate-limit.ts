/**
 * Rate limits against abuse: by user, or by address if there is no user (IPv6 by its /64, which is one household). They
 * are counted per location and may lag, so they must never protect money.
 */
import type { Context as HonoContext } from 'hono';
import type { Context } from '@/contracts/context';
import type { Limit } from '@/contracts/limits';
import { httpError } from './errors';
import type { HttpEnv } from './http-env';

/** Hono's context, independent of its bindings. */
type Asked = Pick<HonoContext<HttpEnv>, 'header' | 'req' | 'var'>;

export const PERIOD_SECONDS = 60;
/** Only for the headers: `wrangler.toml` sets the real limits, and a test keeps the two equal. */
export const QUOTA: Readonly<Record<Limit, number>> = { read: 1_200, write: 240, signIn: 60, media: 6_000, lookUp: 20 };

/**
 * Throws TOO_MANY_REQUESTS.
 * @param caller the user or session of a genuine token. Without one, the request counts against its address.
 */
export async function enforceLimit(c: Asked, limit: Limit, caller?: string): Promise<void> {
  c.header('RateLimit-Policy', `"${limit}";q=${QUOTA[limit]};w=${PERIOD_SECONDS}`);
  await spend(c.var.ctx, limit, caller ?? addressOf(c.req.raw));
}

/**
 * Only D1 knows whether a token that no valid key has signed is good, so an address may send only a few per minute.
 * Throws TOO_MANY_REQUESTS.
 */
export function spendLookUp(ctx: Context, request: Request): Promise<void> {
  return spend(ctx, 'lookUp', addressOf(request));
}

async function spend(ctx: Context, limit: Limit, key: string): Promise<void> {
  const { success } = await ctx.limits[limit].limit({ key });
  if (success) return;
  throw httpError('TOO_MANY_REQUESTS', {
    headers: { 'Retry-After': String(PERIOD_SECONDS), RateLimit: `"${limit}";r=0;t=${PERIOD_SECONDS}` },
  });
}

const addressOf = ({ headers }: Request) => `ip:${addressKey(headers.get('cf-connecting-ip') ?? undefined)}`;

/** Identifies one caller, as well as an address can. */
export function addressKey(address: string | undefined): string {
  if (!address) return 'unknown';
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  if (tail !== undefined) {
    const rest = tail.split(':').filter(Boolean);
    while (groups.length + rest.length < 8) groups.push('0');
    groups.push(...rest);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
