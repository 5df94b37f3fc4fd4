-- A session lives at most 90 days from its sign-in, however often it is used. From here on every prolongation is bound
-- by that; these are the sessions that were prolonged before.
UPDATE auth_sessions
SET expires_at = min(expires_at, created_at + 7776000000),
  refresh_expires_at = min(refresh_expires_at, created_at + 7776000000)
WHERE max(expires_at, refresh_expires_at) > created_at + 7776000000;
