import { exports } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { expect, test, vi } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { moderators } from '@/domains/live/channels/tables';
import { blockUser } from '@/domains/people/social/block';
import { newId } from '@/shared/ids';

const guest = client();

/** As a client does it: joins over HTTP, opens the URL that it is given. */
async function enter(wsUrl: string, since?: number) {
  const url = `${wsUrl.replace(/^ws/, 'http')}${since === undefined ? '' : `&since=${since}`}`;
  const { webSocket } = await exports.default.fetch(url, {
    headers: { upgrade: 'websocket', 'cf-connecting-ip': '10.9.8.7' },
  });
  if (!webSocket) throw new Error('No socket');
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  const events: any[] = [];
  let closed: { code: number; reason: string } | undefined;
  webSocket.addEventListener('message', ({ data }) => void events.push(...JSON.parse(String(data))));
  webSocket.addEventListener('close', ({ code, reason }) => {
    closed = { code, reason };
  });
  webSocket.accept();
  return {
    events,
    socket: webSocket,
    next: (type: string) =>
      vi.waitFor(() => {
        const found = events.find((event) => event.type === type);
        if (!found) throw new Error(`No ${type} among ${events.map((event) => event.type)}`);
        return found;
      }),
    closed: () =>
      vi.waitFor(() => {
        if (!closed) throw new Error('Still open');
        return closed;
      }),
    isOpen: () => closed === undefined,
  };
}

async function join(who: Pick<Person, 'post'>, id: string) {
  const { data } = await who.post(`stream/${id}/join`);
  return { ...data, ...(await enter(data.wsUrl)) };
}

test('the URL from joining opens the room once, and the resume pass opens it again with the missed events', async () => {
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const id = await anOpenStream(creator);
  const { wsUrl, ...socket } = await join(viewer, id);
  const welcome = await socket.next('welcome');
  expect(welcome).toMatchObject({ streamId: id, viewer: { kind: 'user', id: viewer.userId } });
  expect(await (await enter(wsUrl)).closed()).toEqual({ code: 4401, reason: 'PASS_INVALID' });
  await creator.post(`sessions/${id}/chat`, { text: 'hello' });
  expect(await socket.next('new-message')).toMatchObject({ text: 'hello', username: creator.username });
  const again = await enter(`${wsUrl.split('?')[0]}?pass=${welcome.resumePass}`, welcome.seq);
  expect(await again.next('new-message')).toMatchObject({ text: 'hello' });
});

test('joining and the welcome count the same viewers, without the newcomer', async () => {
  const id = await anOpenStream(await asCreator());
  for (const expected of [0, 1, 2]) {
    const socket = await join(expected === 1 ? guest : await asViewer(), id);
    expect([socket.viewerCount, (await socket.next('welcome')).viewerCount]).toEqual([expected, expected]);
  }
});

test('who is watching is listed, unless the creator hides it', async () => {
  const ctx = testContext();
  const [creator, viewer, moderator] = [await asCreator(), await asViewer(), await asViewer()];
  await ctx.db.insert(moderators).values({ channelId: creator.channelId, userId: moderator.userId, createdAt: 1 });
  const id = await anOpenStream(creator);
  await (await join(viewer, id)).next('welcome');
  await (await join(guest, id)).next('welcome');
  const { data } = await guest.get(`stream/${id}/viewers`);
  expect(data).toMatchObject({ users: [{ id: viewer.userId, username: viewer.username }], guests: 1, total: 2 });
  const hidden = await anOpenStream(creator, { status: 'scheduled', showViewers: false });
  for (const who of [guest, viewer, await asCreator()])
    expect((await who.get(`stream/${hidden}/viewers`)).error.code).toBe('VIEWERS_HIDDEN');
  for (const who of [creator, moderator, await asStaff('support')])
    expect((await who.get(`stream/${hidden}/viewers`)).status).toBe(200);
});

test('leaving closes the sockets of the viewer or guest who leaves', async () => {
  const id = await anOpenStream(await asCreator());
  const viewer = await asViewer();
  const [mine, theirs] = [await join(viewer, id), await join(guest, id)];
  await viewer.post(`stream/${id}/leave`);
  expect((await mine.closed()).code).toBe(1000);
  expect(theirs.isOpen()).toBe(true);
  await guest.post(`stream/${id}/leave`, undefined, { headers: { 'x-guest-token': theirs.guestToken } });
  expect((await theirs.closed()).code).toBe(1000);
});

test('a ban closes the user’s sockets, also on the other streams of the channel', async () => {
  standInForLiveKit();
  const [creator, viewer, other] = [await asCreator(), await asViewer(), await asViewer()];
  const [id, next] = [await anOpenStream(creator), await anOpenStream(creator, { status: 'scheduled' })];
  const sockets = [await join(viewer, id), await join(viewer, next)];
  const bystander = await join(other, id);
  await creator.post(`stream/${id}/moderation`, { action: 'ban', userId: viewer.userId });
  for (const socket of sockets) expect((await socket.closed()).code).toBe(4403);
  expect(await bystander.next('user-banned')).toMatchObject({ userId: viewer.userId });
});

test('a kick closes the sockets but allows a new pass, and a time-out silences the viewer until it ends', async () => {
  const liveKit = standInForLiveKit();
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const id = await anOpenStream(creator);
  const act = (action: string, more = {}) =>
    creator.post(`stream/${id}/moderation`, { action, userId: viewer.userId, ...more });
  const token = async () => (await viewer.post('viewer/token', { streamId: id })).data.token;
  const socket = await join(viewer, id);
  const { room } = liveKit.joinWith(await token());
  await act('kick');
  expect((await socket.closed()).code).toBe(4403);
  await vi.waitFor(() => expect(liveKit.participants.get(room)).toEqual(new Set()));
  await (await join(viewer, id)).next('welcome');

  await act('timeout', { seconds: 60, reason: 'caps' });
  expect((await viewer.post(`sessions/${id}/chat`, { text: 'HEY' })).error.code).toBe('TIMED_OUT');
  const { timeouts } = (await creator.get(`stream/${id}/moderation`)).data;
  expect(timeouts).toMatchObject([
    {
      user: { id: viewer.userId, username: viewer.username },
      by: { id: creator.userId, username: creator.username },
      reason: 'caps',
    },
  ]);
  await act('end-timeout');
  expect((await viewer.post(`sessions/${id}/chat`, { text: 'hey' })).status).toBe(201);
});

test('a block removes the blocked user from the live room, and looks like a stream that is private now', async () => {
  standInForLiveKit();
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const id = await anOpenStream(creator);
  const socket = await join(viewer, id);
  const { resumePass } = await socket.next('welcome');
  const ctx = testContext();
  await blockUser(ctx, creator.userId, viewer.userId);
  await ctx.settle();
  expect(await socket.closed()).toEqual({ code: 4404, reason: 'STREAM_NOT_FOUND' });
  const again = await enter(`${socket.wsUrl.split('?')[0]}?pass=${resumePass}`);
  expect(await again.closed()).toEqual({ code: 4401, reason: 'PASS_INVALID' });
});

test('a block voids the unused pass of the blocked user', async () => {
  standInForLiveKit();
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const id = await anOpenStream(creator);
  const { data } = await viewer.post(`stream/${id}/join`);
  const ctx = testContext();
  await blockUser(ctx, creator.userId, viewer.userId);
  await ctx.settle();
  expect(await (await enter(data.wsUrl)).closed()).toEqual({ code: 4401, reason: 'PASS_INVALID' });
});

test('a changed title and the end reach the room', async () => {
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const id = await anOpenStream(creator, { status: 'scheduled' });
  const socket = await join(viewer, id);
  await creator.post(`sessions/${id}/start`);
  await socket.next('stream-started');
  await creator.put(`sessions/${id}`, { title: 'New name', category: 'talk' });
  expect(await socket.next('stream-updated')).toMatchObject({ title: 'New name', category: 'talk' });
  await creator.post(`sessions/${id}/end`);
  await socket.next('stream-ended');
});

test('an unverified account joins as a guest who is told why they cannot write, and can rejoin once verified', async () => {
  const [creator, me] = [await asCreator(), await asUser({ verified: false })];
  const id = await anOpenStream(creator);
  const say = (webSocket: WebSocket) =>
    webSocket.send(JSON.stringify({ type: 'send-message', id: newId(), text: 'hello' }));
  const first = await join(me, id);
  expect((await first.next('welcome')).viewer.kind).toBe('guest');
  say(first.socket);
  expect((await first.next('error')).code).toBe('EMAIL_NOT_VERIFIED');
  const resumed = await enter(`${first.wsUrl.split('?')[0]}?pass=${(await first.next('welcome')).resumePass}`);
  say(resumed.socket);
  expect((await resumed.next('error')).code).toBe('EMAIL_NOT_VERIFIED');
  expect((await me.post(`sessions/${id}/chat`, { text: 'hello' })).error.code).toBe('EMAIL_NOT_VERIFIED');
  expect((await guest.get(`stream/${id}/viewers`)).data.users).toEqual([]);

  await testContext().db.update(users).set({ emailVerifiedAt: 1 }).where(eq(users.id, me.userId));
  const again = await join(me, id);
  await again.next('welcome');
  say(again.socket);
  expect(await again.next('ack')).toMatchObject({ seq: expect.any(Number) });
});

test('a socket of an account that is not verified closes when the room reloads its user', async () => {
  const [creator, me] = [await asCreator(), await asViewer()];
  const id = await anOpenStream(creator);
  const socket = await join(me, id);
  await socket.next('welcome');
  const ctx = testContext();
  await ctx.db.update(users).set({ emailVerifiedAt: null }).where(eq(users.id, me.userId));
  await ctx.rooms(id).apply(newId(), { type: 'standing-changed', userId: me.userId });
  expect(await socket.closed()).toEqual({ code: 4403, reason: 'BANNED' });
});
