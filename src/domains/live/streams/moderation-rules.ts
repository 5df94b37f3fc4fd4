/** Who may do what to whom in a room: one pure rule. */
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

/** By which right somebody moderates at all. */
export type ModerationRight = 'creator' | 'moderator' | 'staff';

/** The right by which somebody may do this at all, if any. */
export function moderationRight(party: ModeratingParty, action: ModerationKind): ModerationRight | null {
  if (party.creator) return 'creator';
  if (party.moderator) return 'moderator';
  const permission = action === 'ban' || action === 'unban' ? 'canBanUsers' : 'canKickUsers';
  return staffCan(party.staff, permission) ? 'staff' : null;
}

/**
 * Nobody acts on the creator or on themselves; on staff only higher staff do; a moderator does not act on another.
 * Somebody in charge who is staff as well has the rights of both.
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

/** Whether it is done, if at all, by the right of staff; then the staff log has it. */
export function takesStaff(right: ModerationRight, target: ModeratedParty): boolean {
  return right === 'staff' || target.rank !== null || (right === 'moderator' && target.moderator);
}
