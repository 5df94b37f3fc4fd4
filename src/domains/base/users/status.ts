/** An account's status on the wire, and how long a suspension may be. Takes no Context. */
import { DAY_MS } from '@/shared/time';
import type { UserRow } from './tables';

/** A ban that ends by itself is a suspension. */
export const USER_STATUSES = ['active', 'suspended', 'banned'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** A leap year: a longer suspension is a ban. */
export const SUSPENSION_MS_MAX = 366 * DAY_MS;

export function statusOf({ status, bannedUntil }: Pick<UserRow, 'status' | 'bannedUntil'>): UserStatus {
  if (status !== 'banned') return 'active';
  return bannedUntil === null ? 'banned' : 'suspended';
}
