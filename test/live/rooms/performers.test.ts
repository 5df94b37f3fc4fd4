import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, test, vi } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { recordingContext } from '#test/support/outbox';
import { goAnonymous, stageNames } from '#test/support/performers';
import { sweepOut } from '#test/support/queues';
import { aGuest, aUser, eventually, inStorage, joinRoom, passFor, roomOf, stubOf } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { outbox } from '@/db/outbox';
import { applyRegions } from '@/domains/live/rooms/apply-regions';
import { readPass } from '@/domains/live/rooms/pass';
import { changePrivacy } from '@/domains/people/performers/change-privacy';
import { setBlockedRegions } from '@/domains/people/social/regions';
import { deliverOutbox, sweepOutbox } from '@/queues/outbox';
import { newId } from '@/shared/ids';

const URL_ = 'performer/privacy-settings';

const guest = client();
const asPerformer = () => asCreator({ role: 'performer' });
const from = (region: string, { headers }: Pick<Person, 'headers'> = guest) =>
  client({ ...headers, 'x-dev-country': region });

test('an anonymous performer who only watches is not named by a text', async () => {
  const [creator, performer, writer] = [await asCreator(), await asPerformer(), await asViewer()];
  const names = stageNames();
  await goAnonymous(performer, names);
  const streamId = await anOpenStream(creator);
  const { data } = await performer.post(`stream/${streamId}/join`);
  const pass = await readPass(testContext(), data.pass);
  if (pass?.viewer.kind !== 'user') throw new Error('No user');
  await joinRoom(streamId, pass.viewer, { pass });
  const text = `@${pass.viewer.username} are you here?`;
  expect((await writer.post(`sessions/${streamId}/chat`, { text })).data).not.toHaveProperty('mentions');
  await performer.post(`sessions/${streamId}/chat`, { text: 'Hi' });
  const named = await writer.post(`sessions/${streamId}/chat`, { text: `${text} So you are` });
  expect(named.data.mentions).toMatchObject([{ start: 0, userId: performer.userId }]);
});

test('where the list of viewers is hidden, a text names only the creator and those who have written', async () => {
  const performer = await asPerformer();
  await performer.put(URL_, { showViewerList: false });
  const creator = await asCreator();
  for (const [host, streamId] of [
    [performer, await anOpenStream(performer)],
    [creator, await anOpenStream(creator, { showViewers: false })],
  ] as const) {
    const [watcher, writer] = [await asViewer(), await asViewer()];
    for (const person of [host, watcher]) {
      const pass = await readPass(testContext(), (await person.post(`stream/${streamId}/join`)).data.pass);
      if (pass) await joinRoom(streamId, pass.viewer, { pass });
    }
    const say = async (text: string) => (await writer.post(`sessions/${streamId}/chat`, { text })).data.mentions ?? [];
    const text = `@${watcher.username} @${host.username}`;
    expect(await say(text)).toMatchObject([{ userId: host.userId }]);
    await watcher.post(`sessions/${streamId}/chat`, { text: 'Here' });
    expect(await say(`${text} ah`)).toMatchObject([{ userId: watcher.userId }, { userId: host.userId }]);
  }
});

test('someone who watches already is not named while the performer hides the list of viewers', async () => {
  const [performer, watcher] = [await asPerformer(), await asViewer()];
  const streamId = await anOpenStream(performer);
  const pass = await readPass(testContext(), (await watcher.post(`stream/${streamId}/join`)).data.pass);
  if (!pass) throw new Error('No pass');
  await joinRoom(streamId, pass.viewer, { pass });
  const isNamed = async () => {
    const draft = { clientId: newId(), text: `@${watcher.username} are you here?` };
    const said = await roomOf(streamId).say(aUser(), draft);
    return said.ok && said.message.mentions !== undefined;
  };
  expect(await isNamed()).toBe(true);
  for (const showViewerList of [false, true]) {
    await performer.put(URL_, { showViewerList });
    await eventually(async () => {
      await sweepOut(sweepOutbox, testContext());
      await runDurableObjectAlarm(stubOf(streamId));
      expect(await isNamed()).toBe(showViewerList);
    });
  }
});

describe('a viewer in the room when their country is blocked', () => {
  it('is removed from the room and its video, and cannot come back with an old pass or token', async () => {
    const livekit = standInForLiveKit();
    const creator = await asPerformer();
    const streamId = await anOpenStream(creator);
    const enter = async (who: Pick<Person, 'post'>) => {
      const { data } = await who.post(`stream/${streamId}/join`);
      const pass = await readPass(testContext(), data.pass);
      if (!pass) throw new Error('No pass');
      livekit.join(creator.channelId, data.viewer.id);
      return joinRoom(streamId, pass.viewer, { pass });
    };
    const [inside, insideAsGuest] = [await enter(from('DE-BY', await asViewer())), await enter(from('DE'))];
    const others = [
      await enter(from('DE', await asStaff('support'))),
      await enter(from('DE', creator)),
      await enter(from('AT', await asViewer())),
      await enter(guest),
    ];
    const resume = await inside.resumePass();
    expect((await creator.put(URL_, { blockedCountries: ['DE'] })).status).toBe(200);
    for (const client of [inside, insideAsGuest])
      expect(await client.closed()).toEqual({ code: 4403, reason: 'NOT_IN_YOUR_COUNTRY' });
    const left = [inside.viewer.id, insideAsGuest.viewer.id];
    await eventually(async () => {
      await sweepOut(sweepOutbox, testContext());
      const removed = livekit.callsOf('RoomService/RemoveParticipant').map(({ identity }) => identity);
      expect(removed.toSorted()).toEqual(left.toSorted());
    });
    for (const client of others) expect((await client.ask({ type: 'ping' })).type).toBe('ack');
    expect(await (await joinRoom(streamId, inside.viewer, { pass: resume })).closed()).toMatchObject({ code: 4403 });
    await creator.put(URL_, { blockedCountries: [] });
    await eventually(async () => {
      const [known] = await inStorage<{ value: string }>(
        streamId,
        "SELECT value FROM meta WHERE key = 'blocked-regions'",
      );
      expect(JSON.parse(known?.value ?? '')).toMatchObject({ regions: [] });
    });
    await (await joinRoom(streamId, inside.viewer, { pass: resume })).welcome();
  });
});

describe('a big room of a country that is blocked', () => {
  const VIEWERS = 30;
  /** What is asked of the database meanwhile. */
  const counted = () => {
    const prepare = vi.spyOn(env.DB, 'prepare');
    return { count: () => prepare.mock.calls.length, stop: () => prepare.mockRestore() };
  };
  const aFullRoom = async () => {
    const livekit = standInForLiveKit();
    const creator = await asPerformer();
    const streamId = await anOpenStream(creator);
    const inside = [];
    for (let index = 0; index < VIEWERS; index += 1) {
      const viewer = aGuest();
      const pass = { ...passFor(streamId, viewer), regions: ['DE'] };
      livekit.join(creator.channelId, viewer.id);
      inside.push(await joinRoom(streamId, viewer, { pass }));
    }
    const { ctx, events } = recordingContext();
    await ctx.db.batch([ctx.db.delete(outbox), ...setBlockedRegions(ctx, creator.userId, ['DE'])]);
    const planned = async () => (await ctx.db.select().from(outbox)).filter(({ id }) => id.includes(':'));
    return { livekit, creator, inside, ctx, events, planned };
  };

  it('is emptied at once at a constant cost, and then the video', async () => {
    const { livekit, creator, inside, ctx, events, planned } = await aFullRoom();
    const statements = counted();
    await applyRegions(ctx, newId(), creator.userId);
    expect(statements.count()).toBeLessThanOrEqual(6);
    statements.stop();
    for (const client of inside) expect(await client.closed()).toMatchObject({ code: 4403 });
    expect(await planned()).toHaveLength(VIEWERS);
    expect(livekit.callsOf('RoomService/RemoveParticipant')).toEqual([]);
    expect(events).toEqual([{ kind: 'task', task: expect.objectContaining({ type: 'sweep', name: 'sweepOutbox' }) }]);
    await sweepOut(sweepOutbox, { ...ctx, now: () => Date.now() + 1 });
    expect(livekit.participants.get(creator.channelId)?.size).toBe(0);
    expect(await planned()).toEqual([]);
  });

  it('is emptied in the video too if the first attempt stops before the room is told', async () => {
    const { livekit, creator, inside, ctx, planned } = await aFullRoom();
    const eventId = newId();
    const dying: Context = {
      ...ctx,
      rooms: (roomId) => ({
        ...ctx.rooms(roomId),
        apply: () => Promise.reject(new Error('The room is away')),
      }),
    };
    await expect(applyRegions(dying, eventId, creator.userId)).rejects.toThrow('away');
    inside.pop()?.socket.close();
    for (let repeat = 0; repeat < 2; repeat += 1) await applyRegions(ctx, eventId, creator.userId);
    expect(await planned()).toHaveLength(VIEWERS);
    await sweepOut(sweepOutbox, { ...ctx, now: () => Date.now() + 1 });
    expect(livekit.participants.get(creator.channelId)?.size).toBe(0);
  });

  it('is emptied too if it was opened while the change was being delivered', async () => {
    const creator = await asPerformer();
    const { ctx, events } = recordingContext();
    await changePrivacy(ctx, creator.userId, { blockedCountries: ['DE'] });
    const streamId = await anOpenStream(creator);
    const viewer = aGuest();
    const inside = await joinRoom(streamId, viewer, { pass: { ...passFor(streamId, viewer), regions: ['DE'] } });
    await deliverOutbox(
      ctx,
      events.map((event) => ({ id: newId(), event })),
    );
    expect(await inside.closed()).toMatchObject({ code: 4403 });
  });
});
