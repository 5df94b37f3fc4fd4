/** The emailed link that verifies an address: its token, its URL, and its account. */
import type { Context } from '@/contracts/context';
import { fold } from '@/shared/text';
import { SECOND_MS } from '@/shared/time';
import { signToken, verifyToken } from '@/shared/tokens';
import { type Account, findAccountById } from './account';

interface Addressee {
  readonly id: string;
  readonly email: string;
}

/** @param ttlMs how long the link works */
export async function verifyLink(ctx: Context, { id, email }: Addressee, ttlMs: number): Promise<string> {
  const { keys, frontendUrl, publicUrl } = ctx.config;
  const claims = { sub: id, email: fold(email) };
  const token = await signToken(keys, 'verify-email', claims, Math.ceil(ttlMs / SECOND_MS), ctx.now());
  // A token in the fragment reaches no log and no other site.
  return frontendUrl === undefined
    ? `${publicUrl}/api/v1/auth/verify-email/${token}`
    : `${frontendUrl}/verify-email#token=${token}`;
}

/** Returns undefined if the token is not ours or has expired, or if the account was deleted or changed its address. */
export async function findAccountByLink(ctx: Context, token: string): Promise<Account | undefined> {
  const claims = await readVerifyToken(ctx, token);
  const account = claims && (await findAccountById(ctx, claims.userId));
  return account?.user.emailKey === claims?.emailKey ? account : undefined;
}

/** Reads the claims of a genuine token. Returns undefined if it is not ours or has expired. */
export async function readVerifyToken(ctx: Context, token: string) {
  const claims = await verifyToken(ctx.config.keys, 'verify-email', token, ctx.now());
  if (typeof claims?.sub !== 'string' || typeof claims.email !== 'string') return undefined;
  return { userId: claims.sub, emailKey: claims.email };
}
