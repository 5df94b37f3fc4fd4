/** Who of the staff may do what: one pure function decides, and the rank gives the default. */
import { PERMISSIONS, type Permission, RANKS, type Rank, type Staff } from '@/shared/actor';

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

function isAtLeast(rank: Rank, floor: Rank): boolean {
  return RANKS.indexOf(rank) >= RANKS.indexOf(floor);
}

/** Rank gives the default; a person may be given more or less. */
export function staffCan(staff: Staff | null, permission: Permission): boolean {
  if (!staff || staff.denied.includes(permission)) return false;
  return staff.granted.includes(permission) || isAtLeast(staff.rank, FROM_RANK[permission]);
}

/**
 * Nobody acts on an equal or higher rank, and a country admin acts inside their country. The owner named by
 * OWNER_EMAIL acts on other owners. Nobody acts on themselves: callers compare the ids where ranks do not show it.
 */
export function staffCanActOn(
  staff: Staff,
  target: { readonly rank: Rank | null; readonly country: string | null },
): boolean {
  if (target.rank && isAtLeast(target.rank, staff.rank) && !staff.isNamedOwner) return false;
  return staff.rank !== 'country_admin' || (staff.country !== null && staff.country === target.country);
}

/** All that a person may do, in the order of the list. */
export function permissionsOf(staff: Staff | null): Permission[] {
  return PERMISSIONS.filter((permission) => staffCan(staff, permission));
}

interface Ranked {
  /** What the target is today; null for one who is no staff. */
  readonly staff: Staff | null;
  /** Where the target lives, which is what a country admin's reach is measured by. */
  readonly country: string | null;
}

/**
 * Whether `actor` may make `target` into `after` (null: no staff any more). What counts as granted is whatever the
 * target could not do before and can after, by rank or by name.
 */
export function judgeRanking(
  actor: Staff,
  target: Ranked,
  after: Staff | null,
): 'allow' | 'STAFF_OUT_OF_REACH' | 'RANK_TOO_HIGH' | 'PERMISSION_NOT_YOURS' {
  if (!staffCanActOn(actor, { rank: target.staff?.rank ?? null, country: target.country })) return 'STAFF_OUT_OF_REACH';
  if (after && isAtLeast(after.rank, actor.rank)) return 'RANK_TOO_HIGH';
  const gained = PERMISSIONS.filter((permission) => staffCan(after, permission) && !staffCan(target.staff, permission));
  return gained.every((permission) => staffCan(actor, permission)) ? 'allow' : 'PERMISSION_NOT_YOURS';
}
