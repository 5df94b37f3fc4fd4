/** Whether an auth session stands, as a condition for what hangs on one. Takes no Context. */
import { type SQL, sql } from 'drizzle-orm';

/** Not ended by anybody, nor by itself: what a user sees as a session of theirs. @param now milliseconds */
export function sessionStands(sessionId: SQL, now: number): SQL {
  return sql`EXISTS (SELECT 1 FROM auth_sessions AS session
    WHERE session.id = ${sessionId} AND session.ended_at IS NULL AND session.expires_at > ${now})`;
}
