import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** How users prove their identity. `password` is one provider, so that others can be added. */
export const accounts = sqliteTable(
  'accounts',
  {
    userId: text('user_id').notNull(),
    provider: text().$type<'password'>().notNull(),
    /** The provider's id of the user; for `password`, our own user id. */
    subject: text().notNull(),
    secretHash: text('secret_hash'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.provider, table.subject] })],
);

export const authSessions = sqliteTable('auth_sessions', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  tokenHash: text('token_hash').notNull(),
  refreshId: text('refresh_id').notNull(),
  refreshPreviousId: text('refresh_previous_id'),
  refreshRotatedAt: integer('refresh_rotated_at'),
  refreshExpiresAt: integer('refresh_expires_at').notNull(),
  userAgent: text('user_agent').notNull().default(''),
  /** Keyed hash of where it was last signed in or refreshed from. Null if unknown. */
  addressHash: text('address_hash'),
  createdAt: integer('created_at').notNull(),
  lastSeenAt: integer('last_seen_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  endedAt: integer('ended_at'),
  endedBecause: text('ended_because'),
});

/** Email addresses of accounts that ended while they were banned, which cannot register before then. */
export const bannedAddresses = sqliteTable('banned_addresses', {
  /** Keyed hash of the folded address. */
  addressHash: text('address_hash').primaryKey(),
  until: integer().notNull(),
  /** When its owner was last mailed about it. */
  mailedAt: integer('mailed_at'),
});

/** Changes of an account's address. At most one of a user waits for its code. */
export const emailChanges = sqliteTable('email_changes', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  /** The account's address when it was asked for. */
  formerEmail: text('former_email').notNull(),
  email: text().notNull(),
  emailKey: text('email_key').notNull(),
  /** Null once it was used. */
  codeHash: text('code_hash'),
  requestedAt: integer('requested_at').notNull(),
  /** When the code ends. */
  expiresAt: integer('expires_at').notNull(),
  confirmedAt: integer('confirmed_at'),
  /** When the row is deleted. */
  keptUntil: integer('kept_until').notNull(),
});

export type OtpPurpose = 'email-verification' | 'sign-in' | 'forget-password';

export const otps = sqliteTable(
  'otps',
  {
    emailKey: text('email_key').notNull(),
    purpose: text().$type<OtpPurpose>().notNull(),
    codeHash: text('code_hash').notNull(),
    /** Replaced by `tries`; only a Worker from before migration 0037 reads it. NOTE: drop it with `mailQuotas`. */
    attemptsLeft: integer('attempts_left').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.emailKey, table.purpose] })],
);

/**
 * Replaced by `tries`; only a Worker from before migration 0037 writes it, during a deployment or after a rollback.
 * NOTE: drop it, and `otps.attempts_left`, in a separate release, once that Worker can no longer run.
 */
export const mailQuotas = sqliteTable('mail_quotas', {
  emailKey: text('email_key').primaryKey(),
  windowStartedAt: integer('window_started_at').notNull(),
  sent: integer().notNull(),
});

/** How often something was tried recently; see `tries.ts`. */
export const tries = sqliteTable(
  'tries',
  {
    subject: text().notNull(),
    asker: text().notNull(),
    spent: integer().notNull(),
    allowed: integer().notNull(),
    endsAt: integer('ends_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.subject, table.asker] })],
);

export const signInChallenges = sqliteTable('sign_in_challenges', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  attemptsLeft: integer('attempts_left').notNull(),
  expiresAt: integer('expires_at').notNull(),
  passedAt: integer('passed_at'),
  /** Id of the known device that signs in. */
  device: text(),
  voidedAt: integer('voided_at'),
});

export const backupCodes = sqliteTable(
  'backup_codes',
  {
    userId: text('user_id').notNull(),
    codeHash: text('code_hash').notNull(),
    usedAt: integer('used_at'),
  },
  (table) => [primaryKey({ columns: [table.userId, table.codeHash] })],
);

export type SessionRow = typeof authSessions.$inferSelect;
