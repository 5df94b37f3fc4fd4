/** For an hour, guests from a banned user's address are kept out of the rooms that the user entered last. */
import { and, eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { asUserWithPassword, PASSWORD } from '#test/support/accounts';
import { client, randomAddress } from '#test/support/api';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { eventually, joinRoom } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff } from '#test/support/users';
import { readPass } from '@/domains/live/rooms/pass';
import { lastRooms } from '@/domains/live/rooms/tables';
import { authSessions } from '@/domains/people/auth/tables';
import { newId } from '@/shared/ids';

const OUT = { code: 4403, reason: 'ADDRESS_BANNED' };

beforeEach(() => {
  standInForLiveKit();
});

async function passOf(by: ReturnType<typeof client>, streamId: string) {
  const { data } = await by.post(`stream/${streamId}/join`);
  const pass = await readPass(testContext(), data.pass);
  if (!pass) throw new Error('No pass');
  return pass;
}

async function sit(by: ReturnType<typeof client>, streamId: string) {
  const pass = await passOf(by, streamId);
  return joinRoom(streamId, pass.viewer, { pass });
}

/** A user who signed in from an address, and entered a room. */
async function anOffender() {
  const [staff, user, creator] = [await asStaff('admin_l2'), await asUserWithPassword(), await asCreator()];
  const [address, elsewhere] = [randomAddress(), randomAddress()];
  const { data } = await client({}, address).post('auth/login', { email: user.email, password: PASSWORD });
  const streamId = await anOpenStream(creator);
  await (await sit(client({ authorization: `Bearer ${data.accessToken}` }, address), streamId)).welcome();
  await eventually(async () => {
    const row = and(eq(lastRooms.userId, user.userId), eq(lastRooms.roomId, streamId));
    if ((await testContext().db.$count(lastRooms, row)) !== 1) throw new Error('Not remembered');
  });
  const set = (body: object) => staff.put(`admin/user/${user.userId}/status`, { reason: 'Spam.', ...body });
  return { user, streamId, address, elsewhere, set };
}

describe('guests from the address of a banned user', () => {
  it('leave and stay out, while others stay', async () => {
    const { streamId, address, elsewhere, set } = await anOffender();
    const [beside, other] = [await sit(client({}, address), streamId), await sit(client({}, elsewhere), streamId)];
    const unused = await passOf(client({}, address), streamId);
    const resume = await beside.resumePass();
    await other.welcome();
    await set({ status: 'banned' });
    expect(await beside.closed()).toEqual(OUT);
    for (const pass of [unused, resume])
      expect(await (await joinRoom(streamId, pass.viewer, { pass })).closed()).toEqual(OUT);
    expect(await (await sit(client({}, address), streamId)).closed()).toEqual(OUT);
    await (await sit(client({}, elsewhere), streamId)).welcome();
    expect(other.isOpen()).toBe(true);
  });

  it('may come to other rooms, and come back when the ban is lifted', async () => {
    const { streamId, address, set } = await anOffender();
    await set({ status: 'banned' });
    await eventually(async () => {
      expect(await (await sit(client({}, address), streamId)).closed()).toEqual(OUT);
    });
    await (await sit(client({}, address), await anOpenStream(await asCreator()))).welcome();
    await set({ status: 'active' });
    await eventually(async () => {
      const seat = await sit(client({}, address), streamId);
      expect(await Promise.race([seat.welcome(), seat.closed()])).toMatchObject({ type: 'welcome' });
    });
  });

  it('get no token for the video of a room that keeps them out', async () => {
    const { streamId, address, elsewhere, set } = await anOffender();
    await set({ status: 'banned' });
    const ask = (by: string) => client({}, by).post('viewer/token', { streamId });
    await eventually(async () => expect((await ask(address)).error?.code).toBe('ADDRESS_BANNED'));
    expect((await client({}, address).post(`stream/${streamId}/join`)).data).toMatchObject({ media: null });
    expect((await ask(elsewhere)).status).toBe(200);
  });

  it('stay out by the newest command, whichever arrives last, and by the ban of another account', async () => {
    const streamId = await anOpenStream(await asCreator());
    const [room, until] = [testContext().rooms(streamId), Date.now() + 60_000];
    const [early, late] = [newId(), newId()];
    const slot = () => room.takeVideoSlot({ kind: 'guest', id: 'g', address: 'a' }, 5);
    await room.apply(late, { type: 'account-active', userId: 'u' });
    await room.apply(early, { type: 'account-banned', userId: 'u', addresses: ['a'], until });
    expect(await slot()).not.toBeNull();
    for (const userId of ['u', 'v'])
      await room.apply(newId(), { type: 'account-banned', userId, addresses: ['a'], until });
    await room.apply(newId(), { type: 'account-active', userId: 'u' });
    expect(await slot()).toBeNull();
    await room.apply(newId(), { type: 'account-active', userId: 'v' });
    expect(await slot()).not.toBeNull();
  });

  it('are known by a hash that is not the address, and goes with the session', async () => {
    const { user, address } = await anOffender();
    const rows = await testContext().db.select().from(authSessions).where(eq(authSessions.userId, user.userId));
    const [hash] = rows.flatMap(({ addressHash }) => addressHash ?? []);
    expect(hash).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(rows)).not.toContain(address);
    const { data } = await user.get('user/export');
    expect(JSON.stringify(data)).not.toContain(hash);
  });

  it('of loopback, where everyone is on one machine, are let in', async () => {
    const { user } = await anOffender();
    await client({}, '127.0.0.1').post('auth/login', { email: user.email, password: PASSWORD });
    await client({}, '::1').post('auth/login', { email: user.email, password: PASSWORD });
    const rows = await testContext().db.select().from(authSessions).where(eq(authSessions.userId, user.userId));
    expect(rows.filter(({ addressHash }) => addressHash !== null).length).toBe(1);
  });
});
