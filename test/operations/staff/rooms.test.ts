/** Staff in any room: they kick, edit, close and cancel, within their reach, and every act is logged. */
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { eventually, joinRoom } from '#test/support/rooms';
import { anOpenStream, aStream } from '#test/support/streams';
import { aRoom, comeIn } from '#test/support/user-rooms';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { staffLog } from '@/domains/base/permissions/tables';
import { readPass } from '@/domains/live/rooms/pass';
import { newId } from '@/shared/ids';

beforeEach(() => {
  standInForLiveKit();
});

async function sit(person: Person, id: string) {
  const pass = await readPass(testContext(), (await person.post(`stream/${id}/join`)).data.pass);
  if (!pass) throw new Error('The pass is not one');
  const seat = await joinRoom(id, pass.viewer, { pass });
  await seat.welcome();
  return seat;
}

const actsOf = ({ userId }: Person) =>
  testContext()
    .db.select({ action: staffLog.action, outcome: staffLog.outcome, reason: staffLog.reason, after: staffLog.after })
    .from(staffLog)
    .where(eq(staffLog.staffId, userId))
    .orderBy(staffLog.id);

const heard = async (person: Person) =>
  (await person.get('user/notifications')).data.items.filter(({ kind }: { kind: string }) => kind === 'stream-stopped');

describe('POST /admin/room/:id/kick', () => {
  it('takes a person out of any room, who hears why, and is logged for a moderator of it too', async () => {
    const [creator, staff, viewer] = [await asCreator(), await asStaff('admin_l1'), await asViewer()];
    const id = await anOpenStream(creator);
    await creator.put(`stream/moderators/${staff.userId}`);
    const seat = await sit(viewer, id);
    const body = { userId: viewer.userId, reason: 'Flooding.' };
    expect((await staff.post(`admin/room/${id}/kick`, body)).status).toBe(200);
    expect(await seat.next('user-kicked')).toMatchObject({ reason: 'Flooding.' });
    expect(await actsOf(staff)).toMatchObject([{ action: 'room.kick', outcome: 'done', reason: 'Flooding.' }]);
  });

  it('reaches neither the host, nor an equal rank, nor a room that is over or not there', async () => {
    const [creator, staff, equal] = [await asCreator(), await asStaff('admin_l1'), await asStaff('admin_l1')];
    const [id, over] = [await anOpenStream(creator), await aStream(await asCreator(), { status: 'ended' })];
    const kick = async (room: string, userId: string) =>
      (await staff.post(`admin/room/${room}/kick`, { userId })).error.code;
    expect(await kick(id, creator.userId)).toBe('OUT_OF_YOUR_REACH');
    expect(await kick(id, equal.userId)).toBe('OUT_OF_YOUR_REACH');
    expect(await kick(id, 'nobody')).toBe('USER_NOT_FOUND');
    expect(await kick(over, (await asViewer()).userId)).toBe('STREAM_ENDED');
    expect(await kick(newId(), creator.userId)).toBe('STREAM_NOT_FOUND');
    expect((await actsOf(staff)).every(({ outcome }) => outcome === 'refused')).toBe(true);
  });
});

describe('PUT /admin/session/:id/cancel', () => {
  it.each([
    ['scheduled', 'cancelled'],
    ['live', 'ended'],
  ] as const)('makes a %s session %s, once, and tells its host why', async (status, after) => {
    const [creator, staff] = [await asCreator(), await asStaff('admin_l2')];
    const id = await anOpenStream(creator, { status });
    const cancel = () => staff.put(`admin/session/${id}/cancel`, { reason: 'Not allowed here.' });
    const answers = await Promise.all([cancel(), cancel()]);
    expect(answers.map((answer) => [answer.status, answer.data.status])).toEqual([
      [200, after],
      [200, after],
    ]);
    expect((await cancel()).data.status).toBe(after);
    await eventually(async () => expect(await heard(creator)).toMatchObject([{ body: 'Not allowed here.' }]));
    expect(await actsOf(staff)).toMatchObject([{ action: 'session.cancel', after: { status: after } }]);
  });

  it('reaches the sessions of a suspended creator, whose room can be edited too', async () => {
    const [creator, staff] = [await asCreator(), await asStaff('admin_l2')];
    const id = await anOpenStream(creator, { status: 'scheduled', title: 'Rude words' });
    const until = new Date(Date.now() + 86_400_000).toISOString();
    await staff.put(`admin/user/${creator.userId}/status`, { status: 'suspended', until, reason: 'Spam.' });
    expect((await staff.put(`admin/room/${id}`, { title: 'A show' })).data).toMatchObject({ title: 'A show' });
    expect((await staff.put(`admin/session/${id}/cancel`, {})).data).toMatchObject({ status: 'cancelled' });
  });

  it('needs the permission and reach on the host', async () => {
    const id = await anOpenStream(await asCreator({ country: 'FR' }));
    const admin = await asStaff('country_admin', { country: 'DE' });
    expect((await admin.put(`admin/session/${id}/cancel`, {})).error.code).toBe('STAFF_OUT_OF_REACH');
    const helper = await asStaff('admin_l1');
    expect((await helper.put(`admin/session/${id}/cancel`, {})).error.code).toBe('PERMISSION_REQUIRED');
    const owner = await asStaff('owner');
    expect((await owner.put(`admin/session/${newId()}/cancel`, {})).error.code).toBe('STREAM_NOT_FOUND');
    expect((await owner.get(`stream/${id}`)).data.status).toBe('live');
  });
});

describe('PUT /admin/room/:id', () => {
  it('changes title and chat as the host could, tells the room, and logs what was there before', async () => {
    const [creator, staff] = [await asCreator(), await asStaff('admin_l2')];
    const id = await anOpenStream(creator, { title: 'Rude words' });
    const seat = await sit(await asViewer(), id);
    const body = { title: 'A show', thumbnailUrl: null, chat: { slowModeSeconds: 30 }, reason: 'Rude title.' };
    expect((await staff.put(`admin/room/${id}`, body)).data).toMatchObject({ title: 'A show' });
    await seat.next('stream-updated', (event) => event.title === 'A show');
    await staff.put(`admin/room/${id}`, body);
    expect(await actsOf(staff)).toMatchObject([
      { action: 'room.edit', reason: 'Rude title.', after: { title: 'A show', thumbnailUrl: null } },
      { action: 'room.chat', after: { slowModeSeconds: 30 } },
    ]);
  });

  it('closes a room', async () => {
    const [creator, staff] = [await asCreator(), await asStaff('admin_l2')];
    const id = await anOpenStream(creator);
    const { data } = await staff.put(`admin/room/${id}`, { status: 'closed', reason: 'Enough.' });
    expect(data.status).toBe('ended');
    expect((await staff.put(`admin/room/${id}`, { title: 'Late' })).error.code).toBe('STREAM_ENDED');
    await eventually(async () => expect(await heard(creator)).toMatchObject([{ body: 'Enough.' }]));
  });

  it.each([
    [{ status: 'open' }, 'status'],
    [{ thumbnailUrl: 'https://elsewhere.test/x.png' }, 'thumbnailUrl'],
    [{ title: '' }, 'title'],
  ])('%j is 422', async (body, path) => {
    const [staff, id] = [await asStaff('admin_l2'), await anOpenStream(await asCreator())];
    expect((await staff.put(`admin/room/${id}`, body)).error.details).toMatchObject([{ path }]);
  });

  it('of staff is closed to an equal rank', async () => {
    const [staff, id] = [await asStaff('admin_l2'), await anOpenStream(await asCreator({ rank: 'admin_l2' }))];
    expect((await staff.put(`admin/room/${id}`, { title: 'Mine' })).error.code).toBe('STAFF_OUT_OF_REACH');
  });
});

describe("staff in a user's room", () => {
  it('change its title, topic and privacy, tell the room, and are logged', async () => {
    const [host, staff, viewer] = [await asViewer(), await asStaff('admin_l2'), await asViewer()];
    const { id } = await aRoom(host, { title: 'Rude words', topic: 'Insults' });
    const [mine, seat] = [await comeIn(host, id), await comeIn(viewer, id)];
    const body = { title: 'A room', topic: null, isPrivate: true, reason: 'Rude title.' };
    const { status, data } = await staff.put(`admin/room/${id}`, body);
    expect([status, data]).toMatchObject([200, { id, title: 'A room', topic: null, isPrivate: true, status: 'open' }]);
    await mine.next('room-updated', ({ title }) => title === 'A room');
    await seat.closed();
    await staff.put(`admin/room/${id}`, body);
    expect(await actsOf(staff)).toMatchObject([
      { action: 'room.edit', outcome: 'done', reason: 'Rude title.', after: { title: 'A room', isPrivate: true } },
    ]);
    expect((await staff.put(`admin/room/${id}`, { chat: {} })).error.details).toMatchObject([{ path: 'chat' }]);
    const streamId = await anOpenStream(await asCreator());
    expect((await staff.put(`admin/room/${streamId}`, { topic: 'x' })).error.details).toMatchObject([
      { path: 'topic' },
    ]);
  });

  it('close it once, and its host hears why', async () => {
    const [host, staff] = [await asViewer(), await asStaff('admin_l2')];
    const { id } = await aRoom(host);
    const mine = await comeIn(host, id);
    const close = () => staff.put(`admin/room/${id}`, { status: 'closed', reason: 'Enough.' });
    const answers = await Promise.all([close(), close()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await close()).data).toMatchObject({ status: 'closed', closeReason: 'staff' });
    expect(await mine.next('room-closed')).toMatchObject({ reason: 'staff' });
    await eventually(async () => expect(await heard(host)).toMatchObject([{ body: 'Enough.' }]));
    expect(await actsOf(staff)).toMatchObject([{ action: 'room.close', outcome: 'done' }]);
    expect((await staff.put(`admin/room/${id}`, { title: 'Late' })).error.code).toBe('ROOM_CLOSED');
  });

  it('reach neither an equal rank nor another country', async () => {
    const [equal, elsewhere] = [await asStaff('admin_l2'), await asUser({ country: 'FR' })];
    const [staff, admin] = [await asStaff('admin_l2'), await asStaff('country_admin', { country: 'DE' })];
    const [one, other] = [await aRoom(equal), await aRoom(elsewhere)];
    expect((await staff.put(`admin/room/${one.id}`, { title: 'Mine' })).error.code).toBe('STAFF_OUT_OF_REACH');
    expect((await admin.put(`admin/room/${other.id}`, { status: 'closed' })).error.code).toBe('STAFF_OUT_OF_REACH');
    expect((await staff.put(`admin/room/${newId()}`, { title: 'Nothing' })).error.code).toBe('STREAM_NOT_FOUND');
  });

  it('kick people out of it, but not its host', async () => {
    const [host, staff, viewer] = [await asViewer(), await asStaff('admin_l1'), await asViewer()];
    const { id } = await aRoom(host);
    const seat = await comeIn(viewer, id);
    const kick = (userId: string) => staff.post(`admin/room/${id}/kick`, { userId, reason: 'Flooding.' });
    expect((await kick(viewer.userId)).status).toBe(200);
    expect(await seat.next('user-kicked')).toMatchObject({ reason: 'Flooding.' });
    expect((await kick(host.userId)).error.code).toBe('OUT_OF_YOUR_REACH');
  });
});
