/** Notifications, pushes and mails in the language of the user's settings, and what they carry for clients. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { mailTo } from '#test/support/accounts';
import { client } from '#test/support/api';
import { asApplicant } from '#test/support/applications';
import { giveCoins, once } from '#test/support/money';
import { aBrowser, outside, taskContext } from '#test/support/notifications';
import { asPerformer, goAnonymous } from '#test/support/performers';
import { aStream } from '#test/support/streams';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import type { NewNotification, OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit } from '@/db/commit';
import { announceLive } from '@/domains/base/notifications/broadcast';
import { sendStaffDigests } from '@/domains/base/notifications/digest';
import { notify } from '@/domains/base/notifications/notify';
import { sweepOutbox } from '@/queues/outbox';
import { newId } from '@/shared/ids';

const speak = async (person: Person, language: string) =>
  expect((await person.put('user/settings', { language })).status).toBe(200);

const itemsOf = async (person: Person) => (await person.get('user/notifications')).data.items;

/** Delivers it at once. */
async function tell({ notification }: Extract<OutboxEvent, { kind: 'notify' }>, tasks = taskContext()) {
  await notify(tasks.ctx, newId(), notification);
  return tasks;
}

const order = { orderId: 'o', number: 'F-1', productTitle: 'Mug' };
const money = { currency: 'EUR', amountMinor: 123_456 };
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');

describe('the list', () => {
  it('is in the language of the moment, also for what came before', async () => {
    const [me, fan] = [await asCreator(), await asViewer()];
    await fan.post(`social/follow/${me.userId}`);
    await expect.poll(() => itemsOf(me)).toMatchObject([{ title: 'New follower' }]);
    const name = fan.username;
    await speak(me, 'de-AT');
    expect(await itemsOf(me)).toMatchObject([{ title: 'Neuer Follower', body: `${name} folgt dir jetzt.` }]);
    await speak(me, 'fr');
    expect(await itemsOf(me)).toMatchObject([{ title: 'New follower', body: `${name} now follows you.` }]);
  });

  it('counts what waits and names groups in the reader’s language', async () => {
    const [me, one, other, staff] = [await asViewer(), await asViewer(), await asViewer(), await asStaff('admin_l3')];
    for (const person of [me, staff]) await speak(person, 'de');
    for (const { userId } of [one, other])
      await tell(noticeTo(me.userId, 'like', { postId: 'p' }, { gather: { group: 'like:post:p', actorId: userId } }));
    expect(await itemsOf(me)).toMatchObject([
      { title: `${other.username} und 1 weitere Person haben deinen Beitrag mit „Gefällt mir“ markiert` },
    ]);
    await asApplicant();
    await expect
      .poll(() => itemsOf(staff))
      .toMatchObject([{ title: 'Creator-Bewerbungen, die auf dich warten: 1', actor: null, data: { count: 1 } }]);
  });

  it('shows rows of older versions with the text that they have', async () => {
    const [me, fan] = [await asViewer(), await asViewer()];
    await speak(me, 'de');
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO notifications (id, user_id, kind, title, body, data, created_at)
         VALUES (?, ?, 'follower', 'New follower', 'Ada now follows you.', ?, 2)`,
      ).bind(newId(), me.userId, JSON.stringify({ userId: fan.userId })),
      env.DB.prepare(
        `INSERT INTO notifications (id, user_id, kind, title, body, data, created_at, group_key, actor_count, last_actors)
         VALUES (?, ?, 'like', 'liked your post', '', '{"postId":"p"}', 1, 'like:post:p', 2, ?)`,
      ).bind(newId(), me.userId, JSON.stringify([fan.userId])),
    ]);
    expect(await itemsOf(me)).toMatchObject([
      { title: 'New follower', body: 'Ada now follows you.', actor: { id: fan.userId } },
      { title: `${fan.username} and 1 other liked your post`, actor: { id: fan.userId }, data: { actorCount: 2 } },
    ]);
  });

  it('shows the finished text of an event that an older version sent', async () => {
    const me = await asViewer();
    await speak(me, 'de');
    const old: NewNotification = { userId: me.userId, kind: 'decision', title: 'You have been warned', body: 'Why.' };
    await tell({ kind: 'notify', notification: old });
    expect(await itemsOf(me)).toMatchObject([{ title: 'You have been warned', body: 'Why.', actor: null }]);
  });
});

describe('the actor', () => {
  it('is a card with the name of the moment, and that of the stage while it is on', async () => {
    const [me, performer] = [await asCreator(), await asPerformer()];
    await performer.post(`social/follow/${me.userId}`);
    await expect.poll(() => itemsOf(me)).toHaveLength(1);
    const [told] = await itemsOf(me);
    expect(told).toMatchObject({
      actor: { id: performer.userId, displayName: performer.username, role: 'performer', isLive: false },
      data: { userId: performer.userId },
    });
    const { stageName, stageHandle } = await goAnonymous(performer);
    const shown = await itemsOf(me);
    expect(shown).toMatchObject([
      { body: `${stageName} now follows you.`, actor: { displayName: stageName, username: stageHandle } },
    ]);
    expect(JSON.stringify(shown)).not.toContain(performer.username);
    const [stored] = (
      await env.DB.prepare('SELECT title, body, data FROM notifications WHERE user_id = ?').bind(me.userId).all()
    ).results;
    expect(JSON.stringify(stored)).not.toContain(stageName);
  });

  it('is nobody behind a block, after an erasure, and if the platform did it', async () => {
    const [seller, buyer, gone] = [await asCreator(), await asViewer(), await asViewer()];
    for (const { userId } of [buyer, gone])
      await tell(
        noticeTo(seller.userId, 'order-received', { ...order, goods: 'physical', quantity: 1, actorId: userId }),
      );
    expect(await itemsOf(seller)).toMatchObject([{ actor: { id: gone.userId } }, { actor: { id: buyer.userId } }]);
    await seller.post(`social/block/${buyer.userId}`);
    await env.DB.prepare("UPDATE users SET status = 'deleted' WHERE id = ?").bind(gone.userId).run();
    const items = await itemsOf(seller);
    expect(items).toMatchObject([{ actor: null }, { actor: null }]); // what was sold stays
    expect(JSON.stringify(items)).not.toContain(buyer.userId);
    expect(JSON.stringify(items)).not.toContain(gone.userId);
    await tell(noticeTo(seller.userId, 'target-reached', { targetId: 't', period: '2026-11', diamonds: 1_000 }));
    expect((await itemsOf(seller))[0]).toMatchObject({ actor: null, body: 'You earned 1,000 diamonds for it.' });
  });

  it('of a group is the newest, and of a subscription that ended nobody, though its creator is named', async () => {
    const [me, one, creator] = [await asViewer(), await asViewer(), await asCreator()];
    await tell(noticeTo(me.userId, 'like', { postId: 'p' }, { gather: { group: 'like:post:p', actorId: one.userId } }));
    const ended = { subscriptionId: 's', creatorId: creator.userId, because: 'blocked' } as const;
    await tell(noticeTo(me.userId, 'subscription-ended', ended));
    await creator.post(`social/block/${me.userId}`);
    expect(await itemsOf(me)).toMatchObject([
      {
        ...{ title: `Your subscription to ${creator.username} has ended`, actor: null },
        data: { creatorName: creator.username, because: 'blocked' },
      },
      { actor: { id: one.userId }, data: { actorCount: 1, actors: [{ id: one.userId, followerCount: 0 }] } },
    ]);
  });
});

describe('the data', () => {
  it('has the names and amounts of the sentence', async () => {
    const me = await asViewer();
    await tell(noticeTo(me.userId, 'order-refunded', { ...order, money, reason: 'It broke.' }));
    await speak(me, 'de');
    const [told] = await itemsOf(me);
    expect(told).toMatchObject({
      actor: null,
      data: { orderId: 'o', number: 'F-1', productTitle: 'Mug', money, reason: 'It broke.' },
    });
    expect(plain(told.body)).toBe('1.234,56 € für „Mug“ ist unterwegs zu dir. Grund: It broke.');
  });

  it('of a gift says what it was, until its sender is hidden', async () => {
    const [creator, fan, other] = [await asCreator(), await asViewer(), await asViewer()];
    const { data: gifts } = await fan.get('payment/gifts');
    const [gift] = gifts.items ?? gifts;
    for (const sender of [other, fan]) {
      await giveCoins(sender.userId, 10_000);
      const sent = { giftId: gift.id, quantity: 2, recipientId: creator.userId };
      expect((await sender.post('payment/gift', sent, once())).status).toBe(201);
      await sweepOutbox(taskContext().ctx);
    }
    const title = `${fan.username} and 1 other sent you gifts`;
    const given = { senderId: fan.userId, giftId: gift.id, name: gift.name, quantity: 2, coins: 2 * gift.coins };
    await expect
      .poll(() => itemsOf(creator))
      .toMatchObject([{ title, actor: { id: fan.userId }, data: { actorCount: 2, gift: given } }]);
    expect((await itemsOf(creator))[0].body).toMatch(new RegExp(`^2 × ${gift.name}, for `));
    await creator.post(`social/block/${fan.userId}`);
    const [left] = await itemsOf(creator);
    expect(left).toMatchObject({ title: `${other.username} sent you gifts`, body: '', actor: { id: other.userId } });
    expect(left.data.gift).toBeUndefined();
  });
});

describe('outside of the app', () => {
  it('pushes and mails are in the reader’s language', async () => {
    const [me, fan] = [await asCreator(), await asViewer()];
    await speak(me, 'de');
    await me.put('user/settings', { notifications: { follower: { email: true, push: true } } });
    const browser = await aBrowser();
    await me.post('user/push', browser.subscription);
    await fan.post(`social/follow/${me.userId}`);
    const calls = outside(201);
    const tasks = await tell(noticeTo(me.userId, 'follower', { userId: fan.userId }));
    await tasks.drain();
    expect(await browser.read(calls[0]?.body ?? new Uint8Array())).toMatchObject({
      ...{ title: 'Neuer Follower', body: `${fan.username} folgt dir jetzt.` },
    });
    expect(await mailTo(me.email, 'Neuer Follower')).toMatch(/^Hallo .*Welche E-Mails du bekommst/s);
  });

  it('one who went live is announced to each follower in their own language', async () => {
    const [creator, german, english] = [await asCreator(), await asViewer(), await asViewer()];
    await speak(german, 'de');
    for (const fan of [german, english]) {
      await fan.post(`social/follow/${creator.userId}`);
      await fan.put('user/settings', { notifications: { live: { email: true, push: false } } });
    }
    const id = await aStream(creator, { status: 'live' });
    const tasks = taskContext();
    const stream = { id, creatorId: creator.userId, title: 'Tonight', visibility: 'public' } as const;
    const { statements, events } = announceLive(tasks.ctx, stream);
    await commit(tasks.ctx, statements, { events });
    await tasks.settle();
    const mailed = (await tasks.drain()).filter(({ type }) => type === 'send-notification-mail');
    expect(mailed).toHaveLength(2);
    expect(mailed).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ userId: german.userId, title: `${creator.username} ist live`, language: 'de' }),
        expect.objectContaining({ userId: english.userId, title: `${creator.username} is live`, language: 'en' }),
      ]),
    );
    expect(await itemsOf(german)).toMatchObject([
      {
        ...{ title: `${creator.username} ist live`, body: 'Tonight', actor: { id: creator.userId, isLive: true } },
        data: { streamId: id, creatorId: creator.userId, streamTitle: 'Tonight' },
      },
    ]);
  });

  it('the digest of staff is in their language', async () => {
    const staff = await asStaff('admin_l3');
    await staff.put('user/settings', { language: 'de', notifications: { staff: { email: true } } });
    await asApplicant();
    await expect.poll(() => itemsOf(staff)).toHaveLength(1);
    const { ctx, sent, settle } = taskContext();
    await sendStaffDigests(ctx);
    await settle();
    const task = sent().find((one) => 'userId' in one && one.userId === staff.userId);
    expect(task).toMatchObject({
      title: 'Auf dich wartet Arbeit',
      body: 'Creator-Bewerbungen, die auf dich warten: 1',
    });
  });

  it('codes, links and warnings of an account are in its language', async () => {
    const me = await asUser();
    await speak(me, 'de');
    await client().post('auth/forget-password/email-otp', { email: me.email });
    expect(await mailTo(me.email, 'Dein Code zum Zurücksetzen des Passworts')).toMatch(
      /^Hallo .*: \d{6}\n\nEr läuft in zehn Minuten ab/s,
    );
  });
});

it('the public configuration names the languages that have all texts', async () => {
  const { data } = await client().get('settings/system/config');
  expect(data.languages).toEqual(['en', 'de']);
});
