/** Whether an auth session is active. This is the only definition of it. Takes no Context. */
import { type SQL, sql } from 'drizzle-orm';
import { authSessions } from '@/domains/people/auth/tables';

/** Neither ended nor expired, for a query with `auth_sessions` as `session`. @param now milliseconds */
export function isActiveSession(now: number, session: SQL = sql`session`): SQL {
  return sql`${session}.ended_at IS NULL AND ${session}.expires_at > ${now}`;
}

/** The same, for a query that only has the session's id. */
export function sessionIsActive(sessionId: SQL, now: number): SQL {
  return sql`EXISTS (SELECT 1 FROM ${authSessions} AS session
    WHERE session.id = ${sessionId} AND ${isActiveSession(now)})`;
}
