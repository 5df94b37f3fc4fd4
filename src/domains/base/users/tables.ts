import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { CreatorStatus, Role } from '@/shared/actor';

/** Where else a user is to be found; https alone. */
export interface Link {
  readonly label: string;
  readonly url: string;
}

export const users = sqliteTable('users', {
  id: text().primaryKey(),
  email: text().notNull(),
  emailKey: text('email_key').notNull(),
  username: text().notNull(),
  displayName: text('display_name').notNull(),
  role: text().$type<Role>().notNull().default('viewer'),
  creatorStatus: text('creator_status').$type<CreatorStatus>().notNull().default('NONE'),
  status: text().$type<'active' | 'banned' | 'deleted'>().notNull().default('active'),
  avatarUrl: text('avatar_url'),
  bio: text().notNull().default(''),
  gender: text(),
  birthDate: text('birth_date'),
  country: text(),
  /** By staff: from then on it is not the user's to change. */
  countryCorrectedAt: integer('country_corrected_at'),
  links: text({ mode: 'json' }).$type<readonly Link[]>().notNull().default([]),
  followerCount: integer('follower_count').notNull().default(0),
  followingCount: integer('following_count').notNull().default(0),
  emailVerifiedAt: integer('email_verified_at'),
  /** When an account that is not verified ends; null once it is verified. */
  unverifiedUntil: integer('unverified_until'),
  /** When it is reminded; null once it was, or is verified. */
  verifyReminderAt: integer('verify_reminder_at'),
  /** When its owner was last mailed that somebody tried to register with the address. */
  takenMailedAt: integer('taken_mailed_at'),
  totpSecret: text('totp_secret'),
  totpEnabledAt: integer('totp_enabled_at'),
  totpLastStep: integer('totp_last_step').notNull().default(0),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  lastLoginAt: integer('last_login_at'),
  /** Asked for; with status `deleted`: what hangs on it is being cleared away. */
  deletesAt: integer('deletes_at'),
});

export type UserRow = typeof users.$inferSelect;
