/**
 * Grants the rank of owner to the user who verifies the address in OWNER_EMAIL by a code. They must be signed in, or
 * give the password, in that same request. There is no other way to become an owner.
 */
import type { Config } from '@/contracts/config';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { Staff } from '@/shared/actor';
import { fold } from '@/shared/text';
import { logStaff } from './log';
import { setRank } from './rank';

const OWNER = { rank: 'owner', granted: [], denied: [], country: null } as const;

export function isOwnerAddress({ ownerEmail }: Pick<Config, 'ownerEmail'>, email: string): boolean {
  return ownerEmail !== undefined && fold(ownerEmail) === fold(email);
}

/** For the batch that verifies the address. Replaces any earlier rank and denied permissions. */
export function rankOwner(ctx: Context, userId: string): Statement {
  return setRank(ctx, userId, OWNER);
}

/**
 * Accompanies `rankOwner`. No staff member granted the rank, so the log names the new owner.
 * @param before null: not staff
 */
export function logOwner(ctx: Context, userId: string, before: Staff | null): Statement {
  const { rank, granted, denied, country } = before ?? {};
  return logStaff(ctx, {
    staffId: userId,
    action: 'staff.rank',
    targetType: 'user',
    targetId: userId,
    before: before && { rank, granted, denied, country },
    after: OWNER,
    reason: 'Verified the address in OWNER_EMAIL.',
  });
}
