/** The stage: both sides agree, the host mutes and never unmutes, and who leaves the room leaves the stage. */
import { beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { type LiveKitStandIn, standInForLiveKit } from '#test/support/livekit';
import { eventually } from '#test/support/rooms';
import { aRoom, comeIn } from '#test/support/user-rooms';
import { asViewer, type Person } from '#test/support/users';
import { stageTurns } from '@/domains/live/user-rooms/tables';

let livekit: LiveKitStandIn;
beforeEach(() => {
  livekit = standInForLiveKit();
});

type Stage = Awaited<ReturnType<typeof aStage>>;

/** A room with its host and a listener in it. */
async function aStage(details: Record<string, unknown> = {}) {
  const [host, listener] = [await asViewer(), await asViewer()];
  const room = await aRoom(host, details);
  const hostSeat = await comeIn(host, room.id);
  const seat = await comeIn(listener, room.id);
  await Promise.all([hostSeat.welcome(), seat.welcome()]);
  const act = (who: Person, action: string) => who.post(`rooms/${room.id}/stage`, { action });
  const run = (who: Person, userId: string, action: string) => who.post(`rooms/${room.id}/stage/${userId}`, { action });
  const speakers = async () => (await host.get(`rooms/${room.id}`)).data.speakers.map(({ id }: { id: string }) => id);
  return { host, listener, room, hostSeat, seat, act, run, speakers };
}

describe('both sides agree', () => {
  it('a raised hand waits for the host, who approves it', async () => {
    const { host, listener, room, hostSeat, seat, act, run, speakers } = await aStage();
    livekit.join(room.id, listener.userId, { stage: 'off' });
    expect((await act(listener, 'request')).status).toBe(200);
    await act(listener, 'request'); // twice is once
    expect(await hostSeat.next('stage-request')).toMatchObject({ user: { id: listener.userId } });
    expect(hostSeat.eventsOf('stage-request')).toHaveLength(1);
    expect(await speakers()).toEqual([]);
    const asked = (await host.get(`rooms/${room.id}`)).data.requests;
    expect(asked.map(({ id }: { id: string }) => id)).toEqual([listener.userId]);
    expect((await listener.get(`rooms/${room.id}`)).data.requests).toBeUndefined();

    expect((await run(listener, listener.userId, 'approve')).error.code).toBe('STAGE_HOST_ONLY');
    expect((await run(host, listener.userId, 'approve')).data.speakers).toMatchObject([
      { id: listener.userId, muted: false },
    ]);
    expect(await seat.next('stage-accepted')).toMatchObject({ user: { id: listener.userId }, seq: expect.any(Number) });
    expect(livekit.mayPublish(room.id, listener.userId)).toBe(true);
  });

  it('an invitation waits for the listener, who accepts or declines it', async () => {
    const { host, listener, room, hostSeat, seat, act, speakers } = await aStage();
    expect((await act(listener, 'accept')).error.code).toBe('NOT_INVITED');
    await host.post(`rooms/${room.id}/invite`, { userId: listener.userId });
    expect(await seat.next('stage-invite')).toMatchObject({ by: { id: host.userId } });
    expect(await speakers()).toEqual([]);
    await act(listener, 'decline');
    expect(await hostSeat.next('stage-declined')).toMatchObject({ userId: listener.userId });
    expect((await act(listener, 'accept')).error.code).toBe('NOT_INVITED');
    await host.post(`rooms/${room.id}/invite`, { userId: listener.userId });
    await act(listener, 'accept');
    await act(listener, 'accept'); // twice is once
    expect(await speakers()).toEqual([listener.userId]);
    expect(seat.eventsOf('stage-accepted').length).toBeLessThanOrEqual(1);
  });

  it('an approval without a hand brings nobody on the stage', async () => {
    const { host, listener, run, speakers, act } = await aStage();
    expect((await run(host, listener.userId, 'approve')).error.code).toBe('NO_REQUEST');
    await act(listener, 'request');
    await act(listener, 'withdraw');
    expect((await run(host, listener.userId, 'approve')).error.code).toBe('NO_REQUEST');
    expect(await speakers()).toEqual([]);
  });

  it('two approvals at once bring the listener on the stage once', async () => {
    const { host, listener, room, seat, run, act } = await aStage();
    await act(listener, 'request');
    const answers = await Promise.all([
      run(host, listener.userId, 'approve'),
      run(host, listener.userId, 'approve'),
      host.post(`rooms/${room.id}/invite`, { userId: listener.userId }),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 409)).toEqual([]);
    await seat.next('stage-accepted');
    const turns = await testContext().db.select().from(stageTurns);
    expect(turns.filter(({ roomId, userId }) => roomId === room.id && userId === listener.userId)).toHaveLength(1);
    expect(seat.eventsOf('stage-accepted')).toHaveLength(1);
  });

  it('someone who is not in the room can neither ask nor be invited', async () => {
    const { host, room, act } = await aStage();
    const stranger = await asViewer();
    expect((await act(stranger, 'request')).error.code).toBe('NOT_IN_ROOM');
    expect((await host.post(`rooms/${room.id}/invite`, { userId: stranger.userId })).error.code).toBe('NOT_IN_ROOM');
  });
});

describe('a raised hand', () => {
  const exits = {
    leaves: ({ listener, room }: Stage) => listener.post(`rooms/${room.id}/leave`),
    'is kicked': ({ host, listener, room }: Stage) =>
      host.post(`stream/${room.id}/moderation`, { action: 'kick', userId: listener.userId }),
    'is banned': ({ host, listener, room }: Stage) =>
      host.post(`stream/${room.id}/moderation`, { action: 'ban', userId: listener.userId }),
    'is blocked': ({ host, listener }: Stage) => host.post(`social/block/${listener.userId}`),
    'is declined': ({ host, listener, run }: Stage) => run(host, listener.userId, 'remove'),
  };

  it.each(Object.entries(exits))('is gone for the hosts, too, when its owner %s', async (_, exit) => {
    const stage = await aStage();
    await stage.act(stage.listener, 'request');
    await stage.hostSeat.next('stage-request');
    expect((await exit(stage)).status).toBe(200);
    expect(await stage.hostSeat.next('stage-withdrawn')).toMatchObject({ userId: stage.listener.userId });
    expect((await stage.host.get(`rooms/${stage.room.id}`)).data.requests).toEqual([]);
  });
});

describe('a locked stage', () => {
  it('takes no hands, but invitations', async () => {
    const { host, listener, room, act, speakers } = await aStage();
    await host.put(`rooms/${room.id}`, { stageLocked: true });
    expect((await act(listener, 'request')).error.code).toBe('STAGE_LOCKED');
    await host.post(`rooms/${room.id}/invite`, { userId: listener.userId });
    await act(listener, 'accept');
    expect(await speakers()).toEqual([listener.userId]);
  });
});

describe('a speaker', () => {
  async function aSpeaker() {
    const stage = await aStage();
    livekit.joinWith(stage.seat.answer.media?.token ?? '');
    await stage.host.post(`rooms/${stage.room.id}/invite`, { userId: stage.listener.userId });
    await stage.act(stage.listener, 'accept');
    livekit.publish(stage.room.id, stage.listener.userId);
    return stage;
  }

  it('is muted by the host, and unmuted only by themselves', async () => {
    const { host, listener, room, seat, run, act } = await aSpeaker();
    const refused = await run(host, listener.userId, 'unmute');
    expect([refused.status, refused.error.code]).toEqual([422, 'ONLY_THEMSELVES']);
    await run(host, 'all', 'mute');
    expect(await seat.next('stage-muted')).toMatchObject({ userId: listener.userId, by: host.userId });
    expect(livekit.callsOf('RoomService/MutePublishedTrack')).toMatchObject([
      { room: room.id, identity: listener.userId, muted: true },
    ]);
    expect((await run(host, listener.userId, 'mute')).data.speakers).toMatchObject([{ muted: true }]);
    expect((await act(listener, 'unmute')).data.speakers).toMatchObject([{ muted: false }]);
    expect(seat.eventsOf('stage-muted')).toHaveLength(1);
  });

  it('is muted once if two hosts mute everyone at the same time', async () => {
    const { host, listener, room, seat, run } = await aSpeaker();
    const coHost = await asViewer();
    await host.put(`rooms/${room.id}`, { coHosts: [coHost.userId] });
    const answers = await Promise.all([run(host, 'all', 'mute'), run(coHost, 'all', 'mute'), run(host, 'all', 'mute')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await seat.next('stage-muted')).toMatchObject({ userId: listener.userId });
    expect(answers[0].data.speakers).toMatchObject([{ muted: true }]);
    await host.put(`rooms/${room.id}`, { title: 'Later' });
    await seat.next('room-updated');
    expect(seat.eventsOf('stage-muted')).toHaveLength(1);
  });

  it('loses the microphone with the stage, and the turn ends', async () => {
    const { host, listener, room, seat, run } = await aSpeaker();
    expect(livekit.mayPublish(room.id, listener.userId)).toBe(true);
    await run(host, listener.userId, 'remove');
    await run(host, listener.userId, 'remove'); // twice is once
    expect(await seat.next('stage-left')).toMatchObject({ userId: listener.userId, by: host.userId });
    expect(livekit.mayPublish(room.id, listener.userId)).toBe(false);
    const turns = (await testContext().db.select().from(stageTurns)).filter(({ roomId }) => roomId === room.id);
    expect(turns.find(({ userId }) => userId === listener.userId)?.endedAt).not.toBeNull();
    expect(turns.find(({ userId }) => userId === host.userId)?.endedAt).toBeNull();
    expect(seat.eventsOf('stage-left')).toHaveLength(1);
  });

  it('leaves the stage with the room', async () => {
    const { host, listener, room, hostSeat, speakers } = await aSpeaker();
    await listener.post(`rooms/${room.id}/leave`);
    expect(await hostSeat.next('stage-left')).toMatchObject({ userId: listener.userId });
    expect(await speakers()).toEqual([]);
    expect((await host.post(`rooms/${room.id}/stage`, { action: 'leave' })).error.code).toBe('HOST_STAYS');
  });

  it('leaves the stage when kicked or banned, and comes back only as a listener', async () => {
    const { host, listener, room, hostSeat, seat, speakers, act, run } = await aSpeaker();
    await host.post(`stream/${room.id}/moderation`, { action: 'kick', userId: listener.userId });
    expect(await seat.closed()).toEqual({ code: 4403, reason: 'KICKED' });
    expect(await speakers()).toEqual([]);
    const again = await comeIn(listener, room.id);
    expect(again.answer.you).toMatchObject({ speaker: false });
    await act(listener, 'request');
    await run(host, listener.userId, 'approve');
    const before = hostSeat.eventsOf('stage-left').length;
    await host.post(`stream/${room.id}/moderation`, { action: 'ban', userId: listener.userId, reason: 'Enough.' });
    expect(await again.closed()).toEqual({ code: 4403, reason: 'BANNED' });
    await eventually(() => expect(hostSeat.eventsOf('stage-left')).toHaveLength(before + 1));
    expect(hostSeat.eventsOf('stage-left').at(-1)).toMatchObject({ userId: listener.userId, by: host.userId });
    expect(await speakers()).toEqual([]);
    const turns = (await testContext().db.select().from(stageTurns)).filter(({ roomId }) => roomId === room.id);
    expect(turns.filter(({ endedAt }) => endedAt === null).map(({ userId }) => userId)).toEqual([host.userId]);
    expect((await listener.post(`rooms/${room.id}/join`)).error.code).toBe('BANNED');
    const bans = await host.get(`stream/${room.id}/moderation`);
    expect(bans.data.items).toMatchObject([{ user: { id: listener.userId }, reason: 'Enough.' }]);
    await host.post(`stream/${room.id}/moderation`, { action: 'unban', userId: listener.userId });
    expect((await listener.post(`rooms/${room.id}/join`)).status).toBe(200);
  });

  it.each(['host', 'listener'] as const)('is put out of the room when the %s blocks the other', async (who) => {
    const stage = await aSpeaker();
    const { host, listener, room, seat, speakers } = stage;
    const [blocker, blocked] = who === 'host' ? [host, listener] : [listener, host];
    expect((await blocker.post(`social/block/${blocked.userId}`)).status).toBe(200);
    expect((await seat.closed()).code).toBe(4404);
    expect(await speakers()).toEqual([]);
    expect(livekit.participants.get(room.id)?.has(listener.userId)).toBe(false);
    expect((await listener.post(`rooms/${room.id}/join`)).error.code).toBe('ROOM_NOT_FOUND');
  });
});
