/** Who of the staff may do what: one pure function decides, and the rank gives the default. */
import { type Permission, RANKS, type Rank, type Staff } from '@/shared/actor';

/** The lowest rank that has each permission. */
const FROM_RANK: Readonly<Record<Permission, Rank>> = {
  canManageTickets: 'support',
  canDeleteMessages: 'admin_l1',
  canKickUsers: 'admin_l1',
  canReviewReports: 'admin_l1',
  canBanUsers: 'admin_l2',
  canManageRooms: 'admin_l2',
  canManageEvents: 'admin_l2',
  canApproveGuides: 'admin_l3',
  canApproveCreators: 'admin_l3',
  canSeeAnalytics: 'admin_l3',
  canManageCatalogue: 'admin_l3',
  canManageStaff: 'country_admin',
  canApproveCashout: 'owner',
  canManageEconomy: 'owner',
  canSeeLedger: 'owner',
  canReplayWebhooks: 'owner',
};

export function isAtLeast(rank: Rank, floor: Rank): boolean {
  return RANKS.indexOf(rank) >= RANKS.indexOf(floor);
}

/** Rank gives the default; a person may be given more or less. */
export function staffCan(staff: Staff | null, permission: Permission): boolean {
  if (!staff || staff.denied.includes(permission)) return false;
  return staff.granted.includes(permission) || isAtLeast(staff.rank, FROM_RANK[permission]);
}

/** Nobody acts on an equal or higher rank, and a country admin acts inside their country. */
export function staffCanActOn(
  staff: Staff,
  target: { readonly rank: Rank | null; readonly country: string | null },
): boolean {
  if (target.rank && isAtLeast(target.rank, staff.rank)) return false;
  return staff.rank !== 'country_admin' || (staff.country !== null && staff.country === target.country);
}
