/** An account's status on the wire, and how long a suspension may be. Takes no Context. */
import { invalid } from '@/http/validation';
import { DAY_MS } from '@/shared/time';
import type { UserRow } from './tables';

/** A ban that ends by itself is a suspension. */
export const USER_STATUSES = ['active', 'suspended', 'banned'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** A leap year: a longer suspension is a ban. */
const SUSPENSION_DAYS_MAX = 366;

export function statusOf({ status, bannedUntil }: Pick<UserRow, 'status' | 'bannedUntil'>): UserStatus {
  if (status !== 'banned') return 'active';
  return bannedUntil === null ? 'banned' : 'suspended';
}

/** @param until when the suspension ends (ms); null: not by itself. Throws VALIDATION_FAILED for the field `until`. */
export function requireGoodEnd(until: number | null, now: number): void {
  if (until === null || (until > now && until <= now + SUSPENSION_DAYS_MAX * DAY_MS)) return;
  throw invalid('until', `must be within the next ${SUSPENSION_DAYS_MAX} days`);
}
