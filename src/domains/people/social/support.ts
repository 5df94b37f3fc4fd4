/** Whom one may give coins to: an approved creator whose account is active, no block in between, who is shown where one is. */
import { type SQLWrapper, sql } from 'drizzle-orm';
import { users } from '@/domains/base/users/tables';
import { isBlockBetween } from '@/domains/base/visibility/people';
import { hiddenIn, type Place } from '@/domains/base/visibility/regions';
import { socialError } from './errors';

/** For a SELECT that has `users` in it as the creator. @param supporterId who asks @param place where they are */
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
