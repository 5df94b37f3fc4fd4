/**
 * Who asks, before anybody has proved who they are: an address, or a device that the user has signed in on before. A
 * known device has tries of its own, so strangers cannot use up the owner's.
 */
import type { Context } from '@/contracts/context';
import { addressKey } from '@/http/rate-limit';
import { newId } from '@/shared/ids';
import { DAY_MS, SECOND_MS } from '@/shared/time';
import { signToken, verifyToken } from '@/shared/tokens';
import type { Account } from './account';

/** Since the last sign-in on it. */
const DEVICE_MS = 90 * DAY_MS;

export interface Asker {
  /** IPv6 by its /64. Requests without an address share one. */
  readonly address: string;
  readonly userAgent: string | null;
  readonly deviceToken: string | null | undefined;
}

export function askerOf(request: Request, deviceToken?: string | null): Asker {
  const { headers } = request;
  const address = addressKey(headers.get('cf-connecting-ip') ?? undefined);
  return { address, userAgent: headers.get('user-agent'), deviceToken };
}

/** What tries are counted under: a known device by itself, everybody else by address. */
export function askerKey({ address }: Asker, device: string | undefined): string {
  return device === undefined ? address : `device:${device}`;
}

type DeviceOwner = Pick<Account, 'secretHash' | 'passwordSetAt'> & { readonly user: { readonly id: string } };

/** The id of a device that this user has signed in on with the present password, if the asker is one. */
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
 * Bound to the password: a new password makes every device unknown.
 * @param id of the device, if it is known already, so that it gains no tries by signing in again
 */
export function signDeviceToken(ctx: Context, account: DeviceOwner, id: string = newId()): Promise<string> {
  const claims = { sub: account.user.id, jti: id, since: passwordAge(account) };
  return signToken(ctx.config.keys, 'device', claims, DEVICE_MS / SECOND_MS, ctx.now());
}

/** 0 while there is no password. */
function passwordAge({ secretHash, passwordSetAt }: DeviceOwner): number {
  return secretHash === null ? 0 : (passwordSetAt ?? 0);
}
