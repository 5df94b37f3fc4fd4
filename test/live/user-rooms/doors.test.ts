/** Who gets into a room of a user, sees it and stays in it. */
import { eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { type LiveKitStandIn, standInForLiveKit } from '#test/support/livekit';
import { joinRoom, passFor } from '#test/support/rooms';
import { aRoom, comeIn } from '#test/support/user-rooms';
import { asStaff, asUser, asViewer } from '#test/support/users';
import type { Statement } from '@/contracts/database';
import { applyMediaEvent } from '@/domains/live/streams/media-events';
import { closeRoomsOf, forgetUserRooms } from '@/domains/live/user-rooms/forget';
import {
  roomCoHosts,
  roomMembers,
  roomSpeakers,
  stageRequests,
  stageTurns,
  userRooms,
} from '@/domains/live/user-rooms/tables';
import { applyVoice } from '@/domains/live/user-rooms/voice';
import { setBlockedRegions } from '@/domains/people/social/regions';
import { sweepOutbox } from '@/queues/outbox';

let livekit: LiveKitStandIn;
beforeEach(() => {
  livekit = standInForLiveKit();
});

/** LiveKit reports that this token was used. */
async function enterVoice(token: string): Promise<string> {
  const { room, identity, attributes } = livekit.joinWith(token);
  const { issuedAt = '0', ...rest } = attributes;
  const ctx = testContext();
  const seen = { identity, issuedAt: Number(issuedAt), attributes: rest, isPublishing: false };
  await applyMediaEvent(ctx, { type: 'participant_joined', room, at: Date.now(), ...seen });
  await ctx.settle();
  return identity;
}

describe('a private room', () => {
  it('does not exist for a stranger who has its link', async () => {
    const [host, stranger] = [await asViewer(), await asViewer()];
    const { id } = await aRoom(host, { isPrivate: true });
    const codes = await Promise.all([
      stranger.get(`rooms/${id}`).then(({ error }) => error.code),
      client()
        .get(`rooms/${id}`)
        .then(({ error }) => error.code),
      stranger.post(`rooms/${id}/join`).then(({ error }) => error.code),
      stranger.post(`rooms/${id}/stage`, { action: 'request' }).then(({ error }) => error.code),
      stranger.put(`rooms/${id}`, { title: 'Mine' }).then(({ error }) => error.code),
    ]);
    expect(new Set(codes)).toEqual(new Set(['ROOM_NOT_FOUND']));
    expect((await stranger.post(`rooms/${id}/leave`)).error.code).toBe('ROOM_NOT_FOUND');
    for (const path of [`stream/${id}/join`, `stream/${id}/leave`])
      expect((await stranger.post(path)).error.code).toBe('STREAM_NOT_FOUND');
    const ctx = testContext();
    await ctx.db.batch(setBlockedRegions(ctx, host.userId, ['DE']) as [Statement]);
    const from = { headers: { 'x-dev-country': 'DE' } };
    expect((await stranger.get(`rooms/${id}`, from)).error.code).toBe('ROOM_NOT_FOUND');
    expect((await stranger.post(`stream/${id}/join`, undefined, from)).error.code).toBe('STREAM_NOT_FOUND');
    expect((await stranger.get(`stream/chat/${id}`)).error.code).toBe('STREAM_NOT_FOUND');
    expect((await stranger.post('viewer/token', { streamId: id })).error.code).toBe('STREAM_NOT_FOUND');
    const listed = (await stranger.get('rooms?perPage=100')).data.items;
    expect(listed.some((room: { id: string }) => room.id === id)).toBe(false);
  });

  it('lets members in, and puts them out when that is taken back', async () => {
    const [host, member] = [await asViewer(), await asViewer()];
    const { id } = await aRoom(host, { isPrivate: true });
    expect((await member.put(`rooms/${id}/members/${member.userId}`)).error.code).toBe('ROOM_NOT_FOUND');
    await host.put(`rooms/${id}/members/${member.userId}`);
    expect((await member.get('rooms/mine')).data.items.map((room: { id: string }) => room.id)).toEqual([id]);
    const seat = await comeIn(member, id);
    await seat.welcome();
    await enterVoice(seat.answer.media?.token ?? '');
    await host.post(`rooms/${id}/invite`, { userId: member.userId });
    await member.post(`rooms/${id}/stage`, { action: 'accept' });
    await host.delete(`rooms/${id}/members/${member.userId}`);
    expect((await seat.closed()).code).toBe(4404);
    expect(livekit.participants.get(id)?.has(member.userId)).toBe(false);
    expect((await host.get(`rooms/${id}`)).data.speakers).toEqual([]);
    expect((await member.post(`rooms/${id}/join`)).error.code).toBe('ROOM_NOT_FOUND');
  });

  it('puts out a co-host who is one no longer, also from its voice and its stage', async () => {
    const [host, coHost, member] = [await asViewer(), await asViewer(), await asViewer()];
    const { id } = await aRoom(host, { isPrivate: true });
    await host.put(`rooms/${id}/members/${member.userId}`);
    await host.put(`rooms/${id}`, { coHosts: [coHost.userId, member.userId] });
    const [seat, memberSeat] = [await comeIn(coHost, id), await comeIn(member, id)];
    await Promise.all([seat.welcome(), memberSeat.welcome()]);
    for (const [person, { answer }] of [[coHost, seat] as const, [member, memberSeat] as const]) {
      await enterVoice(answer.media?.token ?? '');
      await host.post(`rooms/${id}/invite`, { userId: person.userId });
      await person.post(`rooms/${id}/stage`, { action: 'accept' });
    }
    await host.put(`rooms/${id}`, { coHosts: [] });
    expect((await seat.closed()).code).toBe(4404);
    expect(await memberSeat.next('stage-left')).toMatchObject({ userId: coHost.userId });
    expect((await host.get(`rooms/${id}`)).data.speakers).toMatchObject([{ id: member.userId }]);
    expect([...(livekit.participants.get(id) ?? [])]).toEqual([member.userId]);
  });

  it('is listed to its members and shows them to its host, but not past a block', async () => {
    const [host, member, other] = [await asViewer(), await asViewer(), await asViewer()];
    const { id } = await aRoom(host, { isPrivate: true });
    for (const { userId } of [member, other]) await host.put(`rooms/${id}/members/${userId}`);
    const { members } = (await host.get(`rooms/${id}`)).data;
    expect(members.map((one: { id: string }) => one.id)).toEqual([member.userId, other.userId].sort());
    expect((await member.get(`rooms/${id}`)).data.members).toBeUndefined();
    await host.post(`social/block/${member.userId}`);
    expect((await member.get('rooms/mine')).data.items).toEqual([]);
    expect((await other.get('rooms/mine')).data.items).toHaveLength(1);
  });

  it('closes to everyone but its members the moment it becomes private', async () => {
    const [host, member, other] = [await asViewer(), await asViewer(), await asViewer()];
    const { id } = await aRoom(host);
    await host.put(`rooms/${id}/members/${member.userId}`);
    const [memberSeat, otherSeat] = [await comeIn(member, id), await comeIn(other, id)];
    await Promise.all([memberSeat.welcome(), otherSeat.welcome()]);
    await enterVoice(memberSeat.answer.media?.token ?? '');
    await enterVoice(otherSeat.answer.media?.token ?? '');
    await host.post(`rooms/${id}/invite`, { userId: other.userId });
    await other.post(`rooms/${id}/stage`, { action: 'accept' });
    const late = (await other.post(`rooms/${id}/join`)).data;
    expect((await host.put(`rooms/${id}`, { isPrivate: true })).data.isPrivate).toBe(true);
    expect((await otherSeat.closed()).code).toBe(4404);
    expect(await memberSeat.next('room-updated')).toMatchObject({ isPrivate: true });
    expect(memberSeat.isOpen()).toBe(true);
    expect([...(livekit.participants.get(id) ?? [])]).toEqual([member.userId]);
    expect(await memberSeat.next('stage-left')).toMatchObject({ userId: other.userId });
    expect((await host.get(`rooms/${id}`)).data.speakers).toEqual([]);
    // A token from before is of no use.
    await enterVoice(late.media.token);
    expect([...(livekit.participants.get(id) ?? [])]).toEqual([member.userId]);
  });
});

describe('the voice', () => {
  it('removes those who may not be there, and corrects an outdated permission', async () => {
    const [host, listener, banned] = [await asViewer(), await asViewer(), await asViewer()];
    const { id } = await aRoom(host);
    const bannedToken = (await comeIn(banned, id)).answer.media?.token ?? '';
    await host.post(`stream/${id}/moderation`, { action: 'ban', userId: banned.userId });
    await enterVoice(bannedToken);
    expect(livekit.participants.get(id)?.has(banned.userId)).toBe(false);

    const seat = await comeIn(listener, id);
    await seat.welcome();
    await host.post(`rooms/${id}/invite`, { userId: listener.userId });
    await listener.post(`rooms/${id}/stage`, { action: 'accept' });
    const speaking = (await listener.post(`rooms/${id}/join`)).data.media.token;
    await host.post(`rooms/${id}/stage/${listener.userId}`, { action: 'remove' });
    await enterVoice(speaking);
    expect(livekit.mayPublish(id, listener.userId)).toBe(false);
    await host.post(`rooms/${id}/close`);
    await enterVoice(speaking);
    expect(livekit.participants.get(id)?.size ?? 0).toBe(0);
  });

  it('mutes a muted speaker who begins to publish', async () => {
    const [host, listener] = [await asViewer(), await asViewer()];
    const { id } = await aRoom(host);
    const seat = await comeIn(listener, id);
    await seat.welcome();
    await host.post(`rooms/${id}/invite`, { userId: listener.userId });
    await listener.post(`rooms/${id}/stage`, { action: 'accept' });
    await enterVoice((await listener.post(`rooms/${id}/join`)).data.media.token);
    await host.post(`rooms/${id}/stage/${listener.userId}`, { action: 'mute' });
    expect(livekit.callsOf('RoomService/MutePublishedTrack')).toEqual([]);
    livekit.publish(id, listener.userId);
    const ctx = testContext();
    const seen = { identity: listener.userId, issuedAt: 0, attributes: {}, isPublishing: true };
    await applyMediaEvent(ctx, { type: 'track_published', room: id, at: Date.now(), ...seen });
    await ctx.settle();
    expect(livekit.callsOf('RoomService/MutePublishedTrack')).toMatchObject([{ identity: listener.userId }]);
  });

  it('ends with the stage as it is, if that changes during the call to LiveKit', async () => {
    const [host, listener] = [await asViewer(), await asViewer()];
    const { id } = await aRoom(host);
    livekit.join(id, listener.userId);
    const ctx = testContext();
    let isLate = true;
    const setVoice: typeof ctx.media.setVoice = async (room, identity, mayPublish) => {
      if (isLate) await ctx.db.insert(roomSpeakers).values({ roomId: id, userId: listener.userId, since: 1 });
      isLate = false;
      await ctx.media.setVoice(room, identity, mayPublish);
    };
    await applyVoice(
      { ...ctx, media: { ...ctx.media, setVoice } },
      { kind: 'voice-changed', roomId: id, userId: listener.userId },
    );
    expect(livekit.mayPublish(id, listener.userId)).toBe(true);
  });

  it('keeps the stage as it is while LiveKit is away, and follows once it answers', async () => {
    const [host, listener] = [await asViewer(), await asViewer()];
    const { id } = await aRoom(host);
    const seat = await comeIn(listener, id);
    await seat.welcome();
    await enterVoice(seat.answer.media?.token ?? '');
    livekit.mode = 'away';
    await listener.post(`rooms/${id}/stage`, { action: 'request' });
    const approved = await host.post(`rooms/${id}/stage/${listener.userId}`, { action: 'approve' });
    expect(approved.data.speakers).toMatchObject([{ id: listener.userId }]);
    livekit.mode = 'well';
    expect(livekit.mayPublish(id, listener.userId)).toBe(false);
    const ctx = { ...testContext(), now: () => Date.now() + 5 * 60_000 };
    while (await sweepOutbox(ctx));
    expect(livekit.mayPublish(id, listener.userId)).toBe(true);
  });
});

describe('a public room', () => {
  it('is seen by everyone and entered with an account', async () => {
    const host = await asViewer();
    const { id } = await aRoom(host);
    expect((await client().get(`rooms/${id}`)).data.id).toBe(id);
    expect((await client().post(`stream/${id}/join`)).error.code).toBe('USERS_ONLY');
    expect((await client().post(`rooms/${id}/join`)).error.code).toBe('UNAUTHENTICATED');
  });

  it('lets nobody act in it who was blocked', async () => {
    const [host, other] = [await asViewer(), await asViewer()];
    const { id } = await aRoom(host);
    await other.post(`social/block/${host.userId}`);
    expect((await other.get(`rooms/${id}`)).error.code).toBe('ROOM_NOT_FOUND');
    expect((await host.put(`rooms/${id}/members/${other.userId}`)).error.code).toBe('USER_NOT_FOUND');
    expect((await host.put(`rooms/${id}`, { coHosts: [other.userId] })).error.code).toBe('USER_NOT_FOUND');
  });
});

describe('a co-host', () => {
  it('runs the stage and moderates, and leaves the room itself to the host', async () => {
    const [host, coHost, listener] = [await asViewer(), await asViewer(), await asViewer()];
    const { id } = await aRoom(host);
    const named = await host.put(`rooms/${id}`, { coHosts: [coHost.userId] });
    expect(named.data.coHosts.map((one: { id: string }) => one.id)).toEqual([coHost.userId]);
    const seat = await comeIn(coHost, id);
    expect(seat.answer.you).toEqual({ host: false, coHost: true, speaker: false, moderator: true });
    await (await comeIn(listener, id)).welcome();
    await listener.post(`rooms/${id}/stage`, { action: 'request' });
    const approved = await coHost.post(`rooms/${id}/stage/${listener.userId}`, { action: 'approve' });
    expect(approved.status).toBe(200);
    for (const [method, path, body] of [
      ['PUT', '', { title: 'Mine' }],
      ['POST', '/close', undefined],
      ['PUT', '/host', { userId: listener.userId }],
      ['PUT', `/members/${listener.userId}`, undefined],
    ] as const)
      expect((await coHost.call(method, `rooms/${id}${path}`, { body })).error.code).toBe('HOST_ONLY');
    const kick = { action: 'kick', userId: listener.userId };
    expect((await coHost.post(`stream/${id}/moderation`, kick)).status).toBe(200);
    expect((await coHost.post(`stream/${id}/moderation`, { ...kick, userId: host.userId })).status).toBe(403);
    await host.post(`stream/${id}/moderation`, { action: 'ban', userId: coHost.userId });
    expect((await host.get(`rooms/${id}`)).data.coHosts).toEqual([]);
  });
});

it('a room closes when its host is banned', async () => {
  const [host, guest, staff] = [await asViewer(), await asViewer(), await asStaff('admin_l2')];
  const { id } = await aRoom(host);
  const seat = await comeIn(guest, id);
  await seat.welcome();
  const { status } = await staff.put(`admin/user/${host.userId}/status`, { status: 'banned', reason: 'Spam' });
  expect(status).toBe(200);
  expect(await seat.next('room-closed')).toMatchObject({ reason: 'account' });
  expect((await guest.get(`rooms/${id}`)).error.code).toBe('ROOM_NOT_FOUND');
});

it('the end of an account closes its rooms and deletes its parts in others', async () => {
  const [host, other] = [await asViewer(), await asViewer()];
  const ctx = testContext();
  const own = await aRoom(host);
  const { id } = await aRoom(other);
  await (await comeIn(host, id)).welcome();
  await other.put(`rooms/${id}`, { coHosts: [host.userId] });
  await other.put(`rooms/${id}/members/${host.userId}`);
  await host.post(`rooms/${id}/stage`, { action: 'request' });
  while ((await closeRoomsOf(ctx, host.userId)) > 0);
  await ctx.db.batch([...forgetUserRooms(ctx, host.userId, sql`LIMIT 100`)] as [Statement]);
  await ctx.settle();
  const [row] = await ctx.db.select().from(userRooms).where(eq(userRooms.id, own.id));
  expect(row).toMatchObject({ status: 'closed', closeReason: 'account', title: '' });
  for (const table of [roomMembers, roomCoHosts, stageRequests, stageTurns])
    expect(await ctx.db.select().from(table).where(eq(table.userId, host.userId))).toEqual([]);
  expect((await other.get(`rooms/${id}`)).data).toMatchObject({ status: 'open', coHosts: [] });
});

it('a guest’s pass opens no room of a user', async () => {
  const host = await asViewer();
  const { id } = await aRoom(host);
  const guest = { kind: 'guest', id: host.userId } as const;
  expect((await (await joinRoom(id, guest, { pass: passFor(id, guest) })).closed()).code).toBe(4401);
  expect((await (await asUser({ verified: false })).post(`stream/${id}/join`)).error.code).toBe('USERS_ONLY');
});
