import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { CreatorStatus, GuideStatus, Role } from '@/shared/actor';

/** A user's page on another site; only https. */
export interface ProfileLink {
  readonly label: string;
  readonly url: string;
}

export const users = sqliteTable('users', {
  id: text().primaryKey(),
  email: text().notNull(),
  emailKey: text('email_key').notNull(),
  /** What everyone sees: the stage handle while the stage identity is on. So is `displayName`. */
  username: text().notNull(),
  displayName: text('display_name').notNull(),
  role: text().$type<Role>().notNull().default('viewer'),
  creatorStatus: text('creator_status').$type<CreatorStatus>().notNull().default('NONE'),
  guideStatus: text('guide_status').$type<GuideStatus>().notNull().default('NONE'),
  status: text().$type<'active' | 'banned' | 'deleted'>().notNull().default('active'),
  avatarUrl: text('avatar_url'),
  bio: text().notNull().default(''),
  gender: text(),
  birthDate: text('birth_date'),
  country: text(),
  /** When staff corrected it. From then on the user cannot change it. */
  countryCorrectedAt: integer('country_corrected_at'),
  links: text({ mode: 'json' }).$type<readonly ProfileLink[]>().notNull().default([]),
  followerCount: integer('follower_count').notNull().default(0),
  followingCount: integer('following_count').notNull().default(0),
  emailVerifiedAt: integer('email_verified_at'),
  /** When the account ends if it is not verified; null once it is. */
  unverifiedUntil: integer('unverified_until'),
  /** When the reminder to verify is due; null once it was sent, or the address is verified. */
  verifyReminderAt: integer('verify_reminder_at'),
  /** When the owner was last mailed that someone tried to register with their address. */
  takenMailedAt: integer('taken_mailed_at'),
  totpSecret: text('totp_secret'),
  totpEnabledAt: integer('totp_enabled_at'),
  totpLastStep: integer('totp_last_step').notNull().default(0),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  lastLoginAt: integer('last_login_at'),
  /** When a requested deletion is due. With status `deleted`: the account's data is still being cleared. */
  deletesAt: integer('deletes_at'),
  /** With status `banned`: since when, however often the ban was changed. Null for a ban from before migration 0062. */
  bannedAt: integer('banned_at'),
  /** With status `banned`: when the ban lifts by itself, which makes it a suspension. Null: never. */
  bannedUntil: integer('banned_until'),
  /** With status `banned`: the decision. */
  banDecisionId: text('ban_decision_id'),
  /** While staff look at a report about the profile: nobody else sees it. */
  hiddenAt: integer('hidden_at'),
  /** A performer's name on stage. */
  stageName: text('stage_name'),
  stageHandle: text('stage_handle'),
  stageBio: text('stage_bio'),
  /** The account's own names while the stage identity is on, otherwise null. */
  accountUsername: text('account_username'),
  accountDisplayName: text('account_display_name'),
  /** Whether the user has blocked a region. Kept by triggers. */
  hidesSomewhere: integer('hides_somewhere', { mode: 'boolean' }).notNull().default(false),
});

/** Former usernames: see `former-names.ts`. The names of a stage are never here. */
export const usernameChanges = sqliteTable('username_changes', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  /** The account's own name until then, folded. */
  former: text().notNull(),
  changedAt: integer('changed_at').notNull(),
});

/** What each removal of a profile took from it. It comes back, or is deleted at `keptUntil` (ms). */
export const removedProfiles = sqliteTable('removed_profiles', {
  decisionId: text('decision_id').primaryKey(),
  userId: text('user_id').notNull(),
  /** The account's own. */
  displayName: text('display_name').notNull(),
  bio: text().notNull(),
  avatarUrl: text('avatar_url'),
  links: text({ mode: 'json' }).$type<readonly ProfileLink[]>().notNull(),
  keptUntil: integer('kept_until').notNull(),
  stageName: text('stage_name'),
  stageBio: text('stage_bio'),
  /** Null: the user had no profile as a creator, or none as a DJ. */
  creatorBio: text('creator_bio'),
  genres: text({ mode: 'json' }).$type<readonly string[]>(),
});

export type UserRow = typeof users.$inferSelect;
