/**
 * The owner is the user who verifies the address in OWNER_EMAIL by a code, signed in or with the password, in the very
 * request that grants the rank; nobody else makes one.
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

/** For the batch that verifies the address. Whatever rank or denials stood before give way. */
export function rankOwner(ctx: Context, userId: string): Statement {
  return setRank(ctx, userId, OWNER);
}

/** Goes with it: nobody of the staff gave the rank, so the log names the new owner. @param before null: no staff */
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
