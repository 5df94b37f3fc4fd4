import { describe, expect, it } from 'vitest';
import { aGuest, aUser, joinRoom, openRoom, passFor } from '#test/support/rooms';
import { newId } from '@/shared/ids';

describe('entering a room', () => {
  it('begins with a welcome: the state, the viewer, and a pass to come back with', async () => {
    const { roomId, setup } = await openRoom();
    const viewer = aUser();
    const client = await joinRoom(roomId, viewer);
    const welcome = await client.welcome();
    expect(client.events()[0]).toEqual(welcome);
    expect(welcome).toMatchObject({
      streamId: roomId,
      status: 'live',
      title: setup.title,
      policy: setup.policy,
      viewer: { kind: 'user', id: viewer.id },
      viewerCount: 1,
      showcase: null,
      messages: [],
      seq: 1,
    });
    expect(await client.resumePass()).toMatchObject({ roomId, viewer });
  });

  it('shows the last fifty messages', async () => {
    const { roomId, room } = await openRoom();
    for (let index = 0; index < 51; index += 1) await room.say(aUser(), newId(), `message ${index}`);
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
});
