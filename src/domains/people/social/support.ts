/**
 * Coins can go to an active, approved creator without a block in between, who is visible in the supporter's region and
 * is not about to be deleted.
 */
import { type SQLWrapper, sql } from 'drizzle-orm';
import { users } from '@/domains/base/users/tables';
import { isBlockBetween, isStaying } from '@/domains/base/visibility/people';
import { hiddenIn, type Place } from '@/domains/base/visibility/regions';
import { socialError } from './errors';

/** Columns for a SELECT with the creator as `users`. @param place the supporter's region */
export const supportColumns = (supporterId: SQLWrapper | string, place: Place<SQLWrapper | string | null>) => ({
  isStaying: isStaying().as('is_staying'),
  creatorStatus: users.creatorStatus,
  blocked: sql<number>`(${isBlockBetween(supporterId, users.id)} OR ${hiddenIn(place)})`.as('blocked'),
});

export interface Supported {
  readonly id: string;
  readonly isStaying: number;
  readonly creatorStatus: string;
  readonly blocked: number;
}

/** Throws NOT_ONESELF, USER_NOT_FOUND, NOT_A_CREATOR. */
export function requireSupportable<Row extends Supported>(creator: Row | undefined, supporterId: string): Row {
  if (creator?.id === supporterId) throw socialError('NOT_ONESELF');
  if (creator?.isStaying !== 1 || creator.blocked === 1) throw socialError('USER_NOT_FOUND');
  if (creator.creatorStatus !== 'APPROVED')
    throw socialError('NOT_A_CREATOR', { message: 'Only approved creators can receive coins.' });
  return creator;
}
