import { describe, expect, it } from 'vitest';
import {
  aGuest,
  aUser,
  eventually,
  inStorage,
  joinRoom,
  openRoom,
  passFor,
  type RoomEvent,
  roomOf,
} from '#test/support/rooms';
import { publicPolicy } from '@/domains/live/rooms/policy';
import { newId } from '@/shared/ids';

describe('entering a room', () => {
  it('begins with a welcome: the state, the viewer, and a pass to come back with', async () => {
    const { roomId, setup } = await openRoom();
    const viewer = aUser();
    const client = await joinRoom(roomId, viewer);
    const welcome = await client.welcome();
    expect(client.events()[0]).toEqual(welcome);
    expect(welcome.policy).toEqual(publicPolicy(setup.policy));
    expect(welcome).toMatchObject({
      streamId: roomId,
      status: 'live',
      title: setup.title,
      viewer: { kind: 'user', id: viewer.id },
      viewerCount: 0,
      showcase: null,
      messages: [],
      seq: 1,
    });
    expect(await client.resumePass()).toMatchObject({ roomId, viewer });
  });

  it('says what the viewer is here, and counts those who were here before', async () => {
    const { roomId, room } = await openRoom();
    const nobody = { creator: false, moderator: false, staff: false, follower: false, subscriber: false };
    const free = { timedOutUntil: null, reason: null };
    const guest = await joinRoom(roomId, aGuest());
    expect(await guest.welcome()).toMatchObject({ you: { ...nobody, ...free }, viewerCount: 0 });
    const staff = await joinRoom(roomId, aUser({ rank: 'admin_l1', follower: true }));
    expect((await staff.welcome()).you).toEqual({ ...nobody, staff: true, follower: true, ...free });
    const user = aUser({ moderator: true, subscriber: true });
    await room.moderate(newId(), { action: 'timeout', userId: user.id, seconds: 60, reason: 'caps' });
    const timedOut = await joinRoom(roomId, user);
    expect(await timedOut.welcome()).toMatchObject({
      you: { moderator: true, subscriber: true, timedOutUntil: expect.stringMatching(/Z$/), reason: 'caps' },
      viewerCount: 2,
    });
    await room.moderate(newId(), { action: 'end-timeout', userId: user.id });
    expect(await (await joinRoom(roomId, user)).welcome()).toMatchObject({ you: free, viewerCount: 3 });
  });

  it('shows the last fifty messages', async () => {
    const { roomId, room } = await openRoom();
    for (let index = 0; index < 51; index += 1)
      await room.say(aUser(), { clientId: newId(), text: `message ${index}` });
    const client = await joinRoom(roomId, aGuest());
    const { messages, seq } = await client.welcome();
    expect(messages.map(({ text }: { text: string }) => text)).toEqual(
      Array.from({ length: 50 }, (_, index) => `message ${index + 1}`),
    );
    expect(messages.at(-1)).toMatchObject({ type: 'new-message', seq, streamId: roomId, deleted: false });
  });

  it('refuses a pass that was used, with 4401', async () => {
    const { roomId } = await openRoom();
    const viewer = aUser();
    const pass = passFor(roomId, viewer);
    const first = await joinRoom(roomId, viewer, { pass });
    await first.welcome();
    const second = await joinRoom(roomId, viewer, { pass });
    expect(await second.closed()).toEqual({ code: 4401, reason: 'PASS_INVALID' });
    expect(second.events()).toEqual([]);
    expect(first.isOpen()).toBe(true);
  });

  it('lets a viewer back in by a resume pass, which is good once too', async () => {
    const { roomId } = await openRoom();
    const viewer = aUser();
    const first = await joinRoom(roomId, viewer);
    const pass = await first.resumePass();
    const back = await joinRoom(roomId, viewer, { pass });
    expect(await back.welcome()).toMatchObject({ viewer: { id: viewer.id }, viewerCount: 1 });
    const again = await joinRoom(roomId, viewer, { pass });
    expect(await again.closed()).toMatchObject({ code: 4401 });
  });

  it('renews the resume pass for a ping that has an id', async () => {
    const { roomId } = await openRoom();
    const viewer = aGuest();
    const client = await joinRoom(roomId, viewer);
    const pass = await client.renewedPass();
    expect(pass).toMatchObject({ roomId, viewer });
    expect(pass.id).not.toBe((await client.resumePass()).id);
  });

  it('refuses a pass of another room', async () => {
    const { roomId } = await openRoom();
    const viewer = aUser();
    const client = await joinRoom(roomId, viewer, { pass: passFor(newId(), viewer) });
    expect(await client.closed()).toMatchObject({ code: 4401 });
  });

  it('is not open where no stream was ever set up, and keeps nothing there', async () => {
    const roomId = newId();
    const client = await joinRoom(roomId, aUser());
    expect(await client.closed()).toEqual({ code: 4404, reason: 'ROOM_CLOSED' });
    const room = roomOf(roomId);
    expect(await room.say(aUser(), { clientId: newId(), text: 'hello' })).toMatchObject({
      ok: false,
      code: 'ROOM_CLOSED',
    });
    expect(await room.history(null, 10)).toEqual({ messages: [], nextBefore: null });
    expect(await room.figures()).toMatchObject({ viewerCount: 0, uniqueViewers: 0, messages: 0 });
    expect(await room.deleteMessage(newId(), newId(), true)).toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
    await room.moderate(newId(), { action: 'kick', userId: newId(), reason: null });
    expect(await room.timeOuts()).toEqual([]);
    expect(await inStorage(roomId, `SELECT name FROM sqlite_master WHERE name = 'events'`)).toEqual([]);
  });

  it('gives a viewer five sockets and refuses the sixth with 4429', async () => {
    const { roomId } = await openRoom();
    const viewer = aUser();
    const clients = [];
    for (let index = 0; index < 5; index += 1) clients.push(await joinRoom(roomId, viewer));
    const sixth = await joinRoom(roomId, viewer);
    expect(await sixth.closed()).toMatchObject({ code: 4429 });
    expect(clients.every((client) => client.isOpen())).toBe(true);
    const stranger = await joinRoom(roomId, aUser());
    expect(await stranger.welcome()).toMatchObject({ viewerCount: 1 });
    clients[0]?.leave();
    await eventually(async () => {
      const another = await joinRoom(roomId, viewer);
      await another.welcome();
    });
  });

  it('answers a plain request with 426 and believes no header of a client', async () => {
    const { roomId, room } = await openRoom();
    const viewer = aUser();
    const plain = await room.connect(new Request('http://room.test/ws'), passFor(roomId, viewer), null);
    expect(plain.status).toBe(426);
    const request = new Request('http://room.test/ws', {
      headers: {
        upgrade: 'websocket',
        'x-footlight-pass': encodeURIComponent(JSON.stringify(passFor(roomId, aUser({ creator: true })))),
        'x-footlight-since': '0',
      },
    });
    const { webSocket } = await room.connect(request, passFor(roomId, viewer), null);
    const events = await firstFrame(webSocket);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: 'welcome', viewer: { id: viewer.id } });
  });
});

function firstFrame(socket: WebSocket | null): Promise<RoomEvent[]> {
  const frame = new Promise<RoomEvent[]>((resolve) => {
    socket?.addEventListener('message', ({ data }) => resolve(JSON.parse(String(data))), { once: true });
  });
  socket?.accept();
  return frame;
}
