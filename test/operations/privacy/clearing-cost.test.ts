/** What the end of an account with many rows costs in D1: each is read a few times, however many there are. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { recordingContext } from '#test/support/outbox';
import { aPost } from '#test/support/posts';
import { asCreator, asViewer } from '#test/support/users';
import { openDatabase } from '@/db/client';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import { makeCountingD1, readCounts, resetCounts } from '../../../scripts/bench/counting-d1';

const ROWS = 2_000;
/** Its tables' own, and those of their indexes and of what they count. */
const ROWS_READ_EACH = 8;

it('an account is cleared away in proportion to what there is of it', async () => {
  const [leaver, friend] = [await asCreator(), await asViewer()];
  const postId = await aPost(friend);
  const id = `?1 || printf('%06d', i)`;
  const seed = (insert: string, ...values: unknown[]) =>
    env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) INSERT INTO ${insert}`,
    )
      .bind(leaver.userId, ...values)
      .run();
  // Of every four comments two that a friend replied to, and one that the leaver did.
  await seed(
    `comments (id, post_id, parent_id, author_id, text, created_at)
     SELECT ${id}, ?2, CASE WHEN i % 4 = 3 THEN ?1 || printf('%06d', i - 1) END, ?1, 'words', 1 FROM n`,
    postId,
  );
  await seed(
    `comments (id, post_id, parent_id, author_id, text, created_at)
     SELECT ?3 || i, ?2, ${id}, ?3, 'words', 1 FROM n WHERE i % 4 IN (0, 1)`,
    postId,
    friend.userId,
  );
  await seed(
    `gifts_sent (id, quantity, coins, diamonds, sender_id, recipient_id, message, economy_version, idempotency_key,
       body_hash, created_at)
     SELECT ${id}, 1, 1, 1, ?1, ?2, 'words', 1, ${id}, '', 1 FROM n`,
    friend.userId,
  );
  await seed(
    `streams (id, channel_id, creator_id, title, status, created_at, updated_at)
     SELECT ${id}, ?2, ?1, 'words', 'ended', 1, 1 FROM n`,
    leaver.channelId,
  );
  await env.DB.prepare('UPDATE users SET deletes_at = 1 WHERE id = ?').bind(leaver.userId).run();
  const ctx = { ...recordingContext().ctx, db: openDatabase(makeCountingD1(env.DB)) };
  resetCounts();
  while (await eraseAccounts(ctx));
  expect(readCounts().rowsRead).toBeLessThan(3 * ROWS * ROWS_READ_EACH);
  const left = await env.DB.prepare(
    `SELECT (SELECT count(*) FROM comments WHERE author_id = ?1 AND text <> '') AS comments,
       (SELECT count(*) FROM comments WHERE author_id = ?1 AND removed_at IS NULL) AS answered,
       (SELECT count(*) FROM gifts_sent WHERE sender_id = ?1 AND message IS NOT NULL) AS gifts,
       (SELECT count(*) FROM streams WHERE creator_id = ?1 AND title <> '') AS streams`,
  )
    .bind(leaver.userId)
    .first();
  expect(left).toEqual({ comments: 0, answered: ROWS / 2, gifts: 0, streams: 0 });
  await env.DB.prepare('DELETE FROM gifts_sent WHERE sender_id = ?').bind(leaver.userId).run(); // they have no transfers
}, 60_000);
