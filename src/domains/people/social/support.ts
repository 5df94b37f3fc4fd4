/**
 * Coins can go to an active, approved creator, and on a stage to a guide. There must be no block in between, and the
 * recipient must be visible in the supporter's region and not about to be deleted.
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
  guideStatus: users.guideStatus,
  blocked: sql<number>`(${isBlockBetween(supporterId, users.id)} OR ${hiddenIn(place)})`.as('blocked'),
});

export interface Supported {
  readonly id: string;
  readonly isStaying: number;
  readonly creatorStatus: string;
  readonly guideStatus: string;
  readonly blocked: number;
}

/**
 * Throws NOT_ONESELF, USER_NOT_FOUND, NOT_A_CREATOR.
 * @param orGuide whether an approved guide will do, as on the stage of a room
 */
export function requireSupportable<Row extends Supported>(
  person: Row | undefined,
  supporterId: string,
  orGuide = false,
): Row {
  if (person?.id === supporterId) throw socialError('NOT_ONESELF');
  if (person?.isStaying !== 1 || person.blocked === 1) throw socialError('USER_NOT_FOUND');
  if (person.creatorStatus === 'APPROVED' || (orGuide && person.guideStatus === 'APPROVED')) return person;
  const who = orGuide ? 'creators and guides' : 'creators';
  throw socialError('NOT_A_CREATOR', { message: `Only approved ${who} can receive coins.` });
}
