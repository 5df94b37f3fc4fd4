import { env } from 'cloudflare:workers';
import { getTableColumns, getTableName } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { asUserWithPassword, PASSWORD } from '#test/support/accounts';
import { client } from '#test/support/api';
import { clientWith } from '#test/support/app';
import { asApplicant, IBAN } from '#test/support/applications';
import { testContext } from '#test/support/context';
import { giveCoins, once } from '#test/support/money';
import { plansOf } from '#test/support/plans';
import { aPost } from '#test/support/posts';
import { databaseWithout } from '#test/support/queues';
import { aStream } from '#test/support/streams';
import { aSubscriber, aTier } from '#test/support/subscriptions';
import { asCreator, asUser, asViewer } from '#test/support/users';
import { watchedCategories } from '@/domains/live/rooms/tables';
import { START, writePart } from '@/domains/operations/privacy/document';
import { exportAccount } from '@/domains/operations/privacy/export';
import { sweepExports } from '@/domains/operations/privacy/export-rows';
import { HOLDINGS, LEFT_OUT } from '@/domains/operations/privacy/holdings';
import type { ExportPlace } from '@/domains/operations/privacy/tables';
import { follows } from '@/domains/people/social/tables';
import { newId } from '@/shared/ids';

/** What a column is called that holds a user's id, where no foreign key says so. */
const NAMES_A_USER =
  /^(user|owner|sender|recipient|creator|subscriber|follower|author|actor|blocker|blocked|staff|viewer|buyer|seller|member)_id$|^owner$|_by$/;

async function columnsThatNameUsers(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT t.name AS tableName, c.name AS columnName,
       EXISTS (SELECT 1 FROM pragma_foreign_key_list(t.name) f WHERE f."from" = c.name AND f."table" = 'users') AS refers
     FROM sqlite_schema t, pragma_table_info(t.name) c
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '%\\_fts%' ESCAPE '\\' AND t.name NOT LIKE '\\_cf%' ESCAPE '\\'`,
  ).all<{ tableName: string; columnName: string; refers: number }>();
  return results
    .filter(({ columnName, refers }) => refers === 1 || NAMES_A_USER.test(columnName))
    .map(({ tableName, columnName }) => `${tableName}.${columnName}`);
}

describe('what is held about a user', () => {
  it('is exported or left out for a reason, whatever column of the schema names a user', async () => {
    const named = await columnsThatNameUsers();
    expect(named).toEqual(
      expect.arrayContaining(['follows.follower_id', 'purchases.user_id', 'ledger_accounts.owner']),
    );
    const exported = HOLDINGS.map(({ table, tie }) => `${getTableName(table)}.${tie.name}`);
    const known = new Set([...exported, ...Object.keys(LEFT_OUT), ...NOT_USERS]);
    expect(named.filter((column) => !known.has(column))).toEqual([]);
  });

  it('lists nothing that the schema has not', async () => {
    const named = await columnsThatNameUsers();
    expect(Object.keys(LEFT_OUT).filter((column) => !named.includes(column))).toEqual([]);
    const unknown = HOLDINGS.flatMap(({ table, without = [] }) =>
      without.filter((name) => !(name in getTableColumns(table)) && !REPEATS.has(name)),
    );
    expect(unknown).toEqual([]);
    expect(new Set(HOLDINGS.map(({ as }) => as)).size).toBe(HOLDINGS.length);
  });
});

/** They name a purchase, a notification or a side of an order. */
const NOT_USERS = ['discount_codes.earned_by', 'notifications.woken_by', 'orders.cancelled_by'];
const REPEATS = new Set(['idempotencyKey', 'bodyHash', 'resumedKey', 'resumedHash']);

describe('the export', () => {
  it('is an attachment that nobody keeps, and needs a session that still stands', async () => {
    const person = await asUserWithPassword();
    const { status, headers, data, body } = await person.get('user/export');
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="footlight-\d{4}-\d\d-\d\d\.json"$/);
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(body.success).toBe(true);
    expect(data.profile).toMatchObject([{ id: person.userId, email: person.email, username: person.username }]);
    expect((await client().get('user/export')).status).toBe(401);
    await person.post('auth/logout', {});
    expect(await person.get('user/export')).toMatchObject({ status: 401, error: { code: 'SESSION_ENDED' } });
  });

  it('has a bit of everything: what was said, liked, followed, bought and given', async () => {
    const ctx = testContext();
    const creator = await asCreator();
    const tierId = await aTier(creator);
    const person = await aSubscriber(creator, tierId, 500);
    await person.post(`social/follow/${creator.userId}`);
    const postId = await aPost(person, { text: 'My own words' });
    const liked = await aPost(creator);
    await person.post(`content/posts/${liked}/like`, {});
    await person.post('content/comments', { postId: liked, text: 'Well said' });
    await person.put('user/settings', { language: 'it' });
    await ctx.db.insert(watchedCategories).values({ userId: person.userId, category: 'music', seenAt: ctx.now() });
    const gift = await person.post(
      'payment/tip',
      { recipientId: creator.userId, coins: 100, message: 'For you' },
      once(),
    );
    const { data } = await person.get('user/export');
    expect(data).toMatchObject({
      settings: [{ language: 'it' }],
      following: [{ creatorId: creator.userId }],
      posts: [{ id: postId, text: 'My own words', createdAt: expect.stringMatching(/^\d{4}-/) }],
      likedPosts: [{ postId: liked }],
      comments: [{ text: 'Well said' }],
      watchedCategories: [{ category: 'music' }],
      giftsSent: [{ recipientId: creator.userId, coins: 100, message: 'For you' }],
      subscriptions: [{ creatorId: creator.userId, status: 'active' }],
      subscriptionCharges: [{ coins: 100, month: 1 }],
      purchases: [{ coins: 500, status: 'paid' }],
    });
    expect(gift.status).toBe(201);
    expect(data.transfers.map((one: { kind: string }) => one.kind)).toEqual(
      expect.arrayContaining(['purchase', 'subscription']),
    );
    expect(data.ledgerAccounts).toMatchObject([{ kind: 'wallet', unit: 'coin' }]);
    const theirs = (await creator.get('user/export')).data;
    expect(theirs).toMatchObject({
      channel: [{ creatorId: creator.userId }],
      tiers: [{ id: tierId }],
      subscribers: [{ subscriberId: person.userId }],
      followers: [{ followerId: person.userId }],
    });
  });

  it('has no secret, and of bank details the last characters', async () => {
    const person = await asApplicant();
    const text = JSON.stringify((await person.get('user/export')).body);
    expect(text).toContain('Ada Example');
    expect(text).toContain(`"accountLast4":"${IBAN.slice(-4)}"`);
    for (const secret of [IBAN, '"tokenHash"', '"secretHash"', '"financial"', '"totpSecret"', person.sessionToken])
      expect(text).not.toContain(secret);
    const withPassword = await asUserWithPassword();
    expect(JSON.stringify((await withPassword.get('user/export')).body)).not.toContain(PASSWORD);
  });

  it('has nothing of anybody else', async () => {
    const [one, other] = [await asViewer(), await asViewer()];
    await aPost(other, { text: 'Not yours' });
    await giveCoins(other.userId, 10);
    const text = JSON.stringify((await one.get('user/export')).body);
    expect(text).not.toContain(other.userId);
    expect(text).not.toContain('Not yours');
  });

  it('goes on from page to page, each row once', async () => {
    const ctx = testContext();
    const creator = await asCreator();
    const ids = Array.from({ length: 2_203 }, () => newId());
    const rows = JSON.stringify(ids);
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at)
         SELECT value, value, value, 'f' || replace(value, '-', ''), 'A fan', 1, 1 FROM json_each(?)`,
      ).bind(rows),
      env.DB.prepare(
        `INSERT INTO follows (follower_id, creator_id, created_at) SELECT value, ?, 5 FROM json_each(?)`,
      ).bind(creator.userId, rows),
    ]);
    const { data } = await creator.get('user/export');
    const found = data.followers.map((one: { followerId: string }) => one.followerId);
    expect(found.length).toBe(ids.length);
    expect(new Set(found)).toEqual(new Set(ids));
    await ctx.db.delete(follows);
  });

  it('written in parts of any size is the same document', async () => {
    const ctx = testContext();
    const creator = await asCreator();
    const person = await aSubscriber(creator, await aTier(creator), 500);
    for (const coins of [100, 110, 120])
      await person.post('payment/tip', { recipientId: creator.userId, coins, message: 'Für “Sie”' }, once());
    const whole = (await person.get('user/export')).body;
    expect(whole.data.transfers.length).toBe(5);
    for (const size of [1_200, 2_000]) {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for (let place: ExportPlace | null = START; place !== null; ) {
        const { bytes, next } = await writePart(ctx, person.userId, place, size);
        expect(next).not.toBe(place);
        if (next !== null) expect(bytes.length).toBe(size);
        parts.push(bytes);
        place = next;
      }
      expect(await new Response(new Blob(parts)).json(), `${size}`).toEqual(whole);
    }
  });

  it('is whole or a refusal: where the database fails nothing of it is answered', async () => {
    const person = await asUser();
    const failing = clientWith({ DB: databaseWithout('former_follows') }, person.headers);
    const { status, headers, error } = await failing.get('user/export');
    expect([status, error.code]).toEqual([500, 'INTERNAL']);
    expect(headers.get('content-disposition')).toBeNull();
  });

  it('reads by an index whatever it reads', async () => {
    const creator = await asCreator();
    await aStream(creator);
    const plans = await plansOf(async (ctx) => {
      await exportAccount(ctx, creator.userId);
      await sweepExports(ctx);
    });
    expect(plans.length).toBeGreaterThan(40);
    const scans = plans.filter((plan) => /^SCAN (?!value|json_each|walk|place)/m.test(plan));
    expect(scans).toEqual([]);
    // Of the same moment there are few: to put those in order is no sorting of the whole.
    expect(plans.filter((plan) => /TEMP B-TREE FOR (?!LAST TERM)/.test(plan) && !plan.includes('walk'))).toEqual([]);
  });
});
