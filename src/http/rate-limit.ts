/**
 * Rate limits against abuse: by user where there is one, else by address (IPv6 by its /64, which is one household).
 * They are counted per location and may be late; they never protect money.
 */
import type { Context as HonoContext } from 'hono';
import type { Context } from '@/contracts/context';
import type { Limit } from '@/contracts/limits';
import { httpError } from './errors';
import type { HttpEnv } from './http-env';

/** Hono's context, whatever its bindings. */
type Asked = Pick<HonoContext<HttpEnv>, 'header' | 'req' | 'var'>;

export const PERIOD_SECONDS = 60;
/** For the headers alone: `wrangler.toml` grants these, and a test holds the two together. */
export const QUOTA: Readonly<Record<Limit, number>> = { read: 1_200, write: 240, signIn: 60, media: 6_000, lookUp: 20 };

/**
 * @param caller the user or session of a genuine token; without one the address is counted. Throws TOO_MANY_REQUESTS.
 */
export async function enforceLimit(c: Asked, limit: Limit, caller?: string): Promise<void> {
  c.header('RateLimit-Policy', `"${limit}";q=${QUOTA[limit]};w=${PERIOD_SECONDS}`);
  await spend(c.var.ctx, limit, caller ?? addressOf(c.req.raw));
}

/**
 * Only D1 knows whether a token that no valid key has signed is good, so an address may send a few of those a minute.
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

/** One caller, as far as an address can tell. */
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
