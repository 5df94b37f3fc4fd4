import { env } from 'cloudflare:workers';
import { decodeJwt, importJWK, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { aBrowser, giveFollowers, outside, taskContext } from '#test/support/notifications';
import { queueThatIsAway } from '#test/support/queues';
import { aUser, joinRoom } from '#test/support/rooms';
import { anOpenStream, aStream } from '#test/support/streams';
import { actorOf, asCreator, asViewer, type Person } from '#test/support/users';
import type { NewNotification, TaskMessage } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { announceLive, MEMBERS_AT_ONCE } from '@/domains/base/notifications/broadcast';
import { notify } from '@/domains/base/notifications/notify';
import { rememberRoom } from '@/domains/live/rooms/last-rooms';
import { followCreator } from '@/domains/people/social/follow';
import { openMail } from '@/providers/mail';
import { newId } from '@/shared/ids';
import { makeCountingD1, readCounts, resetCounts } from '../../../scripts/bench/counting-d1';

const comment = ({ userId }: Person, more: Partial<NewNotification> = {}): NewNotification => ({
  ...{ userId, kind: 'comment', title: 'Zoë commented on your post', body: 'Encore! 🎶', data: { postId: 's1' } },
  ...more,
});

/** By when they were entered, the newest last. */
async function roomsOf({ userId }: Person): Promise<string[]> {
  const { results } = await env.DB.prepare('SELECT room_id FROM last_rooms WHERE user_id = ? ORDER BY entered_at')
    .bind(userId)
    .all<{ room_id: string }>();
  return results.map(({ room_id }) => room_id);
}

const choose = (userId: string, choices: object) =>
  env.DB.prepare('INSERT INTO user_settings (user_id, notifications, updated_at) VALUES (?, ?, 1)')
    .bind(userId, JSON.stringify(choices))
    .run();

async function subscribed(host?: string) {
  const [me, browser] = [await asViewer(), await aBrowser(host)];
  expect((await me.post('user/push', browser.subscription)).status).toBe(201);
  const isSubscribed = async () => {
    const { results } = await env.DB.prepare('SELECT 1 FROM push_subscriptions WHERE user_id = ?')
      .bind(me.userId)
      .all();
    return results.length > 0;
  };
  return { me, browser, isSubscribed };
}

describe('Web Push', () => {
  it('is encrypted for the browser, and signed for its push service', async () => {
    const { me, browser } = await subscribed();
    const calls = outside(201);
    const { ctx, drain } = taskContext();
    const id = newId();
    await notify(ctx, id, comment(me, { data: { streamId: 's1' } }));
    expect((await drain()).map(({ type }) => type)).toEqual(['send-push']);
    expect(calls).toHaveLength(1);
    const [{ url, headers, body } = { url: '', headers: new Headers(), body: new Uint8Array() }] = calls;
    expect(url).toBe(browser.endpoint);
    expect(await browser.read(body)).toEqual({
      ...{ id, kind: 'comment', title: 'Zoë commented on your post', body: 'Encore! 🎶' },
      url: 'http://localhost:5173/stream/s1',
    });
    expect(Buffer.from(body).toString()).not.toContain('Encore');
    expect(body.length).toBeLessThanOrEqual(4_096);
    expect(headers.get('content-encoding')).toBe('aes128gcm');
    expect(Number(headers.get('ttl'))).toBeGreaterThan(0);

    const [, token = '', key = ''] = /^vapid t=(\S+), k=(\S+)$/.exec(headers.get('authorization') ?? '') ?? [];
    const point = Buffer.from(key, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
    const { payload } = await jwtVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256'));
    expect(payload).toMatchObject({ aud: new URL(browser.endpoint).origin, sub: 'mailto:push@footlight.test' });
    expect(decodeJwt(token).exp).toBeLessThanOrEqual(Date.now() / 1_000 + 86_400);
  });

  it.each([429, 500, 503])('that meets a %i comes again', async (status) => {
    const { me, isSubscribed } = await subscribed();
    const calls = outside(status, 201);
    const { ctx, sent, consume } = taskContext();
    await notify(ctx, newId(), comment(me));
    const [task] = sent();
    if (!task) throw new Error('Nothing to send');
    expect(await consume(task)).toEqual({ acked: [], retried: [{ index: 0, delaySeconds: 10 }] });
    expect(await consume(task)).toEqual({ acked: [0], retried: [] });
    expect(calls).toHaveLength(2);
    expect(await isSubscribed()).toBe(true);
  });

  it.each([404, 410])('that meets a %i unsubscribes the browser', async (status) => {
    const { me, isSubscribed } = await subscribed();
    outside(status);
    const { ctx, drain } = taskContext();
    await notify(ctx, newId(), comment(me));
    await drain();
    expect(await isSubscribed()).toBe(false);
  });

  it('that is refused is let be', async () => {
    const { me, isSubscribed } = await subscribed();
    const calls = outside(403);
    const { ctx, drain } = taskContext();
    await notify(ctx, newId(), comment(me));
    await drain();
    expect(calls).toHaveLength(1);
    expect(await isSubscribed()).toBe(true);
  });

  it('does not follow a browser to its next user', async () => {
    const { me, browser } = await subscribed();
    const calls = outside(201);
    const { ctx, drain } = taskContext();
    await notify(ctx, newId(), comment(me));
    await (await asViewer()).post('user/push', browser.subscription);
    await drain();
    expect(calls).toEqual([]);
  });

  it('is not sent of what the user chose to see in the app alone, nor of a long text more than fits', async () => {
    const { me, browser } = await subscribed();
    const calls = outside(201);
    const { ctx, sent, drain } = taskContext();
    await choose(me.userId, { comment: { push: false } });
    await notify(ctx, newId(), comment(me));
    expect(sent()).toEqual([]);
    await notify(ctx, newId(), { ...comment(me), kind: 'gift', title: '🎶'.repeat(2_000), body: '🌹'.repeat(5_000) });
    await drain();
    const { title, body } = await browser.read(calls[0]?.body ?? new Uint8Array());
    expect([[...title].length, [...body].length]).toEqual([150, 300]);
  });

  it('of what gathers is sent when it becomes unread, and not of each that joins', async () => {
    const { me } = await subscribed();
    await choose(me.userId, { like: { push: true } });
    const { ctx, sent } = taskContext();
    const like = (actorId: string, id = newId()) =>
      notify(
        ctx,
        id,
        comment(me, { kind: 'like', title: 'liked your post', gather: { group: 'like:post:1', actorId } }),
      );
    const [one, other, third] = [await asViewer(), await asViewer(), await asViewer()];
    const first = newId();
    await like(one.userId, first);
    await like(one.userId, first); // delivered again: the same message
    await like(one.userId);
    await like(other.userId);
    expect(sent().map((task) => task.type === 'send-push' && task.push.id)).toEqual([first, first]);
    const { data } = await me.get('user/notifications');
    await me.put(`user/notifications/${data.items[0].id}/read`);
    await like(third.userId);
    expect(sent()).toHaveLength(3);
    expect(sent()[2]).toMatchObject({ push: { title: `${third.username} and 2 others liked your post` } });
  });
});

describe('mail', () => {
  it('is sent where it is chosen, once by its key, and again while the provider is away', async () => {
    const me = await asViewer();
    await choose(me.userId, { comment: { email: true } });
    const base = testContext();
    const mail = openMail({ ...base.config, resendApiKey: 're_key' }, base.db, base.now);
    const { ctx, sent, consume } = taskContext({ mail });
    const id = newId();
    await notify(ctx, id, comment(me));
    const calls = outside(500, 200);
    const [task] = sent();
    if (!task) throw new Error('Nothing to send');
    expect(await consume(task)).toMatchObject({ acked: [], retried: [{ index: 0, delaySeconds: 10 }] });
    expect(await consume(task)).toMatchObject({ acked: [0] });
    expect(calls.map(({ url }) => url)).toEqual(Array(2).fill('https://api.resend.com/emails'));
    expect(calls.map(({ headers }) => headers.get('idempotency-key'))).toEqual(Array(2).fill(`${id}:${me.userId}`));
    const body = JSON.parse(Buffer.from(calls[1]?.body ?? []).toString());
    expect(body).toMatchObject({ to: [me.email], subject: 'Zoë commented on your post' });
    expect(body.text).toContain('Encore!');
  });

  it('that the provider refuses is let be', async () => {
    const me = await asViewer();
    const base = testContext();
    const mail = openMail({ ...base.config, resendApiKey: 're_key' }, base.db, base.now);
    const { ctx, sent, consume } = taskContext({ mail });
    await notify(ctx, newId(), comment(me, { kind: 'payout-paid' }));
    const task = sent().find(({ type }) => type === 'send-notification-mail');
    if (!task) throw new Error('Nothing to send');
    const calls = outside(422);
    expect(await consume(task)).toMatchObject({ acked: [0], retried: [] });
    expect(calls).toHaveLength(1);
  });

  it('goes to no address that nobody verified', async () => {
    const me = await asViewer();
    await env.DB.prepare('UPDATE users SET email_verified_at = NULL WHERE id = ?').bind(me.userId).run();
    const calls = outside(200);
    const { ctx, drain } = taskContext();
    await notify(ctx, newId(), comment(me, { kind: 'payout-paid' }));
    expect(await drain()).toHaveLength(1);
    expect(calls).toEqual([]);
    const { results } = await env.DB.prepare('SELECT 1 FROM mailbox WHERE recipient = ?').bind(me.email).all();
    expect(results).toEqual([]);
  });
});

describe('an open room', () => {
  it('shows a user what they are told, and nobody else', async () => {
    const [me, creator] = [await asViewer(), await asCreator()];
    const streamId = await anOpenStream(creator);
    const mine = await joinRoom(streamId, aUser({}, me.userId));
    const other = await joinRoom(streamId);
    await rememberRoom(testContext(), me.userId, streamId);
    const id = newId();
    await notify(taskContext().ctx, id, comment(me));
    const event = await mine.next('user-notification');
    expect(event.notification).toMatchObject({ id, kind: 'comment', title: 'Zoë commented on your post', read: false });
    expect(event).not.toHaveProperty('seq');
    await other.say('hello');
    expect(other.eventsOf('user-notification')).toEqual([]);
  });

  it('is found by the pass that opens it', async () => {
    const [me, creator] = [await asViewer(), await asCreator()];
    const streamId = await anOpenStream(creator);
    const { data } = await me.post(`stream/${streamId}/join`);
    const { pathname, search } = new URL(data.wsUrl);
    await me.get(`${pathname}${search}`, { headers: { upgrade: 'websocket' } });
    await expect.poll(() => roomsOf(me)).toEqual([streamId]);
  });

  it('is one of several, and may wait for its stream', async () => {
    const me = await asViewer();
    const open = async (status: 'live' | 'scheduled') => anOpenStream(await asCreator(), { status });
    const rooms = [await open('scheduled'), await open('live'), await open('live')];
    const sockets = [];
    for (const room of rooms) {
      sockets.push(await joinRoom(room, aUser({}, me.userId)));
      await rememberRoom(testContext(), me.userId, room);
    }
    const id = newId();
    await notify(taskContext().ctx, id, comment(me));
    for (const socket of sockets)
      expect((await socket.next('user-notification')).notification).toMatchObject({ id, kind: 'comment' });
  });

  it('is remembered among the five entered last, and not written again by who comes back to the last', async () => {
    const me = await asViewer();
    const counted = testContext({ DB: makeCountingD1(env.DB) });
    let now = Date.now();
    const enter = async (room: number) => {
      resetCounts();
      now += 1;
      await rememberRoom({ ...counted, now: () => now }, me.userId, `room-${room}`);
      return readCounts();
    };
    for (const room of [1, 2, 3, 4, 5, 1, 6]) expect(await enter(room)).toMatchObject({ statements: 3, calls: 1 });
    expect(await roomsOf(me)).toEqual([3, 4, 5, 1, 6].map((room) => `room-${room}`));
    expect((await enter(6)).rowsWritten).toBe(0);
  });

  it('adds no statement to a notification, however many rooms the user is in', async () => {
    const me = await asViewer();
    const counted = taskContext({ db: testContext({ DB: makeCountingD1(env.DB) }).db });
    const cost = async () => {
      resetCounts();
      await notify(counted.ctx, newId(), comment(me));
      return readCounts();
    };
    const before = await cost();
    for (let room = 0; room < 5; room += 1)
      await rememberRoom(testContext(), me.userId, await anOpenStream(await asCreator()));
    const { statements, rowsRead } = await cost();
    expect([before.statements, statements]).toEqual([5, 5]);
    // Of each room its row, and a look for its stream by either status.
    expect(rowsRead - before.rowsRead).toBeLessThanOrEqual(5 * 5);
  });

  it('that is away or over costs the moment and no more', async () => {
    const [me, creator] = [await asViewer(), await asCreator()];
    await rememberRoom(testContext(), me.userId, await aStream(creator));
    const rooms = () => {
      throw new Error('the room is away');
    };
    const away = { ...taskContext().ctx, rooms: () => ({ tell: async () => rooms() }) as never };
    await notify(away, newId(), comment(me));
    expect((await me.get('user/notifications')).data.unreadCount).toBe(1);
  });
});

describe('a creator with 3,000 followers who goes live', () => {
  it('is one row; push and mail go out in pages, to who chose them', async () => {
    const creator = await asCreator();
    const { me, browser } = await subscribed();
    const watching = await asViewer();
    await giveFollowers(creator.userId, 2_997);
    const follow = env.DB.prepare('INSERT INTO follows (follower_id, creator_id, created_at) VALUES (?, ?, ?)');
    const before = Date.now() - 1_000;
    for (const { userId } of [me, watching]) await follow.bind(userId, creator.userId, before).run();
    const late = await subscribed();
    await follow.bind(late.me.userId, creator.userId, Date.now() + 60_000).run();
    await choose(watching.userId, { live: { email: true } });
    const room = await anOpenStream(await asCreator());
    const socket = await joinRoom(room, aUser({}, watching.userId));
    await rememberRoom(testContext(), watching.userId, room);

    const calls = outside(201);
    const { ctx, drain, settle } = taskContext();
    const streamId = await aStream(creator);
    const stream = { id: streamId, creatorId: creator.userId, title: 'Tonight', visibility: 'public' } as const;
    const told = announceLive(ctx, stream);
    await commit(ctx, told.statements, { events: told.events });
    await settle();
    const done = await drain();
    const pages = done.filter(({ type }) => type === 'fan-out-broadcast');
    expect(pages).toHaveLength(Math.ceil(2_999 / MEMBERS_AT_ONCE));
    expect(done.filter(({ type }) => type === 'send-notification-mail')).toMatchObject([{ userId: watching.userId }]);
    expect(calls.map(({ url }) => url)).toEqual([browser.endpoint]);
    expect(await browser.read(calls[0]?.body ?? new Uint8Array())).toMatchObject({
      ...{ id: streamId, kind: 'live', title: `${creator.username} is live`, body: 'Tonight' },
    });
    expect((await socket.next('user-notification')).notification).toMatchObject({ id: streamId, kind: 'live' });
    const { results } = await env.DB.prepare('SELECT 1 FROM broadcasts WHERE creator_id = ?')
      .bind(creator.userId)
      .all();
    expect(results).toHaveLength(1);
    expect((await me.get('user/notifications')).data.items).toHaveLength(1);

    // Announced again, whatever brings it about: nobody is told twice.
    const again = announceLive({ ...ctx, now: () => Date.now() + 5_000 }, stream);
    await commit(ctx, again.statements, { events: again.events });
    await settle();
    await drain();
    expect(calls).toHaveLength(1);
  });

  it('is told to nobody any more by mail or push once the stream is over', async () => {
    const [{ me }, creator] = [await subscribed(), await asCreator()];
    await choose(me.userId, { live: { email: true } });
    await followCreator(testContext(), actorOf(me), creator.userId);
    const id = await aStream(creator);
    const { ctx, sent, settle, consume, drain } = taskContext();
    const stream = { id, creatorId: creator.userId, title: '', visibility: 'public' } as const;
    const { statements, events } = announceLive(ctx, stream);
    await commit(ctx, statements, { events });
    await settle();
    const [page] = sent();
    if (!page) throw new Error('Nothing to fan out');
    await consume(page);
    expect(sent()).toHaveLength(3); // the page, a push, a mail
    await env.DB.prepare("UPDATE streams SET status = 'ended', ended_at = 1 WHERE id = ?").bind(id).run();
    const calls = outside(201);
    expect(await drain()).toHaveLength(3);
    expect(calls).toEqual([]);
    const { results } = await env.DB.prepare('SELECT 1 FROM mailbox WHERE recipient = ?').bind(me.email).all();
    expect(results).toEqual([]);
    expect((await me.get('user/notifications')).data.items).toMatchObject([{ kind: 'live' }]);
  });

  it('pushes a page once and goes on to the next, though every room is away', async () => {
    const [creator, { me }] = [await asCreator(), await subscribed()];
    await giveFollowers(creator.userId, MEMBERS_AT_ONCE);
    const follow = env.DB.prepare('INSERT INTO follows (follower_id, creator_id, created_at) VALUES (?, ?, 1)');
    await follow.bind(me.userId, creator.userId).run();
    for (let room = 0; room < 5; room += 1)
      await rememberRoom(testContext(), me.userId, await anOpenStream(await asCreator()));
    const queuedBefore: number[] = [];
    const rooms = () => {
      queuedBefore.push(sent().length);
      throw new Error('too many subrequests');
    };
    const { ctx, sent, consume } = taskContext({ rooms });
    const id = await aStream(creator);
    const { statements, events } = announceLive(ctx, {
      id,
      creatorId: creator.userId,
      title: '',
      visibility: 'public',
    });
    await commit(ctx, statements);
    const [event] = events;
    if (event?.kind !== 'task') throw new Error('Nothing to fan out');
    expect(await consume(event.task)).toMatchObject({ acked: [0], retried: [] });
    expect(queuedBefore).toEqual(Array(5).fill(2));
    expect(sent()).toMatchObject([
      { type: 'send-push', userId: me.userId },
      { type: 'fan-out-broadcast', broadcastId: id, after: [expect.any(Number), expect.any(String)] },
    ]);
  });

  it('whose page fails is gone over again', async () => {
    const { me } = await subscribed();
    const creator = await asCreator();
    await followCreator(testContext(), actorOf(me), creator.userId);
    const away = taskContext({ queues: { ...testContext().queues, tasks: queueThatIsAway as never } });
    const { ctx, sent, consume } = taskContext();
    const id = await aStream(creator);
    const stream = { id, creatorId: creator.userId, title: '', visibility: 'public' } as const;
    const { statements, events } = announceLive(ctx, stream);
    await commit(ctx, statements);
    const [event] = events;
    if (event?.kind !== 'task') throw new Error('Nothing to fan out');
    expect(await away.consume(event.task)).toMatchObject({ acked: [], retried: [{ index: 0 }] });
    expect(await consume(event.task)).toMatchObject({ acked: [0] });
    expect(sent()).toMatchObject([{ type: 'send-push', userId: me.userId, push: { id: stream.id } }]);
    expect(await consume({ ...event.task, broadcastId: newId() } as TaskMessage)).toMatchObject({ acked: [0] }); // one that has gone
  });
});
