/**
 * Rate limits against abuse: by user where there is one, else by address (IPv6 by its /64, which is one household).
 * They are counted per location and may be late; they never protect money.
 */
import type { Context as HonoContext } from 'hono';
import type { Viewer } from '@/shared/actor';
import type { Limit } from './endpoint';
import { httpError } from './errors';
import type { HttpEnv } from './mount';

const PERIOD_SECONDS = 60;
/** What `wrangler.toml` grants a minute. */
const QUOTA: Readonly<Record<Limit, number>> = { read: 1_200, write: 240, signIn: 60, media: 6_000 };

export async function enforceLimit(c: HonoContext<HttpEnv>, limit: Limit, actor: Viewer): Promise<void> {
  const key = actor?.kind === 'user' ? `user:${actor.userId}` : `ip:${addressKey(c.req.header('cf-connecting-ip'))}`;
  const { success } = await c.var.ctx.limits[limit].limit({ key });
  c.header('RateLimit-Policy', `"${limit}";q=${QUOTA[limit]};w=${PERIOD_SECONDS}`);
  if (!success)
    throw httpError('TOO_MANY_REQUESTS', {
      headers: { 'Retry-After': String(PERIOD_SECONDS), RateLimit: `"${limit}";r=0;t=${PERIOD_SECONDS}` },
    });
}

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
