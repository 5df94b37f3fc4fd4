import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { testContext } from '#test/support/context';
import { plansOf } from '#test/support/plans';
import { sweepOut } from '#test/support/queues';
import { asViewer, type Person } from '#test/support/users';
import type { Context } from '@/contracts/context';
import {
  NOTIFICATIONS_KEPT_MS,
  ROWS_DELETED_MAX,
  sweepNotifications,
  USERS_A_RUN,
} from '@/domains/base/notifications/sweep';
import { runSweeps } from '@/queues/sweeps';
import { newId } from '@/shared/ids';
import { DAY_MS, MINUTE_MS } from '@/shared/time';

async function insert(reader: Person, ageMs: number, columns: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const id = newId();
  const row = { id, user_id: reader.userId, kind: 'comment', title: '', body: '', ...columns };
  const names = [...Object.keys(row), 'created_at'];
  await env.DB.prepare(`INSERT INTO notifications (${names}) VALUES (${names.map(() => '?')})`)
    .bind(...Object.values(row), Date.now() - ageMs)
    .run();
  return id;
}

const idsOf = async (reader: Person): Promise<string[]> =>
  (await reader.get('user/notifications')).data.items.map(({ id }: { id: string }) => id);

/** A minute for each turn, so that everybody's comes. */
async function turns(): Promise<number[]> {
  const last = await env.DB.prepare('SELECT max(rowid) AS rowid FROM users').first<number>('rowid');
  const count = Math.ceil(((last ?? 0) + 1) / USERS_A_RUN);
  return Array.from({ length: count }, (_, turn) => Date.now() + turn * MINUTE_MS);
}

const OLD = NOTIFICATIONS_KEPT_MS + MINUTE_MS;

test('what was told half a year ago goes, read or not, with those whom it gathers', async () => {
  const me = await asViewer();
  const young = await insert(me, NOTIFICATIONS_KEPT_MS - DAY_MS);
  await insert(me, OLD);
  await insert(me, OLD, { read_at: 1 });
  const gathered = await insert(me, OLD, { group_key: 'like:post:1', actor_count: 1 });
  await env.DB.prepare('INSERT INTO notification_actors (notification_id, actor_id, user_id) VALUES (?, ?, ?)')
    .bind(gathered, newId(), me.userId)
    .run();
  expect(await idsOf(me)).toHaveLength(4);
  for (const now of await turns()) await runSweeps({ ...testContext(), now: () => now });
  expect(await idsOf(me)).toEqual([young]);
  expect((await me.get('user/notifications')).data.unreadCount).toBe(1);
  const left = env.DB.prepare('SELECT 1 FROM notification_actors WHERE notification_id = ?').bind(gathered);
  expect((await left.all()).results).toEqual([]);
});

test('everybody’s turn comes, however many there are', async () => {
  const [first, last] = [await asViewer(), await asViewer()];
  await env.DB.prepare('UPDATE users SET rowid = (SELECT max(rowid) + 1700 FROM users) WHERE id = ?')
    .bind(last.userId)
    .run();
  for (const reader of [first, last]) await insert(reader, OLD);
  const minutes = await turns();
  expect(minutes.length).toBeGreaterThan(3);
  for (const now of minutes) {
    const before = [...(await idsOf(first)), ...(await idsOf(last))].length;
    await sweepNotifications({ ...testContext(), now: () => now });
    expect(before - [...(await idsOf(first)), ...(await idsOf(last))].length).toBeLessThanOrEqual(1);
  }
  expect([...(await idsOf(first)), ...(await idsOf(last))]).toEqual([]);
});

test('a run lets go of few, since a thousand may go with each, and another goes on at once', async () => {
  const me = await asViewer();
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
     INSERT INTO notifications (id, user_id, kind, title, body, created_at) SELECT ?1 || i, ?1, 'comment', '', '', 1 FROM n`,
  )
    .bind(me.userId)
    .run();
  const count = env.DB.prepare('SELECT count(*) AS rows FROM notifications WHERE user_id = ?').bind(me.userId);
  const rows = async () => (await count.first<number>('rows')) ?? 0;
  let most = 0;
  const run = async (ctx: Context) => {
    const before = await rows();
    const hasMore = await sweepNotifications(ctx);
    most = Math.max(most, before - (await rows()));
    return hasMore;
  };
  for (const now of await turns()) await sweepOut(run, { ...testContext(), now: () => now });
  expect(most).toBe(ROWS_DELETED_MAX);
  expect(await rows()).toBe(0);
});

test('a run reads the users of its turn, and of what they were told the old alone', async () => {
  const [, plan] = await plansOf(sweepNotifications);
  expect(plan).toMatch(/SEARCH users USING INTEGER PRIMARY KEY/);
  expect(plan).toMatch(
    /SEARCH old USING .*INDEX notifications_of_user_by_time \(user_id=\? AND in_app=\? AND created_at<\?\)/,
  );
});
