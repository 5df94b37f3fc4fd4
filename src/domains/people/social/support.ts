/** Coins can go to an active, approved creator without a block in between, who is visible in the supporter's region. */
import { type SQLWrapper, sql } from 'drizzle-orm';
import { users } from '@/domains/base/users/tables';
import { isBlockBetween } from '@/domains/base/visibility/people';
import { hiddenIn, type Place } from '@/domains/base/visibility/regions';
import { socialError } from './errors';

/** Columns for a SELECT with the creator as `users`. @param place the supporter's region */
export const supportColumns = (supporterId: SQLWrapper | string, place: Place<SQLWrapper | string | null>) => ({
  status: users.status,
  creatorStatus: users.creatorStatus,
  blocked: sql<number>`(${isBlockBetween(supporterId, users.id)} OR ${hiddenIn(place, users.id)})`.as('blocked'),
});

interface Supported {
  readonly id: string;
  readonly status: string;
  readonly creatorStatus: string;
  readonly blocked: number;
}

/** Throws NOT_ONESELF, USER_NOT_FOUND, NOT_A_CREATOR. */
export function requireSupportable<Row extends Supported>(creator: Row | undefined, supporterId: string): Row {
  if (creator?.id === supporterId) throw socialError('NOT_ONESELF');
  if (creator?.status !== 'active' || creator.blocked === 1) throw socialError('USER_NOT_FOUND');
  if (creator.creatorStatus !== 'APPROVED')
    throw socialError('NOT_A_CREATOR', { message: 'Only approved creators can receive coins.' });
  return creator;
}
