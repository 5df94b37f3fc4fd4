/** Whom one may give coins to: an approved creator whose account is active, with no block in between. */
import { type SQLWrapper, sql } from 'drizzle-orm';
import { users } from '@/domains/users/tables';
import { socialError } from './errors';
import { noBlockBetween } from './visible';

/** For a SELECT that has `users` in it as the creator. @param supporterId who asks */
export const supportColumns = (supporterId: SQLWrapper | string) => ({
  status: users.status,
  creatorStatus: users.creatorStatus,
  blocked: sql<number>`NOT (${noBlockBetween(supporterId, users.id)})`.as('blocked'),
});

interface Supported {
  readonly id: string;
  readonly status: string;
  readonly creatorStatus: string;
  readonly blocked: number;
}

/** Throws NOT_ONESELF, USER_NOT_FOUND, NOT_A_CREATOR. */
export function demandSupportable<Row extends Supported>(creator: Row | undefined, supporterId: string): Row {
  if (creator?.id === supporterId) throw socialError('NOT_ONESELF');
  if (creator?.status !== 'active' || creator.blocked === 1) throw socialError('USER_NOT_FOUND');
  if (creator.creatorStatus !== 'APPROVED')
    throw socialError('NOT_A_CREATOR', { message: 'Only approved creators take coins.' });
  return creator;
}
