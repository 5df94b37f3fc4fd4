import { env } from 'cloudflare:workers';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { asUserWithPassword, forgetMails, givePassword, mailTo, PASSWORD, travel } from '#test/support/accounts';
import { client } from '#test/support/api';
import { applicationRequest } from '#test/support/applications';
import { testContext } from '#test/support/context';
import { fillWithNotifications } from '#test/support/exports';
import { form, picture, png } from '#test/support/files';
import { coinsOf, giveCoins, giveDiamonds, once } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { aPost } from '#test/support/posts';
import { prove } from '#test/support/proof';
import { aPurchase, eventsOf, tell } from '#test/support/purchases';
import { databaseWithout, recordingQueue, sweepOut } from '#test/support/queues';
import { anOpenStream, aStream } from '#test/support/streams';
import { aSubscriber, aTier } from '#test/support/subscriptions';
import { aReply, aTicket, noticesOf } from '#test/support/tickets';
import { asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import type { TaskMessage } from '@/contracts/messages';
import { mediaFiles } from '@/domains/base/media/tables';
import { notifications } from '@/domains/base/notifications/tables';
import { users } from '@/domains/base/users/tables';
import { clearComment, clearPost } from '@/domains/content/posts/clear';
import { ensureChannel } from '@/domains/live/channels/ensure';
import { streams } from '@/domains/live/streams/tables';
import { payouts } from '@/domains/money/payouts/tables';
import { purchases } from '@/domains/money/purchases/tables';
import { renewSubscriptions } from '@/domains/money/subscriptions/renew';
import { subscriptions } from '@/domains/money/subscriptions/tables';
import { GRACE_MS } from '@/domains/operations/privacy/delete-account';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import { accounts } from '@/domains/people/auth/tables';
import { sweepOutbox } from '@/queues/outbox';
import { newId } from '@/shared/ids';
import { DAY_MS, MINUTE_MS } from '@/shared/time';

const anyone = client();

/** Asks once, and confirms what would be lost if there is anything. */
async function ask(person: Pick<Person, 'delete'>, password = PASSWORD) {
  const first = await person.delete('user', { body: { password } });
  if (first.error?.code !== 'CONFIRM_LOSS') return first;
  return person.delete('user', { body: { password, losing: first.error.details } });
}
const rowOf = (userId: string) => testContext().db.select().from(users).where(eq(users.id, userId)).get();
const signIn = ({ email }: Person) => anyone.post('auth/login', { email, password: PASSWORD });

/** What the minute's cron does until nothing is left: deletions, what follows them, and their tasks. */
async function sweep(): Promise<void> {
  const { queue, sent } = recordingQueue<TaskMessage>();
  const ctx = testContext({ TASKS: queue });
  await sweepOut(eraseAccounts, ctx);
  await ctx.settle();
  await sweepOut(renewSubscriptions, ctx);
  await sweepOut(sweepOutbox, ctx);
  await ctx.settle();
  for (let task = sent.shift()?.body; task; task = sent.shift()?.body) {
    if (task.type === 'clear-post') await clearPost(ctx, task.postId);
    if (task.type === 'clear-comment') await clearComment(ctx, task.commentId);
  }
}

/** Tables and columns in which one of these words stands. The development mailbox and the search's own tables apart. */
async function placesOf(words: readonly string[]): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT t.name AS tableName, c.name AS columnName FROM sqlite_schema t, pragma_table_info(t.name) c
     WHERE t.type = 'table' AND c.type = 'TEXT' AND t.name <> 'mailbox' AND t.name NOT LIKE 'sqlite%'
       AND t.name NOT LIKE '%\\_fts%' ESCAPE '\\' AND t.name NOT LIKE '\\_cf%' ESCAPE '\\'`,
  ).all<{ tableName: string; columnName: string }>();
  const asked = results.map(({ tableName, columnName }) =>
    env.DB.prepare(
      `SELECT '${tableName}.${columnName}: ' || word.value AS place FROM json_each(?) word
       WHERE EXISTS (SELECT 1 FROM "${tableName}" WHERE instr("${columnName}", word.value))`,
    ).bind(JSON.stringify(words)),
  );
  const answers = await env.DB.batch<{ place: string }>(asked);
  return answers.flatMap(({ results: places }) => places.map(({ place }) => place));
}

describe('a deletion', () => {
  it('is planned for 14 days from now, signs out everywhere and tells the user', async () => {
    const person = await asUserWithPassword();
    const { status, data } = await ask(person);
    expect(status).toBe(200);
    expect(Date.parse(data.deletesAt)).toBeGreaterThan(Date.now() + GRACE_MS - MINUTE_MS);
    expect(await person.get('auth/me')).toMatchObject({ status: 401, error: { code: 'SESSION_ENDED' } });
    expect((await anyone.post('auth/refresh', { refreshToken: person.refreshToken })).status).toBe(401);
    expect(await mailTo(person.email, 'will be deleted')).toContain(
      new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(data.deletesAt)),
    );
    expect((await anyone.get(`users/${person.userId}`)).status).toBe(200);
  });

  it('needs the password', async () => {
    const person = await asUserWithPassword();
    expect(await ask(person, 'something else')).toMatchObject({ status: 403, error: { code: 'CONFIRMATION_WRONG' } });
    expect((await person.delete('user', { body: {} })).status).toBe(422);
    expect((await ask(client())).status).toBe(401);
    expect((await rowOf(person.userId))?.deletesAt).toBeNull();
    await testContext().db.delete(accounts).where(eq(accounts.userId, person.userId));
    expect(await ask(person)).toMatchObject({ status: 409, error: { code: 'PASSWORD_NOT_SET' } });
  });

  it('is off once the user signs in, who is told', async () => {
    const person = await asUserWithPassword();
    await ask(person);
    expect((await signIn(person)).status).toBe(200);
    expect((await rowOf(person.userId))?.deletesAt).toBeNull();
    expect(await mailTo(person.email, "won't be deleted")).toContain("won't delete");
    await forgetMails(person.email);
    travel(GRACE_MS + DAY_MS);
    await sweep();
    expect((await signIn(person)).status).toBe(200);
  });

  it('does not come before the grace is over', async () => {
    const person = await asUserWithPassword();
    await ask(person);
    travel(GRACE_MS - MINUTE_MS);
    await sweep();
    expect((await rowOf(person.userId))?.status).toBe('active');
  });
});

describe('what is open', () => {
  const refused = (matter: string) => ({
    status: 409,
    error: { code: 'ACCOUNT_HAS_OPEN_MATTERS', details: { matters: [matter] } },
  });

  it.each(['requested', 'approved', 'processing'] as const)(
    'keeps the account: a payout that is %s',
    async (status) => {
      const person = await asUserWithPassword();
      const id = newId();
      const row = { id, userId: person.userId, source: 'diamonds', diamonds: 1, amountMinor: 1, feeMinor: 0 } as const;
      await testContext()
        .db.insert(payouts)
        .values({
          ...row,
          ...{ currency: 'USD', method: 'bank', status, economyVersion: 1, idempotencyKey: id, bodyHash: '' },
          requestedAt: 1,
        });
      expect(await ask(person)).toMatchObject(refused('payout'));
      expect((await rowOf(person.userId))?.deletesAt).toBeNull();
      await testContext().db.delete(payouts).where(eq(payouts.id, id)); // it has no transfers
    },
  );

  it('keeps the account: a payment that is on its way, a dispute until it is decided', async () => {
    const { db } = testContext();
    const person = await asUserWithPassword();
    const id = await giveCoins(person.userId, 10);
    const set = (status: 'pending' | 'disputed' | 'charged_back' | 'paid') =>
      db.update(purchases).set({ status }).where(eq(purchases.id, id));
    await set('pending');
    expect(await ask(person)).toMatchObject(refused('payment'));
    await set('disputed');
    expect(await ask(person)).toMatchObject(refused('dispute'));
    await set('charged_back');
    expect((await ask(person)).status).toBe(200);
    await set('paid'); // as its facts say, for the proofs below
  });

  it('keeps the account: a checkout that failed and can still be paid', async () => {
    const person = await asUserWithPassword();
    const { failed, expired } = eventsOf(await aPurchase(person));
    await tell(failed);
    expect(await ask(person)).toMatchObject(refused('payment'));
    await tell(expired);
    expect((await ask(person)).status).toBe(200);
  });

  it('keeps the account: being live, and being the only owner', async () => {
    const owner = await asStaff('owner');
    const { db } = testContext();
    await givePassword(owner.userId);
    const answer = await ask(owner);
    expect(answer).toMatchObject(refused('only-owner'));
    expect(answer.error.message).toContain('You are the only owner');
    await asStaff('owner');
    expect((await ask(owner)).status).toBe(200);
    const creator = await asCreator();
    await givePassword(creator.userId);
    const stream = await aStream(creator);
    expect(await ask(creator)).toMatchObject(refused('live'));
    await db.update(streams).set({ status: 'ended' }).where(eq(streams.id, stream));
    expect((await ask(creator)).status).toBe(200);
  });

  it('puts the end off when it was opened in the grace', async () => {
    const { db } = testContext();
    const person = await asUserWithPassword();
    const id = await giveCoins(person.userId, 10);
    await ask(person);
    await db.update(purchases).set({ status: 'disputed' }).where(eq(purchases.id, id));
    travel(GRACE_MS + MINUTE_MS);
    await sweep();
    expect(await rowOf(person.userId)).toMatchObject({ status: 'active', email: person.email });
    await db.update(purchases).set({ status: 'paid' }).where(eq(purchases.id, id));
    travel(DAY_MS + MINUTE_MS);
    await sweep();
    expect((await rowOf(person.userId))?.status).toBe('deleted');
  });
});

/** A creator with a bit of everything. The words that are theirs alone are what must be nowhere afterwards. */
async function aFullLife() {
  const { db } = testContext();
  const person = await asUserWithPassword();
  const { userId } = person;
  const mark = userId.slice(-12);
  const words = [person.email, person.username, `Ada ${mark}`, `bio-${mark}`, `said-${mark}`, `legal-${mark}`];
  const friend = await asCreator();
  await person.patch('user/profile', { displayName: `Ada ${mark}`, bio: `bio-${mark}`, country: 'DE' });
  await person.post('user/avatar', form('avatar', picture(400, 400)));
  await person.post(
    'creator/application',
    applicationRequest({ identity: { documentType: 'passport', legalName: `legal-${mark}`, birthDate: '1990-05-17' } }),
  );
  await person.post('creator/application/document', form('document', png()));
  await db.update(users).set({ creatorStatus: 'APPROVED', role: 'creator' }).where(eq(users.id, userId));
  const { id: channelId } = await ensureChannel(testContext(), userId);
  const streamId = await aStream({ userId, channelId }, { status: 'ended', title: `said-${mark}` });
  await person.post(`social/follow/${friend.userId}`);
  await friend.post(`social/follow/${userId}`);
  const ownPost = (
    await person.call('POST', 'content/posts', { body: form('files', picture(64, 64), { text: `said-${mark}` }) })
  ).data.id as string;
  const friendsPost = await aPost(friend);
  const say = (by: Person, postId: string, text: string, parentId?: string) =>
    by
      .post('content/comments', { postId, text, ...(parentId ? { parentId } : {}) })
      .then(({ data }) => data.id as string);
  const answered = await say(person, friendsPost, `said-${mark} first`);
  const reply = await say(friend, friendsPost, 'I disagree', answered);
  await say(person, friendsPost, `said-${mark} second`, answered);
  await say(person, friendsPost, `said-${mark} alone`);
  await say(friend, ownPost, 'Nice picture');
  await person.post(`content/posts/${friendsPost}/like`, {});
  const { threadId } = (await person.post('support/chat/send', { text: `said-${mark} to support` })).data;
  await (await asStaff('support')).post('support/chat/send', { threadId, text: `Dear ${person.username}` });
  await giveCoins(userId, 1_000);
  await giveDiamonds(userId, 50);
  const tip = { recipientId: friend.userId, coins: 100, message: `said-${mark}` };
  expect((await person.post('payment/tip', tip, once())).status).toBe(201);
  const tierId = await aTier(person, 100, `said-${mark}`);
  const subscriber = await aSubscriber(person, tierId, 300);
  const own = await db.select({ key: mediaFiles.key }).from(mediaFiles).where(eq(mediaFiles.ownerId, userId));
  const keys = own.map(({ key }) => key);
  return { person, friend, subscriber, words, keys, streamId, ownPost, friendsPost, answered, reply };
}

describe('after the grace', () => {
  it('nothing of the user is left in D1 or R2, the books are clean, and others keep their threads', async () => {
    const life = await aFullLife();
    const { person, friend, subscriber, words, keys, streamId, ownPost, friendsPost, answered, reply } = life;
    expect(keys.length).toBe(3);
    expect((await placesOf(words)).length).toBeGreaterThan(8);
    expect((await ask(person)).status).toBe(200);
    travel(GRACE_MS + MINUTE_MS);
    await sweep();
    await sweep();

    expect(await placesOf(words)).toEqual([]);
    const names = (await testContext().files.list()).objects.map(({ key }) => key);
    expect(names.filter((name) => keys.some((key) => name.startsWith(key)))).toEqual([]);
    expect(await rowOf(person.userId)).toMatchObject({
      status: 'deleted',
      displayName: 'Deleted user',
      country: null,
      avatarUrl: null,
      followerCount: 0,
      deletesAt: null,
    });
    for (const table of ['accounts', 'auth_sessions', 'user_settings', 'creator_applications', 'notifications'])
      expect(await env.DB.prepare(`SELECT 1 FROM ${table} WHERE user_id = ?`).bind(person.userId).first()).toBeNull();
    expect((await signIn(person)).status).toBe(401);
    expect((await anyone.get(`users/${person.userId}`)).status).toBe(404);

    const { items } = (await anyone.get(`content/posts/${friendsPost}/comments`)).data;
    expect(items).toMatchObject([
      { id: answered, text: '', replyCount: 1, author: { displayName: 'Deleted user', avatarUrl: null } },
    ]);
    const replies = (await anyone.get(`content/posts/${friendsPost}/comments?parentId=${answered}`)).data.items;
    expect(replies).toMatchObject([{ id: reply, text: 'I disagree' }]);
    expect((await anyone.get(`content/posts/${friendsPost}`)).data).toMatchObject({ likeCount: 0, commentCount: 2 });
    expect((await anyone.get(`content/posts/${ownPost}`)).status).toBe(404);
    expect((await anyone.get(`sessions/${streamId}`)).status).toBe(404);

    vi.restoreAllMocks(); // the friends' tokens are of today

    expect((await subscriber.get('payment/subscriptions')).data.items).toMatchObject([
      { status: 'ended', endedBecause: 'creator-gone' },
    ]);
    expect((await friend.get('payment/gifts-received')).data.items).toMatchObject([{ coins: 100, message: null }]);
    expect(await coinsOf(person.userId)).toBe(900);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('what the user was told goes some rows at a time', async () => {
    const person = await asUserWithPassword();
    await fillWithNotifications(person.userId, 650);
    const left = () => testContext().db.$count(notifications, eq(notifications.userId, person.userId));
    await ask(person);
    travel(GRACE_MS + MINUTE_MS);
    for (let [before, hasMore] = [await left(), true]; hasMore; ) {
      hasMore = await eraseAccounts(testContext());
      const after = await left();
      expect(before - after).toBeLessThanOrEqual(500); // five steps
      before = after;
    }
    expect(await left()).toBe(0);
    expect((await rowOf(person.userId))?.deletesAt).toBeNull();
  });

  it('goes on where it was killed', async () => {
    const { person, words, keys } = await aFullLife();
    expect((await ask(person)).status).toBe(200);
    travel(GRACE_MS + MINUTE_MS);
    for (const table of ['blocks', 'gifts_sent', 'media_files', 'notification_marks']) {
      const killed = testContext({ DB: databaseWithout(table) });
      await sweepOut(eraseAccounts, killed);
      await killed.settle();
      expect((await rowOf(person.userId))?.deletesAt).not.toBeNull();
      travel(2 * 60 * MINUTE_MS);
    }
    await sweep();
    await sweep();
    expect(await placesOf(words)).toEqual([]);
    const names = (await testContext().files.list()).objects.map(({ key }) => key);
    expect(names.filter((name) => keys.some((key) => name.startsWith(key)))).toEqual([]);
    expect((await rowOf(person.userId))?.deletesAt).toBeNull();
  });

  it('changes nothing when it is repeated, or done twice at once', async () => {
    const { person } = await aFullLife();
    expect((await ask(person)).status).toBe(200);
    travel(GRACE_MS + MINUTE_MS);
    await Promise.all([sweep(), sweep()]);
    await sweep();
    const before = await rowOf(person.userId);
    expect(before).toMatchObject({ status: 'deleted', deletesAt: null });
    await sweep();
    expect(await rowOf(person.userId)).toEqual(before);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('what the user had announced is called off, in its room too', async () => {
    const creator = await asUserWithPassword({ role: 'creator', creatorStatus: 'APPROVED' });
    const ctx = testContext();
    const { id: channelId } = await ensureChannel(ctx, creator.userId);
    const given = { status: 'scheduled', scheduledFor: Date.now() + 30 * DAY_MS, title: 'Soon' } as const;
    const streamId = await anOpenStream({ userId: creator.userId, channelId }, given);
    expect((await ask(creator)).status).toBe(200);
    travel(GRACE_MS + MINUTE_MS);
    const { ctx: recording, events } = recordingContext();
    await sweepOut(eraseAccounts, recording);
    expect(await ctx.db.select().from(streams).where(eq(streams.id, streamId)).get()).toMatchObject({
      status: 'cancelled',
      title: '',
    });
    const setup = { status: 'cancelled', title: '' };
    expect(events).toContainEqual(
      expect.objectContaining({
        roomId: streamId,
        command: expect.objectContaining({ setup: expect.objectContaining(setup) }),
      }),
    );
  });

  it('subscriptions of the user end, and are not charged again', async () => {
    const creator = await asCreator();
    const subscriber = await aSubscriber(creator, await aTier(creator), 500);
    const { db } = testContext();
    const { userId } = subscriber;
    await givePassword(userId);
    expect((await ask(subscriber)).status).toBe(200);
    travel(GRACE_MS + MINUTE_MS);
    await sweep();
    const row = await db.select().from(subscriptions).where(eq(subscriptions.id, subscriber.subscriptionId)).get();
    expect(row).toMatchObject({ status: 'ended', endedBecause: 'subscriber-gone', months: 1 });
    expect(await coinsOf(userId)).toBe(400);
  });

  it('tickets and support chats of the user wait for nobody', async () => {
    const [person, agent] = [await asUserWithPassword(), await asStaff('support')];
    const { id } = await aTicket(person);
    const other = await aTicket(person, { subject: 'Another' });
    const { threadId } = (await person.post('support/chat/send', { text: 'Hello' })).data;
    await aReply(person, other.id, 'Anyone?');
    await sweepOut(sweepOutbox, testContext());
    await expect.poll(() => noticesOf(agent, 'ticket-waiting')).toHaveLength(1);
    await expect.poll(() => noticesOf(agent, 'chat-waiting')).toHaveLength(1);
    expect((await ask(person)).status).toBe(200);
    travel(GRACE_MS + MINUTE_MS);
    await sweep();
    vi.restoreAllMocks();
    const ctx = testContext();
    const own = await ctx.db.all(
      sql`SELECT status, due_at IS NULL AND resolved_at IS NOT NULL AS isDone, subject FROM tickets WHERE id IN (${id}, ${other.id})`,
    );
    const closed = { status: 'closed', isDone: 1, subject: '' };
    expect(own).toEqual([closed, closed]);
    expect(await ctx.db.all(sql`SELECT 1 FROM support_threads WHERE id = ${threadId}`)).toEqual([]);
    expect(await noticesOf(agent, 'ticket-waiting')).toEqual([]);
    expect(await noticesOf(agent, 'chat-waiting')).toEqual([]);
  });

  it('the address is free again', async () => {
    const person = await asUserWithPassword();
    await ask(person);
    travel(GRACE_MS + MINUTE_MS);
    await sweep();
    vi.restoreAllMocks();
    const { email } = person;
    const again = await anyone.post('auth/register', {
      email,
      password: PASSWORD,
      username: `new_${newId().slice(-12)}`,
    });
    expect([200, 201, 202]).toContain(again.status);
    expect((await asViewer()).userId).not.toBe(person.userId);
  });
});
