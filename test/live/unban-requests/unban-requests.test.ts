/** A banned user asks to be let back; the host, a moderator or staff decide. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { plansOf } from '#test/support/plans';
import { aUser, joinRoom } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { actorOf, asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import { listRequests } from '@/domains/live/unban-requests/list';
import { unbanRequests } from '@/domains/live/unban-requests/tables';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

async function aBan() {
  standInForLiveKit();
  const [creator, user, moderator] = [await asCreator(), await asViewer(), await asViewer()];
  await creator.put(`stream/moderators/${moderator.userId}`);
  const id = await anOpenStream(creator);
  await creator.post(`stream/${id}/moderation`, { action: 'ban', userId: user.userId, reason: 'spam' });
  const path = `stream/${id}/unban-requests`;
  const ask = (text = 'I am sorry', person: Person = user) => person.post(path, { text });
  return { creator, user, moderator, id, path, ask };
}

const notificationsOf = async (person: Person, kind: string) =>
  (await person.get('user/notifications')).data.items.filter((item: { kind: string }) => item.kind === kind);

describe('a request to lift a ban', () => {
  it('goes to the creator and the moderators, as a notification and at once in an open room', async () => {
    const { creator, user, moderator, id, path, ask } = await aBan();
    const inRoom = await joinRoom(id, aUser({ moderator: true }, moderator.userId));
    const viewer = await joinRoom(id);
    const asked = await ask();
    expect(asked).toMatchObject({
      status: 201,
      data: { user: { id: user.userId }, text: 'I am sorry', status: 'open', answer: null, decidedAt: null },
    });
    for (const person of [creator, moderator])
      await expect
        .poll(() => notificationsOf(person, 'unban-request'))
        .toMatchObject([{ data: { userId: user.userId, requestId: asked.data.id, streamId: id } }]);
    const { following: _own, ...card } = asked.data.user;
    const request = { ...asked.data, user: card };
    expect(await inRoom.next('unban-request')).toEqual({ type: 'unban-request', request });
    expect(viewer.eventsOf('unban-request')).toEqual([]);
    expect((await moderator.get(path)).data).toMatchObject({
      items: [{ ...asked.data, decidedBy: null, ban: { reason: 'spam' } }],
      pagination: { total: 1 },
    });
  });

  it('lifts the ban if it is accepted, tells the user, and withdraws what the moderators were told', async () => {
    const { creator, user, moderator, id, path, ask } = await aBan();
    const { data } = await ask();
    await expect.poll(() => notificationsOf(creator, 'unban-request')).toHaveLength(1);
    const decide = () => moderator.put(`${path}/${data.id}`, { accept: true, answer: ' Be nice ' });
    for (let time = 0; time < 2; time += 1)
      expect(await decide()).toMatchObject({ status: 200, data: { status: 'accepted', answer: 'Be nice' } });
    expect((await user.post(`stream/${id}/join`)).status).toBe(200);
    await expect
      .poll(() => notificationsOf(user, 'unban-decided'))
      .toMatchObject([{ data: { outcome: 'accepted' }, body: expect.stringContaining('Be nice') }]);
    expect(await notificationsOf(creator, 'unban-request')).toEqual([]);
    expect((await creator.get(`${path}?status=accepted`)).data.items).toMatchObject([
      { decidedBy: { id: moderator.userId }, ban: null },
    ]);
    expect((await creator.put(`${path}/${data.id}`, { accept: false })).error.code).toBe('UNBAN_REQUEST_DECIDED');
    const log = (await creator.get(`stream/${id}/moderation/log`)).data.items;
    expect(log[0]).toMatchObject({ action: 'unban', by: { id: moderator.userId }, user: { id: user.userId } });
  });

  it('can be made again only a week after it was refused, and the ban stays', async () => {
    const { creator, user, id, path, ask } = await aBan();
    const { data } = await ask();
    expect((await ask('please')).error.code).toBe('UNBAN_REQUEST_EXISTS');
    expect((await creator.put(`${path}/${data.id}`, { accept: false })).data.status).toBe('refused');
    expect((await user.post(`stream/${id}/join`)).error.code).toBe('BANNED');
    const early = await ask('please');
    expect(early).toMatchObject({ status: 409, error: { code: 'UNBAN_REQUEST_TOO_EARLY' } });
    expect(
      Date.parse(String((early.error.details as { mayAskAgainAt: string }).mayAskAgainAt)) - Date.now(),
    ).toBeGreaterThan(6 * DAY_MS);
    const decidedAt = Date.now() - 8 * DAY_MS;
    await testContext().db.update(unbanRequests).set({ decidedAt }).where(eq(unbanRequests.id, data.id));
    expect((await ask('please')).status).toBe(201);
  });

  it('is closed when the ban is lifted without it', async () => {
    const { creator, moderator, user, id, path, ask } = await aBan();
    const { data } = await ask();
    for (const person of [creator, moderator])
      await expect.poll(() => notificationsOf(person, 'unban-request')).toHaveLength(1);
    await creator.post(`stream/${id}/moderation`, { action: 'unban', userId: user.userId });
    for (const person of [creator, moderator])
      await expect.poll(() => notificationsOf(person, 'unban-request')).toEqual([]);
    expect((await creator.get(path)).data.items).toMatchObject([{ id: data.id, status: 'closed', ban: null }]);
    expect((await creator.put(`${path}/${data.id}`, { accept: true })).error.code).toBe('UNBAN_REQUEST_DECIDED');
    expect((await ask()).error.code).toBe('NOT_BANNED');
  });

  it('is made once and decided once, however many race', async () => {
    const { creator, moderator, path, ask } = await aBan();
    const asked = await Promise.all([ask(), ask(), ask()]);
    expect(asked.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const [{ id: requestId }] = (await creator.get(path)).data.items;
    const decided = await Promise.all([
      creator.put(`${path}/${requestId}`, { accept: true }),
      moderator.put(`${path}/${requestId}`, { accept: false }),
    ]);
    expect(decided.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('is read and decided only by who may lift bans, and made only by who is banned', async () => {
    const { user, path, ask } = await aBan();
    const { data } = await ask();
    const decision = `${path}/${data.id}`;
    const kicksOnly = await asStaff('support', { granted: ['canKickUsers'] });
    for (const person of [await asViewer(), await asCreator(), user, await asStaff('support'), kicksOnly])
      expect([(await person.get(path)).error.code, (await person.put(decision, { accept: true })).error.code]).toEqual([
        'NOT_MODERATOR',
        'NOT_MODERATOR',
      ]);
    const guest = client();
    expect((await guest.get(path)).status).toBe(401);
    expect((await guest.post(path, { text: 'hi' })).status).toBe(401);
    expect((await ask('hi', await asViewer())).error.code).toBe('NOT_BANNED');
    for (const body of [{}, { text: '' }, { text: 'x'.repeat(501) }, { text: 'a', more: 1 }])
      expect((await user.post(path, body)).status).toBe(422);
    const staff = await asStaff('admin_l2');
    expect((await staff.put(`${path}/${newId()}`, { accept: true })).error.code).toBe('UNBAN_REQUEST_NOT_FOUND');
    expect((await staff.put(decision, { accept: true })).status).toBe(200);
    for (const unknown of [newId(), 'nobody'])
      expect((await user.post(`stream/${unknown}/unban-requests`, { text: 'a' })).error.code).toBe('STREAM_NOT_FOUND');
  });

  it('to a private room tells a stranger nothing about the room', async () => {
    standInForLiveKit();
    const [host, banned] = [await asViewer(), await asViewer()];
    const { id } = (await host.post('rooms', { title: 'Friends', isPrivate: true })).data;
    const ask = (person: Person) => person.post(`stream/${id}/unban-requests`, { text: 'May I?' });
    expect((await ask(await asViewer())).error.code).toBe('STREAM_NOT_FOUND');
    expect((await ask(host)).error.code).toBe('NOT_BANNED');
    await host.post(`stream/${id}/moderation`, { action: 'ban', userId: banned.userId });
    expect((await ask(banned)).status).toBe(201);
  });

  it('is listed by an index, with a status and without', async () => {
    const { creator, id } = await aBan();
    for (const status of [undefined, 'open'] as const) {
      const query = { page: 1, perPage: 20, status };
      const plans = await plansOf((ctx) => listRequests(ctx, actorOf(creator), id, query));
      const ofList = plans.filter((plan) => plan.includes('unban_requests_of_place'));
      expect(ofList).not.toEqual([]);
      expect(ofList.filter((plan) => plan.includes('TEMP B-TREE'))).toEqual([]);
    }
  });
});

describe('the moderation log', () => {
  it('is for the creator, moderators and staff, with cards, in pages', async () => {
    const { creator, user, moderator, id } = await aBan();
    const path = `stream/${id}/moderation/log`;
    await moderator.post(`stream/${id}/moderation`, { action: 'timeout', userId: user.userId, reason: 'caps' });
    const first = await creator.get(`${path}?perPage=1`);
    expect(first.data.items).toMatchObject([
      { action: 'timeout', by: { id: moderator.userId }, user: { id: user.userId }, reason: 'caps', text: null },
    ]);
    const second = await moderator.get(`${path}?perPage=1&cursor=${first.data.pagination.nextCursor}`);
    expect(second.data).toMatchObject({
      items: [{ action: 'ban', by: { id: creator.userId }, reason: 'spam' }],
      pagination: { nextCursor: null },
    });
    expect((await (await asStaff('admin_l1')).get(path)).status).toBe(200);
    for (const person of [user, await asViewer(), await asCreator(), await asStaff('support')])
      expect((await person.get(path)).error.code).toBe('NOT_MODERATOR');
    expect((await client().get(path)).status).toBe(401);
    expect((await creator.get(`${path}?cursor=nonsense`)).status).toBe(422);
    expect((await creator.get(`stream/${newId()}/moderation/log`)).status).toBe(404);
  });
});

describe('a guest', () => {
  it('is listed for moderators alone, and can be kicked by them', async () => {
    const { creator, moderator, id } = await aBan();
    const joined = await client().post(`stream/${id}/join`);
    expect(joined.status).toBe(200);
    const guest = await joinRoom(id, { kind: 'guest', id: newId() });
    await guest.welcome();
    const { id: guestId } = guest.viewer;
    expect((await (await asViewer()).get(`stream/${id}/viewers`)).data.guestIds).toBeUndefined();
    expect((await moderator.get(`stream/${id}/viewers`)).data.guestIds).toEqual([guestId]);
    const kick = { action: 'kick', guestId, reason: 'noise' };
    expect((await (await asViewer()).post(`stream/${id}/moderation`, kick)).status).toBe(403);
    for (const body of [{ ...kick, action: 'ban' }, { action: 'kick' }, { ...kick, userId: newId() }])
      expect((await moderator.post(`stream/${id}/moderation`, body)).status).toBe(422);
    expect((await moderator.post(`stream/${id}/moderation`, kick)).status).toBe(200);
    expect(await guest.closed()).toEqual({ code: 4403, reason: 'KICKED' });
    expect((await creator.get(`stream/${id}/moderation/log`)).data.items[0]).toMatchObject({
      ...{ action: 'kick', by: { id: moderator.userId }, user: null, guestId, reason: 'noise' },
    });
  });
});
