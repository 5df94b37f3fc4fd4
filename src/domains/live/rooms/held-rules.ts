/** A pure rule for who decides on messages that wait for a moderator. */
import { staffCan } from '@/domains/base/permissions/permissions';
import type { Staff } from '@/shared/actor';
import type { ModeratingParty, ModerationRight } from './moderation-rules';

/** The right by which a party sees and decides on messages that wait, or null. */
export function heldRight(party: ModeratingParty): ModerationRight | null {
  if (party.creator) return 'creator';
  if (party.moderator) return 'moderator';
  return mayDecideAsStaff(party.staff) ? 'staff' : null;
}

export function mayDecideAsStaff(staff: Staff | null): boolean {
  return staffCan(staff, 'canDeleteMessages') || staffCan(staff, 'canKickUsers');
}
