/** The caller, as the guard identified them. Every use case receives it. */

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
  'canRefund',
  'canFreezeMoney',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export type CreatorStatus = 'NONE' | 'PENDING' | 'APPROVED' | 'REJECTED';

export const GUIDE_STATUSES = ['NONE', 'PENDING', 'APPROVED', 'REJECTED', 'SUSPENDED'] as const;
export type GuideStatus = (typeof GUIDE_STATUSES)[number];

export interface Staff {
  readonly rank: Rank;
  /** Permissions beyond the rank's, and those taken from it. */
  readonly granted: readonly Permission[];
  readonly denied: readonly Permission[];
  /** The country a country admin is limited to: ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** The owner whose address is OWNER_EMAIL, who outranks all other owners. */
  readonly isNamedOwner?: true;
}

interface Located {
  /**
   * The request's origin, as the platform reports it: the country and, if known, its region (`US`, `US-CA`), or
   * UNKNOWN_COUNTRY. Undefined or empty: regions do not matter for this.
   */
  readonly regions?: readonly string[];
}

/** A signed-in user. For ordinary reads it comes from the access token, for writes from the database. */
export interface Actor extends Located {
  readonly kind: 'user';
  readonly userId: string;
  /** The auth session. */
  readonly sessionId: string;
  readonly email: string;
  /** Whether the address is verified. Until then the account can do little more than a guest. */
  readonly verified: boolean;
  readonly role: Role;
  readonly creatorStatus: CreatorStatus;
  /** Absent if the actor was read from an access token. */
  readonly guideStatus?: GuideStatus;
  /** Null also for a dormant rank, whose holder has not turned on two-factor authentication. */
  readonly staff: Staff | null;
  /** Set by the look-up in the database only. */
  readonly dormantRank?: true;
}

/** A reader without an account. The id is signed, so nobody can impersonate another guest. */
export interface Guest extends Located {
  readonly kind: 'guest';
  /** Undefined if no guest token was sent. */
  readonly guestId?: string;
  /** Signed in with an unverified account, which gets a guest's access. */
  readonly unverified?: true;
}

/**
 * The caller of an endpoint that works with or without an account. Undefined if the endpoint does not identify callers.
 */
export type Viewer = Actor | Guest | undefined;

/** The header in which a guest returns its signed id. */
export const GUEST_HEADER = 'x-guest-token';

/** The header that carries a session token: at sign-in, and whenever the token was signed again. */
export const SESSION_TOKEN_HEADER = 'set-auth-token';
