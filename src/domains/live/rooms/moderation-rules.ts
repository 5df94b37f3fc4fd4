/** A pure rule for who may moderate whom in a room. */
import { staffCan, staffCanActOn } from '@/domains/base/permissions/permissions';
import type { Rank, Staff } from '@/shared/actor';
import type { ModerationKind } from './chat-schemas';

export interface ModeratingParty {
  readonly userId: string;
  readonly creator: boolean;
  readonly moderator: boolean;
  readonly staff: Staff | null;
}

export interface ModeratedParty {
  readonly userId: string;
  readonly creator: boolean;
  readonly moderator: boolean;
  readonly rank: Rank | null;
  readonly country: string | null;
}

/** The capacity in which someone moderates; `creator` is the room's host. */
export type ModerationRight = 'creator' | 'moderator' | 'staff';

/** The right by which a party may take this action at all, or null. */
export function moderationRight(party: ModeratingParty, action: ModerationKind): ModerationRight | null {
  if (party.creator) return 'creator';
  if (party.moderator) return 'moderator';
  const permission = action === 'ban' || action === 'unban' ? 'canBanUsers' : 'canKickUsers';
  return staffCan(party.staff, permission) ? 'staff' : null;
}

/**
 * Nobody can moderate the host or themselves. Moderators cannot moderate each other, and only higher staff can moderate
 * staff. A host or moderator who is also staff has both rights.
 */
export function mayModerate(
  party: ModeratingParty,
  action: ModerationKind,
  target: ModeratedParty,
): 'NOT_MODERATOR' | 'OUT_OF_YOUR_REACH' | null {
  const right = moderationRight(party, action);
  if (!right) return 'NOT_MODERATOR';
  if (target.creator || target.userId === party.userId) return 'OUT_OF_YOUR_REACH';
  if (!takesStaff(right, target)) return null;
  const asStaff = moderationRight({ ...party, creator: false, moderator: false }, action) === 'staff';
  return asStaff && party.staff !== null && staffCanActOn(party.staff, target) ? null : 'OUT_OF_YOUR_REACH';
}

/** Whether the action needs a staff right. If so, it is recorded in the staff log. */
export function takesStaff(right: ModerationRight, target: ModeratedParty): boolean {
  return right === 'staff' || target.rank !== null || (right === 'moderator' && target.moderator);
}
