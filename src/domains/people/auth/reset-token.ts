/** The token that lets its holder set a new password: emailed as a link, or returned by a first verification. */
import type { Config } from '@/contracts/config';
import type { Context } from '@/contracts/context';
import { hmac, isHmacOf } from '@/shared/crypto';
import { fold } from '@/shared/text';
import { MINUTE_MS, SECOND_MS } from '@/shared/time';
import { signToken, verifyToken } from '@/shared/tokens';
import { type Account, findAccountById } from './account';

const RESET_MS = 30 * MINUTE_MS;

type WithPassword = Pick<Account, 'secretHash'> & { readonly user: { readonly id: string; readonly email: string } };

export function signResetToken(ctx: Context, account: WithPassword): Promise<string> {
  const { keys } = ctx.config;
  const fingerprint = hmac(keys, 'reset-fingerprint', passwordOf(account));
  const address = hmac(keys, 'reset-fingerprint', addressOf(account));
  const claims = { sub: account.user.id, fingerprint, address };
  return signToken(keys, 'reset-password', claims, RESET_MS / SECOND_MS, ctx.now());
}

/** The link for a mailed token. The token is in the fragment, so it reaches no log and no other site. */
export function resetLink({ frontendUrl, publicUrl }: Config, token: string): string {
  return `${frontendUrl ?? `${publicUrl}/api/v1/auth`}/reset-password#token=${token}`;
}

/** Returns undefined if the token is not ours or has expired, or if the password or the address was replaced since. */
export async function findResettable(ctx: Context, token: string): Promise<Account | undefined> {
  const claims = await verifyToken(ctx.config.keys, 'reset-password', token, ctx.now());
  const account = typeof claims?.sub === 'string' ? await findAccountById(ctx, claims.sub) : undefined;
  if (!account) return undefined;
  const isOf = (text: string, claim: unknown) => isHmacOf(ctx.config.keys, 'reset-fingerprint', text, String(claim));
  if (!isOf(passwordOf(account), claims?.fingerprint)) return undefined;
  // NOTE: tokens of the previous version have no address, and end within half an hour.
  return claims?.address === undefined || isOf(addressOf(account), claims.address) ? account : undefined;
}

/** The token carries a fingerprint of this, so it stops working once the password is changed, set or removed. */
function passwordOf({ user, secretHash }: WithPassword): string {
  return `${user.id}:${secretHash}`;
}

/** And of this, so it stops working once the account has another address: it was mailed to the former one. */
function addressOf({ user }: WithPassword): string {
  return `${user.id}:${fold(user.email)}`;
}
