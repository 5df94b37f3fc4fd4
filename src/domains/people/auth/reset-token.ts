/** The token that lets its holder set a new password: emailed as a link, or returned by a first verification. */
import type { Config } from '@/contracts/config';
import type { Context } from '@/contracts/context';
import { hmac, isHmacOf } from '@/shared/crypto';
import { MINUTE_MS, SECOND_MS } from '@/shared/time';
import { signToken, verifyToken } from '@/shared/tokens';
import { type Account, findAccountById } from './account';

const RESET_MS = 30 * MINUTE_MS;

type WithPassword = Pick<Account, 'secretHash'> & { readonly user: { readonly id: string } };

export function signResetToken(ctx: Context, account: WithPassword): Promise<string> {
  const claims = { sub: account.user.id, fingerprint: hmac(ctx.config.keys, 'reset-fingerprint', passwordOf(account)) };
  return signToken(ctx.config.keys, 'reset-password', claims, RESET_MS / SECOND_MS, ctx.now());
}

/** The link for a mailed token. The token is in the fragment, so it reaches no log and no other site. */
export function resetLink({ frontendUrl, publicUrl }: Config, token: string): string {
  return `${frontendUrl ?? `${publicUrl}/api/v1/auth`}/reset-password#token=${token}`;
}

/** Returns undefined if the token is not ours or has expired, or if the password was replaced since. */
export async function findResettable(ctx: Context, token: string): Promise<Account | undefined> {
  const claims = await verifyToken(ctx.config.keys, 'reset-password', token, ctx.now());
  const account = typeof claims?.sub === 'string' ? await findAccountById(ctx, claims.sub) : undefined;
  if (!account) return undefined;
  const isCurrent = isHmacOf(ctx.config.keys, 'reset-fingerprint', passwordOf(account), String(claims?.fingerprint));
  return isCurrent ? account : undefined;
}

/** The token carries a fingerprint of this, so it stops working once the password is changed, set or removed. */
function passwordOf({ user, secretHash }: WithPassword): string {
  return `${user.id}:${secretHash}`;
}
