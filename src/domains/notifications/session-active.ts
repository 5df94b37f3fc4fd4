/** Whether an auth session is active, as a condition for the browsers that were subscribed by one. Takes no Context. */
import { type SQL, sql } from 'drizzle-orm';

/** Neither ended nor expired. @param now milliseconds */
export function sessionIsActive(sessionId: SQL, now: number): SQL {
  return sql`EXISTS (SELECT 1 FROM auth_sessions AS session
    WHERE session.id = ${sessionId} AND session.ended_at IS NULL AND session.expires_at > ${now})`;
}
