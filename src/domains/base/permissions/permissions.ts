/** Pure rules for what staff may do. The rank gives the default permissions. */
import { type Actor, PERMISSIONS, type Permission, RANKS, type Rank, type Staff } from '@/shared/actor';

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
  canRefund: 'owner',
  canFreezeMoney: 'owner',
};

function isAtLeast(rank: Rank, floor: Rank): boolean {
  return RANKS.indexOf(rank) >= RANKS.indexOf(floor);
}

/** The rank gives the default. A person may be granted more or denied some. */
export function staffCan(staff: Staff | null, permission: Permission): boolean {
  if (!staff || staff.denied.includes(permission)) return false;
  return staff.granted.includes(permission) || isAtLeast(staff.rank, FROM_RANK[permission]);
}

/**
 * Staff only act on lower ranks, and a country admin only inside their country. The owner named by OWNER_EMAIL may also
 * act on other owners. Nobody acts on themselves: callers must compare the ids, since ranks do not always show it.
 */
export function staffCanActOn(
  staff: Staff,
  target: { readonly rank: Rank | null; readonly country: string | null },
): boolean {
  if (target.rank && isAtLeast(target.rank, staff.rank) && !staff.isNamedOwner) return false;
  return staff.rank !== 'country_admin' || (staff.country !== null && staff.country === target.country);
}

/** Whether this actor may act on this person: never on themselves, and only as staff. */
export function canActOn(
  { userId, staff }: Pick<Actor, 'userId' | 'staff'>,
  target: { readonly userId: string; readonly rank: Rank | null; readonly country: string | null },
): boolean {
  return staff !== null && userId !== target.userId && staffCanActOn(staff, target);
}

/** The only country whose users this member of staff sees. Undefined: all countries. */
export function onlyCountryOf(staff: Staff | null): string | undefined {
  return staff?.rank === 'country_admin' ? (staff.country ?? '') : undefined;
}

/** All permissions of a person, in the order of the list. */
export function permissionsOf(staff: Staff | null): Permission[] {
  return PERMISSIONS.filter((permission) => staffCan(staff, permission));
}

interface Ranked {
  /** The target's current rank and permissions; null if they are not staff. */
  readonly staff: Staff | null;
  /** Where the target lives. It decides whether a country admin may act on them. */
  readonly country: string | null;
}

/**
 * Whether `actor` may change `target` to `after` (null: no longer staff). A permission counts as granted if the target
 * did not have it before and has it afterwards, by rank or individually.
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
