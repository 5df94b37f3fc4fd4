/** Staff ban, suspend and lift: once, within their reach, and with all that follows. */
import { and, eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { recordingContext } from '#test/support/outbox';
import { sweepOut } from '#test/support/queues';
import { eventually, joinRoom } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { type Write, watch } from '#test/support/watch';
import { decisions } from '@/domains/base/decisions/tables';
import { staffLog } from '@/domains/base/permissions/tables';
import { users } from '@/domains/base/users/tables';
import { readPass } from '@/domains/live/rooms/pass';
import { lastRooms } from '@/domains/live/rooms/tables';
import { endStream } from '@/domains/live/streams/end-stream';
import { goLive } from '@/domains/live/streams/go-live';
import { streams } from '@/domains/live/streams/tables';
import { endSuspensions } from '@/domains/operations/bans/end-suspensions';
import { DAY_MS, HOUR_MS, toIso } from '@/shared/time';

const REASON = 'You threatened another user.';
const BAN = { status: 'banned', reason: REASON } as const;
const LIFT = { status: 'active', reason: 'We were wrong.' } as const;

beforeEach(() => {
  standInForLiveKit();
});

const suspended = (ms = 7 * DAY_MS) => ({ status: 'suspended', until: toIso(Date.now() + ms), reason: REASON });
const put = (staff: Person, userId: string, body: unknown) => staff.put(`admin/user/${userId}/status`, body);
const decisionsOn = (userId: string) =>
  testContext().db.select().from(decisions).where(eq(decisions.subjectId, userId)).orderBy(decisions.id);
const rowOf = (userId: string) => testContext().db.select().from(users).where(eq(users.id, userId)).get();

async function sit(person: Pick<Person, 'post' | 'userId'>, streamId: string) {
  const { data } = await person.post(`stream/${streamId}/join`);
  const pass = await readPass(testContext(), data.pass);
  if (!pass) throw new Error('No pass');
  await eventually(async () => {
    const row = and(eq(lastRooms.userId, person.userId), eq(lastRooms.roomId, streamId));
    if ((await testContext().db.$count(lastRooms, row)) !== 1) throw new Error('Not remembered');
  });
  const seat = await joinRoom(streamId, pass.viewer, { pass });
  await seat.welcome();
  return seat;
}

describe('a ban', () => {
  it('is a decision that is logged with its reason, and ends every session', async () => {
    const [staff, user] = [await asStaff('admin_l2'), await asViewer()];
    const { status, data } = await put(staff, user.userId, { ...BAN, rule: 'harassment' });
    expect(status).toBe(200);
    expect(data).toMatchObject({ status: 'banned', until: null, reason: REASON, user: { id: user.userId } });
    expect(await decisionsOn(user.userId)).toMatchObject([
      { id: data.decisionId, action: 'ban', rule: 'harassment', reason: REASON, staffId: staff.userId, until: null },
    ]);
    const logged = await testContext().db.select().from(staffLog).where(eq(staffLog.targetId, user.userId));
    expect(logged).toMatchObject([
      {
        action: 'user.status',
        staffId: staff.userId,
        before: { status: 'active', until: null },
        after: { status: 'banned', until: null, decisionId: data.decisionId },
        reason: REASON,
      },
    ]);
    expect(
      (await user.get('user/settings', { headers: { authorization: `Bearer ${user.sessionToken}` } })).status,
    ).toBe(401);
    expect((await user.get(`users/${user.userId}`)).status).toBe(404);
  });

  it.each<[string, () => Write['body']]>([
    ['banned', () => BAN],
    ['active', () => LIFT],
  ])('to %s twice changes nothing the second time', async (_, body) => {
    const [staff, user] = [await asStaff('admin_l2'), await asViewer()];
    const write: Write = { by: staff, method: 'PUT', path: `admin/user/${user.userId}/status`, body: body() };
    await watch(write);
    expect(await watch(write)).toMatchObject({ status: 200, events: [], rooms: [], rowsWritten: 0 });
  });

  it('set by two members of staff at once is one decision', async () => {
    const [one, other, user] = [await asStaff('admin_l2'), await asStaff('admin_l3'), await asViewer()];
    const answers = await Promise.all([put(one, user.userId, BAN), put(other, user.userId, suspended())]);
    const made = await decisionsOn(user.userId);
    expect(made.length).toBe(answers.filter(({ status }) => status === 200).length);
    expect((await rowOf(user.userId))?.banDecisionId).toBe(made.at(-1)?.id);
    for (const { status, error } of answers) if (status !== 200) expect(error.code).toBe('STATUS_CHANGED');
  });

  it.each<[string, () => Promise<[Person, string]>, string]>([
    ['on oneself', async () => [await asStaff('admin_l2'), ''], 'STAFF_OUT_OF_REACH'],
    [
      'on an equal rank',
      async () => [await asStaff('admin_l2'), (await asStaff('admin_l2')).userId],
      'STAFF_OUT_OF_REACH',
    ],
    [
      'on a higher rank',
      async () => [await asStaff('admin_l2'), (await asStaff('owner')).userId],
      'STAFF_OUT_OF_REACH',
    ],
    [
      'abroad, by a country admin',
      async () => [await asStaff('country_admin', { country: 'DE' }), (await asUser({ country: 'FR' })).userId],
      'STAFF_OUT_OF_REACH',
    ],
    ['by a lower rank', async () => [await asStaff('admin_l1'), (await asViewer()).userId], 'PERMISSION_REQUIRED'],
    ['by support', async () => [await asStaff('support'), (await asViewer()).userId], 'PERMISSION_REQUIRED'],
  ])('%s is refused', async (_, people, code) => {
    const [staff, given] = await people();
    const userId = given === '' ? staff.userId : given;
    const { status, error } = await put(staff, userId, BAN);
    expect([status, error.code]).toEqual([403, code]);
    expect(await decisionsOn(userId)).toEqual([]);
  });

  it('of an unknown user or a deleted account is 404', async () => {
    const [staff, user] = [await asStaff('owner'), await asViewer()];
    await testContext().db.update(users).set({ status: 'deleted' }).where(eq(users.id, user.userId));
    for (const id of [user.userId, 'nobody'])
      expect((await put(staff, id, BAN)).error.code).toBe('STAFF_USER_NOT_FOUND');
  });

  it.each([
    ['a suspension without an end', { status: 'suspended', reason: REASON }],
    ['a suspension until yesterday', { ...BAN, status: 'suspended', until: toIso(Date.now() - DAY_MS) }],
    ['a suspension for two years', { ...BAN, status: 'suspended', until: toIso(Date.now() + 730 * DAY_MS) }],
    ['a ban with an end', { ...BAN, until: toIso(Date.now() + DAY_MS) }],
    ['no reason', { status: 'banned', reason: ' ' }],
    ['a lift that deletes messages', { ...LIFT, deleteMessages: true }],
  ])('with %s is 422', async (_, body) => {
    const [staff, user] = [await asStaff('admin_l2'), await asViewer()];
    if ('deleteMessages' in body) await put(staff, user.userId, BAN);
    expect((await put(staff, user.userId, body)).status).toBe(422);
  });
});

describe('an offender', () => {
  it('leaves the room at once, with what they wrote if staff say so', async () => {
    const [staff, user, friend] = [await asStaff('admin_l2'), await asViewer(), await asViewer()];
    const streamId = await anOpenStream(await asCreator());
    const [seat, beside] = [await sit(user, streamId), await sit(friend, streamId)];
    expect(await seat.say('I will find you')).toMatchObject({ type: 'ack' });
    await put(staff, user.userId, { ...BAN, deleteMessages: true });
    expect((await seat.closed()).code).toBe(4401);
    expect(await beside.next('user-banned')).toMatchObject({ userId: user.userId, messagesDeleted: true });
    expect((await friend.get(`stream/chat/${streamId}`)).data.items).toMatchObject([{ text: '', deleted: true }]);
    expect(beside.isOpen()).toBe(true);
  });

  it('is deleted in rooms whose stream has ended, and by a later request too', async () => {
    const [staff, user, creator] = [await asStaff('admin_l2'), await asViewer(), await asCreator()];
    const streamId = await anOpenStream(creator);
    expect(await (await sit(user, streamId)).say('I will find you')).toMatchObject({ type: 'ack' });
    await put(staff, user.userId, BAN);
    const ctx = testContext();
    await endStream(ctx, streamId, 'creator');
    await ctx.settle();
    const write: Write = {
      by: staff,
      method: 'PUT',
      path: `admin/user/${user.userId}/status`,
      body: { ...BAN, deleteMessages: true },
    };
    await watch(write);
    await eventually(async () => {
      const { messages } = await testContext().rooms(streamId).history(null, 10);
      expect(messages).toMatchObject([{ text: '', deleted: true }]);
    });
    expect(await decisionsOn(user.userId)).toHaveLength(1);
  });

  it('is removed from the video also if they only asked for its token', async () => {
    const [staff, user] = [await asStaff('admin_l2'), await asViewer()];
    const streamId = await anOpenStream(await asCreator());
    expect((await user.post('viewer/token', { streamId })).status).toBe(200);
    await eventually(async () => {
      const row = and(eq(lastRooms.userId, user.userId), eq(lastRooms.roomId, streamId));
      expect(await testContext().db.$count(lastRooms, row)).toBe(1);
    });
    const write: Write = { by: staff, method: 'PUT', path: `admin/user/${user.userId}/status`, body: BAN };
    await watch(write);
    await eventually(async () => {
      const denied = sql`SELECT 1 FROM video_denials WHERE viewer_id = ${user.userId}`;
      expect(await testContext().db.all(denied)).toHaveLength(1);
    });
  });

  it('who was live is no longer live, and cannot start again', async () => {
    const [staff, creator] = [await asStaff('admin_l2'), await asCreator()];
    const streamId = await anOpenStream(creator);
    const prepared = await anOpenStream(creator, { status: 'scheduled' });
    await put(staff, creator.userId, BAN);
    await eventually(async () => {
      const row = await testContext().db.select().from(streams).where(eq(streams.id, streamId)).get();
      expect(row?.status).toBe('ended');
    });
    // A request that the guard let through just before the ban.
    await expect(goLive(testContext(), prepared)).rejects.toMatchObject({ code: 'CHANGED_MEANWHILE' });
  });

  it('who is lifted is seen and can sign in again', async () => {
    const [staff, user, friend] = [await asStaff('admin_l2'), await asViewer(), await asViewer()];
    await put(staff, user.userId, BAN);
    expect((await friend.get(`users/${user.userId}`)).status).toBe(404);
    const { data } = await put(staff, user.userId, LIFT);
    expect(data).toMatchObject({ status: 'active', until: null, reason: null, decisionId: null });
    expect((await friend.get(`users/${user.userId}`)).status).toBe(200);
    expect((await decisionsOn(user.userId)).map(({ action }) => action)).toEqual(['ban', 'lift']);
    expect(await rowOf(user.userId)).toMatchObject({ bannedAt: null, bannedUntil: null, banDecisionId: null });
  });
});

describe('a suspension', () => {
  it('can become longer, and a ban, and a suspension again: each is one decision', async () => {
    const [staff, user] = [await asStaff('admin_l2'), await asViewer()];
    for (const body of [suspended(DAY_MS), suspended(3 * DAY_MS), BAN, suspended(2 * DAY_MS)])
      expect((await put(staff, user.userId, body)).status).toBe(200);
    const made = await decisionsOn(user.userId);
    expect(made.map(({ action }) => action)).toEqual(['timeout', 'timeout', 'ban', 'timeout']);
    expect(await rowOf(user.userId)).toMatchObject({
      bannedAt: made[0]?.createdAt,
      bannedUntil: made[3]?.until,
      banDecisionId: made[3]?.id,
    });
  });

  it('ends by itself, once, and the user is told', async () => {
    const [staff, user, other] = [await asStaff('admin_l2'), await asViewer(), await asViewer()];
    await put(staff, user.userId, suspended(HOUR_MS));
    await put(staff, other.userId, suspended(3 * HOUR_MS));
    const { ctx, events } = recordingContext({ now: () => Date.now() + 2 * HOUR_MS });
    await Promise.all([sweepOut(endSuspensions, ctx), sweepOut(endSuspensions, ctx)]);
    expect((await rowOf(user.userId))?.status).toBe('active');
    expect((await rowOf(other.userId))?.status).toBe('banned');
    const told = events.filter((event) => event.kind === 'notify');
    expect(told).toMatchObject([{ notification: { userId: user.userId, data: { outcome: 'suspension-over' } } }]);
  });
});
