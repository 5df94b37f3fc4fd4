import { expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { giveCoins, once } from '#test/support/money';
import { asPerformer } from '#test/support/performers';
import { joinRoom } from '#test/support/rooms';
import { aShow, whereSeen } from '#test/support/shows';
import { anOpenStream } from '#test/support/streams';
import { asStaff, asViewer, type Person } from '#test/support/users';
import { readPass } from '@/domains/live/rooms/pass';

const URL_ = 'performer/privacy-settings';
const nobody = client();
const from = (region: string, { headers }: Pick<Person, 'headers'> = nobody) =>
  client({ ...headers, 'x-dev-country': region });

async function enter(who: Pick<Person, 'post'>, streamId: string) {
  const { data } = await who.post(`stream/${streamId}/join`);
  const pass = await readPass(testContext(), data.pass);
  if (!pass) throw new Error('No pass');
  return joinRoom(streamId, pass.viewer, { pass });
}

it('readers whose country nobody knows see nothing of a performer who denies them, and only of that one', async () => {
  const [show, other] = [await aShow('performer'), await aShow('performer')];
  const reader = await asViewer();
  const [seen, seenOther] = [await whereSeen(reader, show), await whereSeen(reader, other)];
  expect(seen.length).toBeGreaterThan(15);
  expect((await show.creator.put(URL_, { unknownCountry: 'deny' })).data).toMatchObject({
    unknownCountry: 'deny',
    blockedCountries: [],
  });
  for (const hidden of [reader, nobody, from('XX', reader)]) expect(await whereSeen(hidden, show)).toEqual([]);
  expect(await whereSeen(reader, other)).toEqual(seenOther);
  expect(await whereSeen(from('AT', reader), show)).toEqual(seen);
  expect((await nobody.get(`stream/${show.streamId}`)).error.code).toBe('NOT_IN_YOUR_COUNTRY');
  for (const insider of [show.creator, await asStaff('support')])
    expect((await insider.get(`stream/${show.streamId}`)).status).toBe(200);
  // A new list of countries leaves the choice as it is.
  await show.creator.put(URL_, { blockedCountries: ['DE'] });
  expect(await whereSeen(nobody, show)).toEqual([]);
  await show.creator.put(URL_, { unknownCountry: 'allow' });
  expect((await show.creator.get(URL_)).data).toMatchObject({ unknownCountry: 'allow', blockedCountries: ['DE'] });
  expect(await whereSeen(reader, show)).toEqual(seen);
}, 60_000);

it('viewers of unknown countries are removed from an open room, and cannot come back', async () => {
  const performer = await asPerformer();
  const streamId = await anOpenStream(performer);
  const viewer = await asViewer();
  const out = [await enter(viewer, streamId), await enter(nobody, streamId)];
  const stay = [
    await enter(from('AT', await asViewer()), streamId),
    await enter(performer, streamId),
    await enter(await asStaff('support'), streamId),
  ];
  const resume = await out[0]?.resumePass();
  await performer.put(URL_, { unknownCountry: 'deny' });
  for (const client of out) expect(await client.closed()).toEqual({ code: 4403, reason: 'NOT_IN_YOUR_COUNTRY' });
  for (const client of stay) expect((await client.ask({ type: 'ping' })).type).toBe('ack');
  const back = await joinRoom(streamId, stay[0]?.viewer, { ...(resume ? { pass: resume } : {}) });
  expect(await back.closed()).toMatchObject({ code: 4403 });
  expect((await viewer.post(`stream/${streamId}/join`)).status).toBe(451);
  expect((await viewer.post(`stream/${streamId}/leave`)).status).toBe(200);
});

it('nobody there can pay or follow, but followers can unfollow, and no cache answers for another place', async () => {
  const performer = await asPerformer();
  const streamId = await anOpenStream(performer);
  const viewer = await asViewer();
  await giveCoins(viewer.userId, 1_000);
  await viewer.post(`social/follow/${performer.userId}`);
  const cacheOf = async () => (await from('AT').get(`stream/chat/${streamId}`)).headers.get('cache-control');
  expect(await cacheOf()).toMatch(/^public,/);
  await performer.put(URL_, { unknownCountry: 'deny' });
  expect(await cacheOf()).toMatch(/^private,/);
  const tip = { coins: 100, recipientId: performer.userId };
  expect((await viewer.post('payment/tip', tip, once())).status).toBe(404);
  expect((await viewer.post(`social/follow/${performer.userId}`)).status).toBe(404);
  expect((await viewer.delete(`social/follow/${performer.userId}`)).data).toMatchObject({ following: false });
  expect((await from('AT', viewer).post('payment/tip', tip, once())).status).toBe(201);
});

it("a stream says whether its performer allows recordings, and every other creator's says yes", async () => {
  const performer = await asPerformer();
  const streamId = await anOpenStream(performer);
  const allowed = async () => (await nobody.get(`stream/${streamId}`)).data.recordingAllowed;
  expect(await allowed()).toBe(true);
  await performer.put(URL_, { allowRecording: false });
  expect(await allowed()).toBe(false);
  expect((await performer.get(`sessions/${streamId}`)).data.recordingAllowed).toBe(false);
  const { streamId: other } = await aShow();
  expect((await nobody.get(`stream/${other}`)).data.recordingAllowed).toBe(true);
});
