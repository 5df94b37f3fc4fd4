/** Who is in a room and may no longer be: sessions that end, doors that close, names and ranks that change. */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { and, eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  appCode,
  asUserWithPassword,
  forgetMails,
  mailedCode,
  PASSWORD,
  travel,
  turnOnTwoFactor,
} from '#test/support/accounts';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { type Client, eventually, joinRoom, stubOf } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { aSubscriber, aTier } from '#test/support/subscriptions';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { watch } from '#test/support/watch';
import type { Pass } from '@/contracts/room';
import { outbox } from '@/db/outbox';
import { staffLog } from '@/domains/base/permissions/tables';
import { rememberRoom } from '@/domains/live/rooms/last-rooms';
import { readPass } from '@/domains/live/rooms/pass';
import { lastRooms } from '@/domains/live/rooms/tables';
import { subscriptions } from '@/domains/money/subscriptions/tables';
import { newSession } from '@/domains/people/auth/sessions';
import { authSessions } from '@/domains/people/auth/tables';
import { MESSAGE_PACE } from '@/room/pace';
import { newId } from '@/shared/ids';

const anyone = client();
const NEW_PASSWORD = 'a fresh pair of boots';
const SIGNED_OUT = { code: 4401, reason: 'SESSION_ENDED' };
const PASS_INVALID = { code: 4401, reason: 'PASS_INVALID' };

beforeEach(() => {
  standInForLiveKit();
});

/** Over HTTP; once the platform knows where the pass leads. */
async function passOf(person: Pick<Person, 'post'>, streamId: string): Promise<Pass> {
  const { data, error } = await person.post(`stream/${streamId}/join`);
  if (error) throw new Error(error.code);
  const pass = await readPass(testContext(), data.pass);
  if (!pass) throw new Error('The pass is not one');
  if (pass.viewer.kind === 'user') await eventually(() => isRemembered(pass.viewer.id, streamId));
  return pass;
}

async function isRemembered(userId: string, roomId: string): Promise<void> {
  const row = and(eq(lastRooms.userId, userId), eq(lastRooms.roomId, roomId));
  if ((await testContext().db.$count(lastRooms, row)) !== 1) throw new Error('Not remembered');
}

async function sit(person: Pick<Person, 'post'>, streamId: string): Promise<Client> {
  const pass = await passOf(person, streamId);
  const seat = await joinRoom(streamId, pass.viewer, { pass });
  await seat.welcome();
  return seat;
}

/** The same user on another device. */
async function elsewhere(person: Person): Promise<Person> {
  const { userId, email } = person;
  const user = { userId, email, verified: true, role: 'viewer', creatorStatus: 'NONE', staff: null } as const;
  const { insert, tokens, sessionId } = await newSession(testContext(), user, 'another');
  await insert;
  const { accessToken, refreshToken, token } = tokens;
  const own = client({ authorization: `Bearer ${accessToken}` });
  return { ...person, ...own, sessionId, accessToken, refreshToken, sessionToken: token };
}

async function reset({ email }: Person) {
  await forgetMails(email);
  await anyone.post('auth/forget-password/email-otp', { email });
  const otp = await mailedCode(email, 'code to reset');
  return anyone.post('auth/reset-password/email-otp', { email, otp, password: NEW_PASSWORD });
}

async function reuseRefreshToken({ refreshToken }: Person) {
  const second = await anyone.post('auth/refresh', { refreshToken });
  await anyone.post('auth/refresh', { refreshToken: second.data.refreshToken });
  travel(2_000);
  return anyone.post('auth/refresh', { refreshToken });
}

const changePassword = (by: Person) =>
  by.patch('viewer/password', { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });

describe('a seat closes', () => {
  it.each<[string, (me: Person, other: Person) => Promise<{ status: number }>]>([
    ['a sign-out', (me) => me.post('auth/sign-out')],
    ['a sign-out everywhere', (_, other) => other.post('auth/logout', { all: true })],
    ['its session being revoked', (me, other) => other.delete(`auth/sessions/${me.sessionId}`)],
    ['a new password', (_, other) => changePassword(other)],
    ['a reset of the password', reset],
    ['the deletion of the account', (_, other) => other.delete('user', { body: { password: PASSWORD } })],
    ['the reuse of a refresh token', reuseRefreshToken],
  ])('after %s, and its passes are void', async (_, act) => {
    const me = await asUserWithPassword();
    const id = await anOpenStream(await asCreator());
    const unused = await passOf(me, id);
    const seat = await sit(me, id);
    const resume = await seat.resumePass();
    await act(me, await elsewhere(me));
    expect(await seat.closed()).toEqual(SIGNED_OUT);
    for (const pass of [unused, resume])
      expect((await (await joinRoom(id, pass.viewer, { pass })).closed()).code).toBe(4401);
  });

  it('in each room that the user entered last', async () => {
    const me = await asViewer();
    const ids = [await anOpenStream(await asCreator()), await anOpenStream(await asCreator(), { status: 'scheduled' })];
    const seats = [];
    for (const id of ids) seats.push(await sit(me, id));
    await me.post('auth/sign-out');
    for (const seat of seats) expect(await seat.closed()).toEqual(SIGNED_OUT);
  });

  it('except that of the session which sets the new password, which can also reconnect', async () => {
    const me = await asUserWithPassword();
    const id = await anOpenStream(await asCreator());
    const [mine, other] = [await sit(me, id), await sit(await elsewhere(me), id)];
    expect((await changePassword(me)).status).toBe(200);
    expect(await other.closed()).toEqual(SIGNED_OUT);
    expect((await mine.say('still here')).type).toBe('ack');
    const pass = await mine.resumePass();
    await (await joinRoom(id, pass.viewer, { pass })).welcome();
  });

  it('also if the session ended before the room was remembered', async () => {
    const me = await asViewer();
    const id = await anOpenStream(await asCreator());
    const pass = await passOf(me, id);
    const ctx = testContext();
    await ctx.db.update(authSessions).set({ endedAt: 1 }).where(eq(authSessions.id, me.sessionId));
    const seat = await joinRoom(id, pass.viewer, { pass });
    await seat.welcome();
    await rememberRoom(ctx, me.userId, id, me.sessionId);
    expect(await seat.closed()).toEqual(SIGNED_OUT);
  });

  it('in the oldest of six rooms, and only there', async () => {
    const me = await asViewer();
    const ids: string[] = [];
    for (let room = 0; room < 6; room += 1) ids.push(await anOpenStream(await asCreator()));
    const seats: Client[] = [];
    for (const id of ids.slice(0, 5)) seats.push(await sit(me, id));
    const resume = await seats[0]?.resumePass();
    seats.push(await sit(me, ids[5] ?? ''));
    expect(await seats[0]?.closed()).toEqual({ code: 4429, reason: 'TOO_MANY_ROOMS' });
    expect(seats.slice(1).every((seat) => seat.isOpen())).toBe(true);
    if (!resume) throw new Error('No pass');
    expect(await (await joinRoom(ids[0] ?? '', resume.viewer, { pass: resume })).closed()).toEqual(PASS_INVALID);
  });
});

describe('a waiting room that is restricted', () => {
  async function waiting() {
    const [creator, follower, stranger] = [await asCreator(), await asViewer(), await asViewer()];
    const id = await anOpenStream(creator, { status: 'scheduled' });
    await follower.post(`social/follow/${creator.userId}`);
    const seats = {
      creator: await sit(creator, id),
      follower: await sit(follower, id),
      stranger: await sit(stranger, id),
      guest: await sit(anyone, id),
    };
    const change = async (visibility: string) => {
      const { status } = await creator.put(`sessions/${id}`, { visibility });
      expect(status).toBe(200);
    };
    return { id, creator, follower, seats, change };
  }

  it('to followers removes guests and users who do not follow', async () => {
    const { id, seats, change } = await waiting();
    const resume = await seats.stranger.resumePass();
    await change('followers');
    expect(await seats.guest.closed()).toEqual({ code: 4403, reason: 'FOLLOWERS_ONLY' });
    await eventually(async () => void (await runDurableObjectAlarm(stubOf(id))));
    expect(await seats.stranger.closed()).toEqual({ code: 4403, reason: 'FOLLOWERS_ONLY' });
    expect((await seats.follower.say('I follow')).type).toBe('ack');
    expect(seats.creator.isOpen()).toBe(true);
    expect((await (await joinRoom(id, resume.viewer, { pass: resume })).closed()).code).toBe(4401);
  });

  it('to the creator removes everyone else, even those who enter with an older pass', async () => {
    const { id, follower, seats, change } = await waiting();
    const unused = [await passOf(follower, id), await passOf(anyone, id)];
    await change('private');
    for (const seat of [seats.guest, seats.stranger, seats.follower])
      expect(await seat.closed()).toEqual({ code: 4404, reason: 'STREAM_NOT_FOUND' });
    expect((await seats.creator.say('alone')).type).toBe('ack');
    for (const pass of unused)
      expect([4401, 4404]).toContain((await (await joinRoom(id, pass.viewer, { pass })).closed()).code);
  });
});

describe('a relation that ends', () => {
  const removals = async (identity: string) => {
    const rows = await testContext().db.select({ event: outbox.event }).from(outbox);
    return rows.filter(({ event }) => event.kind === 'remove-participant' && event.identity === identity);
  };

  it('by an unfollow removes a viewer from a live room for followers, and from its video', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    await viewer.post(`social/follow/${creator.userId}`);
    const id = await anOpenStream(creator, { visibility: 'followers' });
    const seat = await sit(viewer, id);
    await viewer.delete(`social/follow/${creator.userId}`);
    expect(await seat.closed()).toEqual({ code: 4403, reason: 'FOLLOWERS_ONLY' });
    await eventually(async () => expect(await removals(viewer.userId)).toHaveLength(1));
    expect((await viewer.post(`stream/${id}/join`)).error.code).toBe('FOLLOWERS_ONLY');
  });

  it('by an unfollow removes a viewer from a waiting room for followers, but from no public room', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    await viewer.post(`social/follow/${creator.userId}`);
    const closed = await anOpenStream(creator, { visibility: 'followers', status: 'scheduled' });
    const open = await anOpenStream(creator, { status: 'scheduled' });
    const [seat, other] = [await sit(viewer, closed), await sit(viewer, open)];
    await viewer.delete(`social/follow/${creator.userId}`);
    expect((await seat.closed()).code).toBe(4403);
    expect((await other.say('still here')).type).toBe('ack');
  });

  it('by the end of a subscription removes a viewer from a room for subscribers', async () => {
    const creator = await asCreator();
    const viewer = await aSubscriber(creator, await aTier(creator), 100);
    const ctx = testContext();
    const id = await anOpenStream(creator, { visibility: 'subscribers' });
    const seat = await sit(viewer, id);
    await ctx.db
      .update(subscriptions)
      .set({ status: 'ended', dueAt: null, endedAt: 2, endedBecause: 'cancelled' })
      .where(eq(subscriptions.id, viewer.subscriptionId));
    await ctx.rooms(id).apply(newId(), { type: 'standing-changed', userId: viewer.userId });
    expect(await seat.closed()).toEqual({ code: 4403, reason: 'SUBSCRIBERS_ONLY' });
  });
});

/** Events about the user that rooms have still to hear. */
function waitingAbout(userId: string) {
  return testContext().db.all(sql`SELECT id FROM outbox WHERE event ->> '$.userId' = ${userId}`);
}

describe('an open socket', () => {
  it('shows a changed name and picture', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    const id = await anOpenStream(creator);
    const seat = await sit(viewer, id);
    await viewer.put('user/profile', { displayName: 'Zoë the Second' });
    await eventually(async () =>
      expect((await anyone.get(`stream/${id}/viewers`)).data.users).toMatchObject([{ displayName: 'Zoë the Second' }]),
    );
    await seat.say('hello');
    expect(await seat.next('new-message')).toMatchObject({ displayName: 'Zoë the Second' });
    const pass = await seat.renewedPass();
    expect(pass.viewer).toMatchObject({ displayName: 'Zoë the Second' });
  });

  it('reconnects under the new name with a resume pass from before', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    const id = await anOpenStream(creator);
    const seat = await sit(viewer, id);
    const pass = await seat.resumePass();
    await viewer.put('user/profile', { displayName: 'Zoë the Third' });
    await eventually(async () =>
      expect((await anyone.get(`stream/${id}/viewers`)).data.users).toMatchObject([{ displayName: 'Zoë the Third' }]),
    );
    const back = await joinRoom(id, pass.viewer, { pass });
    await back.welcome();
    await back.say('hello again');
    expect(await back.next('new-message')).toMatchObject({ displayName: 'Zoë the Third' });
  });

  it('shows a rank and a moderator’s badge only while they last', async () => {
    const [owner, creator, viewer] = [await asStaff('owner'), await asCreator(), await asUser({ twoFactor: true })];
    const id = await anOpenStream(creator);
    const seat = await sit(viewer, id);
    const badges = async (text: string) => {
      travel(MESSAGE_PACE.everyMs); // however often it is tried, it is not too fast
      await seat.say(text);
      return (await seat.next('new-message', (event) => event.text === text)).badges;
    };
    // One message a change: a person may send five at once.
    const becomes = async (expected: string[]) => {
      await eventually(async () => expect(await waitingAbout(viewer.userId)).toEqual([]));
      expect(await badges(newId())).toEqual(expected);
    };
    await owner.put(`admin/staff/${viewer.userId}`, { rank: 'support' });
    await becomes(['staff']);
    await creator.put(`stream/moderators/${viewer.userId}`);
    await becomes(['moderator', 'staff']);
    await owner.put(`admin/staff/${viewer.userId}`, { rank: null });
    await becomes(['moderator']);
    await creator.delete(`stream/moderators/${viewer.userId}`);
    await becomes([]);
  });

  it('of staff in a private room closes when their permission to be there ends', async () => {
    const [owner, creator, overseer] = [await asStaff('owner'), await asCreator(), await asStaff('admin_l1')];
    const id = await anOpenStream(creator, { visibility: 'private' });
    const seat = await sit(overseer, id);
    await owner.put(`admin/staff/${overseer.userId}`, { rank: 'support' });
    expect(await seat.closed()).toEqual({ code: 4404, reason: 'STREAM_NOT_FOUND' });
  });

  it('of staff in a private room closes when they turn two-factor authentication off', async () => {
    const [creator, overseer] = [await asCreator(), await asUserWithPassword({ rank: 'admin_l1', twoFactor: false })];
    const { secret } = await turnOnTwoFactor(overseer);
    const id = await anOpenStream(creator, { visibility: 'private' });
    const seat = await sit(overseer, id);
    await overseer.post('auth/2fa/disable', { password: PASSWORD, code: appCode(secret) });
    expect(await seat.closed()).toEqual({ code: 4404, reason: 'STREAM_NOT_FOUND' });
  });
});

describe('a change of what rooms know of a user', () => {
  const about = (userId: string, events: readonly { kind: string }[]) =>
    events.filter((event) => event.kind === 'user-changed' && 'userId' in event && event.userId === userId).length;

  it('is sent once, and never if nothing changed', async () => {
    const [owner, me] = [await asStaff('owner'), await asViewer()];
    const writes = [
      { by: me, method: 'PUT', path: 'user/profile', body: { displayName: 'Another' } },
      { by: me, method: 'PUT', path: 'user/profile', body: { country: 'DE' } },
      { by: owner, method: 'PUT', path: `admin/staff/${me.userId}`, body: { rank: 'support' } },
      { by: owner, method: 'PUT', path: `admin/user/${me.userId}/country`, body: { country: 'AT', reason: 'Moved' } },
    ] as const;
    for (const write of writes)
      expect([about(me.userId, (await watch(write)).events), about(me.userId, (await watch(write)).events)]).toEqual([
        1, 0,
      ]);
    expect(
      about(me.userId, (await watch({ by: me, method: 'PUT', path: 'user/profile', body: { bio: 'Hi' } })).events),
    ).toBe(0);
    expect(about(me.userId, (await watch({ by: me, method: 'POST', path: 'auth/sign-out' })).events)).toBe(1);
  });
});

describe('staff where a viewer could not enter', () => {
  const entriesOf = ({ userId }: Person) =>
    testContext()
      .db.select()
      .from(staffLog)
      .where(and(eq(staffLog.staffId, userId), eq(staffLog.action, 'room.enter')));

  it('are logged once per pass, and not in rooms that anyone may enter', async () => {
    const [creator, overseer] = [await asCreator(), await asStaff('admin_l1')];
    const hidden = await anOpenStream(creator, { visibility: 'private' });
    const open = await anOpenStream(creator, { status: 'scheduled' });
    const pass = await passOf(overseer, hidden);
    const seat = await joinRoom(hidden, pass.viewer, { pass });
    const resume = await seat.resumePass();
    await (await joinRoom(hidden, resume.viewer, { pass: resume })).welcome();
    await passOf(overseer, open);
    expect(await entriesOf(overseer)).toMatchObject([
      { id: pass.id, targetType: 'stream', targetId: hidden, after: { visibility: 'private', keptOut: null } },
    ]);
    expect((await overseer.post('viewer/token', { streamId: hidden })).status).toBe(200);
    expect(await entriesOf(overseer)).toHaveLength(2);
  });

  it('are logged with what keeps them out: a ban, a block', async () => {
    const [creator, overseer] = [await asCreator(), await asStaff('admin_l1')];
    const id = await anOpenStream(creator);
    await creator.post(`social/block/${overseer.userId}`);
    await passOf(overseer, id);
    expect(await entriesOf(overseer)).toMatchObject([{ after: { visibility: 'public', keptOut: 'blocked' } }]);
  });

  it('enter a room from which they are banned, stay when they are banned again, and cannot write there', async () => {
    const [owner, creator, person] = [await asStaff('owner'), await asCreator(), await asUser({ twoFactor: true })];
    const id = await anOpenStream(creator);
    const ban = { action: 'ban', userId: person.userId } as const;
    await creator.post(`stream/${id}/moderation`, ban);
    await owner.put(`admin/staff/${person.userId}`, { rank: 'admin_l1' });
    const seat = await sit(person, id);
    await owner.post(`stream/${id}/moderation`, { ...ban, action: 'unban' });
    await owner.post(`stream/${id}/moderation`, ban);
    await seat.next('user-banned');
    expect((await seat.say('Hello')).code).toBe('BANNED');

    await owner.put(`admin/staff/${person.userId}`, { rank: null });
    expect(await seat.closed()).toEqual({ code: 4403, reason: 'BANNED' });
  });

  it('are refused like anyone else without the permission to oversee rooms', async () => {
    const creator = await asCreator();
    const id = await anOpenStream(creator, { visibility: 'private' });
    const support = await asStaff('support');
    const denied = await asStaff('admin_l2', { denied: ['canKickUsers', 'canReviewReports'] });
    for (const person of [support, denied])
      expect((await person.post(`stream/${id}/join`)).error.code).toBe('STREAM_NOT_FOUND');
    const granted = await asStaff('support', { granted: ['canReviewReports'] });
    await passOf(granted, id);
    expect(await entriesOf(granted)).toHaveLength(1);
    expect(await entriesOf(support)).toEqual([]);
  });
});
