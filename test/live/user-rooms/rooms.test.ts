/** Opening, joining and closing rooms of users. */
import { beforeEach, expect, it } from 'vitest';
import { type LiveKitStandIn, standInForLiveKit } from '#test/support/livekit';
import { aRoom, comeIn } from '#test/support/user-rooms';
import { asUser, asViewer } from '#test/support/users';
import { newId } from '@/shared/ids';

let livekit: LiveKitStandIn;
beforeEach(() => {
  livekit = standInForLiveKit();
});

it('opens a room whose host joins it with a token for its voice', async () => {
  const host = await asViewer();
  const room = await aRoom(host, { title: 'Late tea', topic: 'Tea', language: 'en-gb' });
  expect(room).toMatchObject({ title: 'Late tea', topic: 'Tea', language: 'en-GB', status: 'open', speakers: [] });
  expect(room.host.id).toBe(host.userId);
  const seat = await comeIn(host, room.id);
  expect(seat.answer.you).toEqual({ host: true, coHost: false, speaker: true, moderator: true });
  expect(await seat.welcome()).toMatchObject({ streamId: room.id, status: 'live', title: 'Late tea' });
  expect(livekit.joinWith(seat.answer.media?.token ?? '')).toMatchObject({
    room: room.id,
    identity: host.userId,
    attributes: { stage: 'on' },
  });
});

it('tells everyone that the room closed, and closes their sockets and the voice', async () => {
  const [host, guest] = [await asViewer(), await asViewer()];
  const room = await aRoom(host);
  const seat = await comeIn(guest, room.id);
  await seat.welcome();
  expect((await guest.post(`rooms/${room.id}/close`)).error.code).toBe('HOST_ONLY');
  expect((await host.post(`rooms/${room.id}/close`)).data).toMatchObject({ status: 'closed', closeReason: 'host' });
  expect((await host.post(`rooms/${room.id}/close`)).data.status).toBe('closed');
  expect(await seat.next('room-closed')).toMatchObject({ reason: 'host' });
  expect(await seat.closed()).toEqual({ code: 4404, reason: 'ROOM_CLOSED' });
  expect((await guest.post(`rooms/${room.id}/join`)).error.code).toBe('ROOM_CLOSED');
  expect(livekit.callsOf('RoomService/DeleteRoom')).toEqual([{ room: room.id }]);
});

it('lets a user have three open rooms, and another once one is closed', async () => {
  const host = await asViewer();
  const [first] = [await aRoom(host), await aRoom(host), await aRoom(host)];
  const fourth = await host.post('rooms', { title: 'A fourth' });
  expect([fourth.status, fourth.error.code]).toEqual([409, 'TOO_MANY_ROOMS']);
  await host.post(`rooms/${first.id}/close`);
  expect((await host.post('rooms', { title: 'A fourth' })).status).toBe(201);
});

it('answers that a room closed only if it did, when its host hands it over at the same time', async () => {
  const [creator, host, heir] = [await asViewer(), await asViewer(), await asViewer()];
  for (let round = 0; round < 5; round += 1) {
    const { id } = await aRoom(creator);
    await Promise.all([(await comeIn(host, id)).welcome(), (await comeIn(heir, id)).welcome()]);
    await creator.put(`rooms/${id}/host`, { userId: host.userId });
    const [closed] = await Promise.all([
      host.post(`rooms/${id}/close`),
      host.put(`rooms/${id}/host`, { userId: heir.userId }),
    ]);
    if (closed.status === 200) expect(closed.data.status).toBe('closed');
    else expect(['ROOM_CHANGED', 'HOST_ONLY']).toContain(closed.error.code);
    await creator.post(`rooms/${id}/close`);
  }
});

it('lets whoever opened a room close it after handing it over', async () => {
  const [creator, heir] = [await asViewer(), await asViewer()];
  const { id } = await aRoom(creator);
  await (await comeIn(heir, id)).welcome();
  expect((await creator.put(`rooms/${id}/host`, { userId: heir.userId })).data.host.id).toBe(heir.userId);
  expect((await creator.put(`rooms/${id}`, { title: 'Mine' })).error.code).toBe('HOST_ONLY');
  expect((await creator.post(`rooms/${id}/close`)).data.status).toBe('closed');
});

it('lets whoever opened a room close it, even if its new host blocks them', async () => {
  const [opener, host] = [await asViewer(), await asViewer()];
  const { id } = await aRoom(opener, { isPrivate: true });
  await opener.put(`rooms/${id}/members/${host.userId}`, {});
  await (await comeIn(host, id)).welcome();
  await opener.put(`rooms/${id}/host`, { userId: host.userId });
  await host.post(`social/block/${opener.userId}`);
  expect((await opener.get(`rooms/${id}`)).status).toBe(404);
  expect((await opener.post(`rooms/${id}/close`)).data).toMatchObject({ status: 'closed', closeReason: 'host' });
  expect((await (await asViewer()).post(`rooms/${id}/close`)).error.code).toBe('ROOM_NOT_FOUND');
});

it('says whether a new host exists before whether they are there', async () => {
  const host = await asViewer();
  const { id } = await aRoom(host);
  expect((await host.put(`rooms/${id}/host`, { userId: newId() })).error.code).toBe('USER_NOT_FOUND');
  expect((await host.put(`rooms/${id}/host`, { userId: (await asViewer()).userId })).error.code).toBe('NOT_IN_ROOM');
});

it('hides from strangers that a private room exists, also where it is moderated', async () => {
  const [host, stranger] = [await asViewer(), await asViewer()];
  const { id } = await aRoom(host, { isPrivate: true });
  const kick = { action: 'kick', userId: host.userId };
  for (const roomId of [id, newId()]) {
    expect((await stranger.get(`stream/${roomId}/moderation`)).error.code).toBe('STREAM_NOT_FOUND');
    expect((await stranger.post(`stream/${roomId}/moderation`, kick)).error.code).toBe('STREAM_NOT_FOUND');
  }
});

it('takes a queue of videos of a bounded size, and at a bounded pace', async () => {
  const host = await asViewer();
  const { id } = await aRoom(host);
  const queueOf = (count: number, characters: number) =>
    Array.from({ length: count }, (_, index) => ({
      videoUrl: `https://films.example/${index}/${'a'.repeat(characters)}.mp4`,
      title: 'A film',
    }));
  const put = (queue: unknown) => host.put(`rooms/${id}`, { queue });
  expect((await put(queueOf(50, 1_000))).error.details).toMatchObject([{ path: 'queue' }]);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => put(queueOf(index + 1, 10))));
  const taken = answers.filter(({ status }) => status === 200).length;
  // Four at once, and on a slow machine some that had waited for long enough.
  expect([taken >= 4, taken < 20]).toEqual([true, true]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
  expect((await put([{ videoUrl: 'https://nas.local/a.mp4', title: 'Mine' }])).error.code).toBe('VIDEO_URL_INVALID');
});

it('opens no room for an account whose address is not verified', async () => {
  const stranger = await asUser({ verified: false });
  expect((await stranger.post('rooms', { title: 'Mine' })).error.code).toBe('EMAIL_NOT_VERIFIED');
});
