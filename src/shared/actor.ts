/** Who is asking: what the guard learned of the caller, handed to every use case. */

export const ROLES = ['viewer', 'creator', 'dj', 'performer'] as const;
export type Role = (typeof ROLES)[number];

/** From the lowest to the highest. */
export const RANKS = ['support', 'admin_l1', 'admin_l2', 'admin_l3', 'country_admin', 'owner'] as const;
export type Rank = (typeof RANKS)[number];

export const PERMISSIONS = [
  'canManageTickets',
  'canDeleteMessages',
  'canKickUsers',
  'canReviewReports',
  'canBanUsers',
  'canManageRooms',
  'canManageEvents',
  'canApproveGuides',
  'canApproveCreators',
  'canSeeAnalytics',
  'canManageCatalogue',
  'canManageStaff',
  'canApproveCashout',
  'canManageEconomy',
  'canSeeLedger',
  'canReplayWebhooks',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export type CreatorStatus = 'NONE' | 'PENDING' | 'APPROVED' | 'REJECTED';

export interface Staff {
  readonly rank: Rank;
  /** Permissions beyond the rank's, and those taken from it. */
  readonly granted: readonly Permission[];
  readonly denied: readonly Permission[];
  /** A country admin acts inside it: ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** The owner whose address is OWNER_EMAIL, who is above all other owners. */
  readonly isNamedOwner?: true;
}

interface Located {
  /**
   * Where the request comes from, as the platform says: the country and, where it is known, its region (`US`, `US-CA`).
   * Nothing where it is not known.
   */
  readonly regions?: readonly string[];
}

/** A signed-in user. On ordinary reads this is what the access token says; on writes what the database says. */
export interface Actor extends Located {
  readonly kind: 'user';
  readonly userId: string;
  /** The auth session. */
  readonly sessionId: string;
  readonly email: string;
  /** Whether the address is verified; until then the account can do little more than a guest. */
  readonly verified: boolean;
  readonly role: Role;
  readonly creatorStatus: CreatorStatus;
  readonly staff: Staff | null;
}

/** A reader without account; the id is signed, so nobody reads as somebody else. */
export interface Guest extends Located {
  readonly kind: 'guest';
  /** Nothing where no guest token was sent. */
  readonly guestId?: string;
  /** Signed in by an account that is not verified: it gets what a guest gets. */
  readonly unverified?: true;
}

/** Whoever calls an endpoint that works with and without an account; nothing where it is not asked who that is. */
export type Viewer = Actor | Guest | undefined;

/** Where a guest sends back the signed id that it was given. */
export const GUEST_HEADER = 'x-guest-token';

/** Where a client is given its session token: at sign-in, and whenever the token was signed anew. */
export const SESSION_TOKEN_HEADER = 'set-auth-token';
