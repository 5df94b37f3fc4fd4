import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** `watchSeconds` is shown in hours. */
export type Figure =
  | 'registrations'
  | 'activeUsers'
  | 'streams'
  | 'watchSeconds'
  | 'peakConcurrent'
  | 'coinsSold'
  | 'gifts'
  | 'payouts'
  | 'orders'
  | 'sales'
  | 'reports';

/** Written by triggers of `auth_sessions`, whenever a session begins or is used on another day (UTC). */
export const activeDays = sqliteTable(
  'active_days',
  {
    day: text().notNull(),
    userId: text('user_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.day, table.userId] })],
);

/** What was counted. A day that is rolled up never changes. */
export const platformDays = sqliteTable(
  'platform_days',
  {
    /** UTC, YYYY-MM-DD. */
    day: text().notNull(),
    /** ISO 3166-1 alpha-2; ZZ: unknown; *: a peak over all countries. */
    country: text().notNull(),
    figure: text().$type<Figure>().notNull(),
    /** A currency, or empty. */
    unit: text().notNull(),
    amount: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.day, table.country, table.figure, table.unit] })],
);

/** One row: the first day that is not rolled up yet. */
export const platformRollUp = sqliteTable('platform_roll_up', {
  id: integer().primaryKey(),
  nextDay: text('next_day').notNull(),
});
