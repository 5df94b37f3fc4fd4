/** New bank details rest before money is sent to them, so that their owner can object to a change they did not ask for. */
import { type SQL, sql } from 'drizzle-orm';
import { DAY_MS } from '@/shared/time';
import { payoutDetails } from './tables';

/** From the acceptance on. */
export const REST_MS = 7 * DAY_MS;

/** SQL for until when (ms) the user's bank details are not used; NULL if they may be used. @param now milliseconds */
export function restsUntil(userId: string | SQL, now: number): SQL<number | null> {
  return sql<number | null>`(SELECT max(usable_at) FROM ${payoutDetails}
    WHERE user_id = ${userId} AND +status = 'accepted' AND usable_at > ${now})`;
}
