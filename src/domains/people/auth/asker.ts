/**
 * The sender of a request that is not signed in: an IP address, or a known device, on which the user has signed in
 * before. A known device has its own tries, so strangers cannot use up the owner's.
 */
import type { Context } from '@/contracts/context';
import { addressKey } from '@/http/rate-limit';
import { newId } from '@/shared/ids';
import { DAY_MS, SECOND_MS } from '@/shared/time';
import { signToken, verifyToken } from '@/shared/tokens';
import type { Account } from './account';

/** How long a device stays known after the last sign-in on it. */
const DEVICE_MS = 90 * DAY_MS;

export interface Asker {
  /** IPv6 addresses are cut to their /64. Requests without an address share one. */
  readonly address: string;
  readonly userAgent: string | null;
  readonly deviceToken: string | null | undefined;
}

export function askerOf(request: Request, deviceToken?: string | null): Asker {
  return { address: addressOf(request), userAgent: request.headers.get('user-agent'), deviceToken };
}

export function addressOf({ headers }: Request): string {
  return addressKey(headers.get('cf-connecting-ip') ?? undefined);
}

/** The key that tries are counted under: the device if it is known, otherwise the address. */
export function askerKey({ address }: Asker, device: string | undefined): string {
  return device === undefined ? address : `device:${device}`;
}

type DeviceOwner = Pick<Account, 'secretHash' | 'passwordSetAt'> & { readonly user: { readonly id: string } };

/** The id of the asker's device, if this user has signed in on it with the current password. */
export async function findKnownDevice(
  ctx: Context,
  { deviceToken }: Asker,
  account: Account | undefined,
): Promise<string | undefined> {
  if (!deviceToken) return undefined;
  const claims = await verifyToken(ctx.config.keys, 'device', deviceToken, ctx.now());
  const isKnown = account && claims?.sub === account.user.id && claims.since === passwordAge(account);
  return isKnown && typeof claims.jti === 'string' ? claims.jti : undefined;
}

/**
 * The token is bound to the password, so a new password makes every device unknown.
 * @param id of the device if it is already known, so that signing in again gives it no extra tries
 */
export function signDeviceToken(ctx: Context, account: DeviceOwner, id: string = newId()): Promise<string> {
  const claims = { sub: account.user.id, jti: id, since: passwordAge(account) };
  return signToken(ctx.config.keys, 'device', claims, DEVICE_MS / SECOND_MS, ctx.now());
}

/** When the password was set, in ms; 0 if there is none. */
function passwordAge({ secretHash, passwordSetAt }: DeviceOwner): number {
  return secretHash === null ? 0 : (passwordSetAt ?? 0);
}
