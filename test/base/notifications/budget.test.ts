import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { testContext } from '#test/support/context';
import { plansOf } from '#test/support/plans';
import { asViewer } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { openDatabase } from '@/db/client';
import { commit } from '@/db/commit';
import { forgetMentions, forgetNotifications, forgetReceived } from '@/domains/base/notifications/forget';
import { listNotifications } from '@/domains/base/notifications/list';
import { notify } from '@/domains/base/notifications/notify';
import { countOutside } from '@/domains/base/notifications/outside';
import { reach } from '@/domains/base/notifications/reach';
import { withdrawAbout, withdrawAct, withdrawBetween, withdrawFollow } from '@/domains/base/notifications/withdraw';
import { makeCountingD1, readCounts, resetCounts } from '../../../scripts/bench/counting-d1';

const FOLLOWS = 2_000;
const OWN = 1_000;
const PER_CREATOR = 3;

/** Creators of whom the reader follows every other one, each with as many broadcasts as are kept. */
async function fill(readerId: string): Promise<void> {
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)`;
  const now = Date.now();
  const run = (sql: string, count: number) => env.DB.prepare(`${numbers} ${sql}`).bind(readerId, count);
  await env.DB.batch([
    run(
      `INSERT INTO users (id, email, email_key, username, display_name, creator_status, created_at, updated_at)
       SELECT 'c' || i, 'c' || i || '@footlight.test', 'c' || i || '@footlight.test', 'c_' || i, 'C', 'APPROVED', 1, 1
       FROM n WHERE ?1 <> ''`,
      2 * FOLLOWS,
    ),
    run(`INSERT INTO follows (follower_id, creator_id, created_at) SELECT ?1, 'c' || (2 * i), 1 FROM n`, FOLLOWS),
    run(
      `INSERT INTO broadcasts (id, creator_id, kind, title, body, created_at)
       SELECT 'b' || i, 'c' || (i % ${2 * FOLLOWS} + 1), 'live', 'C is live', '', ${now} - i FROM n WHERE ?1 <> ''`,
      PER_CREATOR * 2 * FOLLOWS,
    ),
    run(
      `INSERT INTO notifications (id, user_id, kind, title, body, created_at, read_at)
       SELECT ?1 || i, ?1, 'comment', 'One of many', '', ${now} - i, 1 FROM n`,
      OWN,
    ),
  ]);
}

test('a reader of 2,000 creators costs four statements, and rows in proportion to what they follow alone', async () => {
  const { userId } = await asViewer();
  await fill(userId);
  const ctx: Context = { ...testContext(), db: openDatabase(makeCountingD1(env.DB)) };
  resetCounts();
  const first = await listNotifications(ctx, userId, { perPage: 20 });
  const { statements, calls, rowsRead } = readCounts();
  expect(first.items).toHaveLength(20);
  expect(first.unreadCount).toBe(100);
  expect(statements).toBe(4);
  expect(calls).toBe(2);
  // Twelve for each follow with all that is kept of its creator; own rows: a page.
  expect(rowsRead).toBeLessThanOrEqual(12 * FOLLOWS + 20 * 20);
});

test('a reader who follows nobody costs a page, whatever the platform tells', async () => {
  const { userId } = await asViewer();
  const ctx: Context = { ...testContext(), db: openDatabase(makeCountingD1(env.DB)) };
  resetCounts();
  expect((await listNotifications(ctx, userId, { perPage: 20 })).items).toEqual([]);
  expect(readCounts().rowsRead).toBeLessThanOrEqual(20);
});

test('every statement goes by an index', async () => {
  const plans = await plansOf((ctx) => listNotifications(ctx, 'x', { perPage: 20 }));
  const tables = /SCAN (notifications|broadcasts|b|users|u|follows|broadcast_reads|notification_marks)\b/;
  expect(plans.filter((plan) => tables.test(plan))).toEqual([]);
  expect(plans.join('\n')).toContain('broadcasts_of_creator');
  expect(plans.join('\n')).toContain('notifications_of_user_by_time');
  expect(plans.join('\n')).toContain('notifications_unread');
});

test('who is told finds their rooms and browsers, however many streams and sessions there are', async () => {
  const plans = await plansOf(async (ctx) => {
    await reach(ctx, [], new Map(), 'x', { kind: 'like' });
    await countOutside(ctx, ['x'], 'x');
  });
  expect(plans.filter((plan) => /SCAN (?!json_each)/.test(plan))).toEqual([]);
  const all = plans.join('\n');
  expect(all).toContain('SEARCH told_outside USING PRIMARY KEY (user_id=?)');
  expect(all).toContain('SEARCH last_rooms USING PRIMARY KEY (user_id=?)');
  expect(all).toMatch(/SEARCH streams USING .*id=\?/);
});

test('what is withdrawn is found by an index, however much others were told', async () => {
  const plans = await plansOf(async (ctx) => {
    await ctx.db.batch([withdrawAbout(ctx, ['x']), withdrawFollow(ctx, 'x', 'y')]);
    await commit(ctx, withdrawAct(ctx, 'x', 'like:post:1', 'y', sql`true`));
    await commit(ctx, withdrawBetween(ctx, 'x', 'y'));
    await commit(ctx, forgetMentions(ctx, 'x', sql`LIMIT 1`));
    await commit(ctx, [...forgetReceived(ctx, 'x'), ...forgetNotifications(ctx, 'x')]);
    await notify(ctx, 'x', { userId: 'x', kind: 'comment', title: '', body: '', about: ['x', 'y'] });
    await notify(ctx, 'x', {
      userId: 'x',
      kind: 'like',
      title: '',
      body: '',
      about: ['x'],
      gather: { group: 'x', actorId: 'y' },
    });
  });
  const tables =
    /SCAN (notifications|notification_actors|acted|broadcasts|users|posts|comments|post_likes|follows|blocks)\b/;
  expect(plans.filter((plan) => tables.test(plan))).toEqual([]);
  const all = plans.join('\n');
  for (const index of ['by_thing', 'naming_user', 'one_of_group']) expect(all).toContain(`notifications_${index} (`);
  expect(all).toContain('notification_actors_of_actor (actor_id=? AND user_id=?)');
});
