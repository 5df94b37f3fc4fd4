/** A platform of some size, made by the database itself: users, creators with channels, streams, follows. */

export const USERS = 10_000;
export const STREAMS = 1_000;
export const LIVE_STREAMS = 300;
const FOLLOWS_EACH = 5;

/** Ids that sort like the real ones, and look like them. */
const id = (kind: string, n: string) => `printf('01900000-0000-7000-8${kind}-%012d', ${n})`;
const userId = (n: string) => id('001', n);
const channelId = (n: string) => id('002', n);
const streamId = (n: string) => id('003', n);
const numbers = (count: number) => `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${count})`;

/** Each user is `crowd<n>`; the first STREAMS of them are creators, each with a stream. */
export const POPULATION: readonly string[] = [
  `INSERT INTO users (id, email, email_key, username, display_name, role, creator_status, email_verified_at, created_at, updated_at)
   ${numbers(USERS)}
   SELECT ${userId('n')}, 'crowd' || n || '@footlight.test', 'crowd' || n || '@footlight.test', 'crowd' || n, 'Crowd ' || n,
     iif(n <= ${STREAMS}, 'creator', 'viewer'), iif(n <= ${STREAMS}, 'APPROVED', 'NONE'), n, n, n FROM n`,
  `INSERT INTO channels (id, creator_id, title, created_at, updated_at)
   ${numbers(STREAMS)} SELECT ${channelId('n')}, ${userId('n')}, 'Channel ' || n, n, n FROM n`,
  `INSERT INTO streams (id, channel_id, creator_id, title, description, status, started_at, ended_at, created_at, updated_at)
   ${numbers(STREAMS)}
   SELECT ${streamId('n')}, ${channelId('n')}, ${userId('n')}, 'Stream ' || n, 'Words about stream ' || n,
     iif(n <= ${LIVE_STREAMS}, 'live', 'ended'), n, iif(n <= ${LIVE_STREAMS}, NULL, n + 1), n, n FROM n`,
  `INSERT INTO stream_live (stream_id, viewer_count, updated_at)
   ${numbers(LIVE_STREAMS)} SELECT ${streamId('n')}, n % 97, n FROM n`,
  `INSERT INTO follows (follower_id, creator_id, created_at)
   ${numbers(USERS)}, k(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k WHERE k < ${FOLLOWS_EACH})
   SELECT ${userId('n')}, ${userId(`1 + (n * 7 + k * 131) % ${STREAMS}`)}, n FROM n, k
   WHERE n <> 1 + (n * 7 + k * 131) % ${STREAMS}`,
];

/** A stream of somebody else's that is live. */
export const LIVE_STREAM_ID = '01900000-0000-7000-8003-000000000007';
