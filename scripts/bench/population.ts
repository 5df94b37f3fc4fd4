/** SQL that fills a database to a realistic size: users, creators with channels, streams, follows, posts and likes. */

export const USERS = 10_000;
export const STREAMS = 1_000;
export const LIVE_STREAMS = 300;
const FOLLOWS_EACH = 5;

/** Ids that look and sort like real ones. */
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

export const POSTS = 100_000;
export const LIKES = 1_000_000;
/** Puts all posts within the last 29 days, which is as far back as a personal feed goes. */
const POST_EVERY_MS = 25_000;
const PICTURE_EVERY = 10;

/** Posts by all users in turn. Of every ten, one is for followers and one for subscribers. */
export const POSTS_POPULATION: readonly string[] = [
  `INSERT INTO posts (id, author_id, text, visibility, created_at)
   ${numbers(POSTS)}, timed AS (SELECT n, unixepoch() * 1000 - (${POSTS} - n) * ${POST_EVERY_MS} AS at FROM n)
   SELECT printf('%08x-%04x-7000-8004-%012d', at >> 16, at & 65535, n), ${userId(`1 + (n * 7919) % ${USERS}`)},
     'Post ' || n || ' about nothing much', CASE (n + n / 10) % 10 WHEN 0 THEN 'followers' WHEN 5 THEN 'subscribers' ELSE 'public' END, at
   FROM timed`,
  `INSERT INTO media_files (key, owner_id, kind, content_type, bytes, private, created_at)
   SELECT 'post-image/' || id, author_id, 'post-image', 'image/webp', 1, 0, created_at
   FROM posts WHERE CAST(substr(id, -12) AS INTEGER) % ${PICTURE_EVERY} = 1`,
  `INSERT INTO post_media (post_id, position, key, content_type)
   SELECT id, 1, 'post-image/' || id, 'image/webp'
   FROM posts WHERE CAST(substr(id, -12) AS INTEGER) % ${PICTURE_EVERY} = 1`,
];

/** Likes, most of them on few posts, at most one per user and post. @param count at most LIKES */
export function likesPopulation(count: number): readonly string[] {
  const A_STATEMENT = 100_000;
  const starts = Array.from({ length: Math.ceil(count / A_STATEMENT) }, (_, index) => index * A_STATEMENT);
  return starts.map(
    (start) => `INSERT INTO post_likes (post_id, user_id, created_at)
      WITH RECURSIVE n(n) AS (SELECT ${start} UNION ALL SELECT n + 1 FROM n WHERE n + 1 < ${Math.min(count, start + A_STATEMENT)})
      SELECT posts.id, ${userId(`1 + (n * 31) % ${USERS}`)}, 0
      FROM n JOIN posts ON posts.rowid = 1 + (n / ${USERS} * 997 + n % 97) % ${POSTS}
      WHERE true ON CONFLICT DO NOTHING`,
  );
}

/** A live stream of another creator. */
export const LIVE_STREAM_ID = '01900000-0000-7000-8003-000000000007';
