/** By what lists sort: viewers of whom the guests of one address count for at most five. */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, expect, test } from 'vitest';
import { client, randomAddress } from '#test/support/api';
import { testContext } from '#test/support/context';
import { joinRoom, startClock, stopClock, stubOf } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asUser, asViewer } from '#test/support/users';
import { readPass } from '@/domains/live/rooms/pass';
import { endStream } from '@/domains/live/streams/end-stream';
import { MINUTE_MS } from '@/shared/time';

afterEach(startClock);

type Caller = Pick<ReturnType<typeof client>, 'post'>;

async function passOf(caller: Caller, streamId: string, address: string) {
  const { data } = await caller.post(`stream/${streamId}/join`, {}, { address });
  const pass = await readPass(testContext(), data.pass);
  if (!pass) throw new Error('No pass');
  return pass;
}

async function watch(caller: Caller, streamId: string, address = randomAddress()) {
  const pass = await passOf(caller, streamId, address);
  const socket = await joinRoom(streamId, pass.viewer, { pass });
  await socket.welcome();
  return socket;
}

type Items = { data: { items: { id: string; viewerCount: number; peakViewers: number }[] } };

test('seven guests of one address are shown as seven and rank behind six viewers', async () => {
  const tick = stopClock();
  const ctx = testContext();
  const [crowded, real] = [await asCreator(), await asCreator()];
  const [seven, six] = [await anOpenStream(crowded), await anOpenStream(real)];
  const among = ({ data }: Items) => data.items.filter(({ id }) => id === seven || id === six);
  const address = randomAddress();
  for (let index = 0; index < 7; index += 1) await watch(client(), seven, address);
  for (let index = 0; index < 4; index += 1) await watch(client(), six);
  for (let index = 0; index < 2; index += 1) await watch(await asViewer(), six, address);
  tick(MINUTE_MS); // now both tell D1
  for (const id of [seven, six]) await runDurableObjectAlarm(stubOf(id));
  const live = among(await client().get('stream/live?sort=viewers'));
  expect(live).toMatchObject([
    { id: six, viewerCount: 6 },
    { id: seven, viewerCount: 7 },
  ]);
  expect(among(await client().get('viewer/recommended'))).toMatchObject([{ id: six }, { id: seven }]);
  const { data } = await client().get('social/creators?sort=live');
  const creators = data.items.map(({ user }: { user: { id: string } }) => user.id);
  expect(creators).toContain(crowded.userId);
  expect(creators.indexOf(real.userId)).toBeLessThan(creators.indexOf(crowded.userId));

  for (const id of [seven, six]) {
    await endStream(ctx, id, 'creator');
    await ctx.settle();
    await runDurableObjectAlarm(stubOf(id));
  }
  const past = among(await client().get('sessions?status=ended&sort=viewers'));
  expect(past).toMatchObject([
    { id: six, peakViewers: 6 },
    { id: seven, peakViewers: 7 },
  ]);
});

test('a pass has an address hash only for guests and unverified users, and a different one in each room', async () => {
  const ids = [await anOpenStream(await asCreator()), await anOpenStream(await asCreator())];
  const [one = '', other = ''] = ids;
  const mark = async (caller: Caller, id: string, address: string) => (await passOf(caller, id, address)).address;
  const here = await mark(client(), one, '198.51.100.7');
  expect(here).toMatch(/^[\w-]{16}$/);
  expect(await mark(client(), one, '198.51.100.7')).toBe(here);
  expect(await mark(await asUser({ verified: false }), one, '198.51.100.7')).toBe(here);
  expect(await mark(client(), one, '198.51.100.8')).not.toBe(here);
  expect(await mark(client(), other, '198.51.100.7')).not.toBe(here);
  expect(await mark(client(), one, '2001:db8:1:2::1')).toBe(await mark(client(), one, '2001:db8:1:2:ffff::9'));
  expect(await mark(client(), one, '2001:db8:1:2::1')).not.toBe(await mark(client(), one, '2001:db8:1:3::1'));
  expect(await mark(await asViewer(), one, '198.51.100.7')).toBeUndefined();
  for (const loopback of ['127.0.0.1', '::1', '']) expect(await mark(client(), one, loopback)).toBeUndefined();
});
