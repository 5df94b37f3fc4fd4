/** Which rooms hear of a block: those in which the two can meet, however many the creator has open. */
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { recordingContext } from '#test/support/outbox';
import { eventually, joinRoom } from '#test/support/rooms';
import { anOpenStream, aStream } from '#test/support/streams';
import { asCreator, asViewer, type Person } from '#test/support/users';
import { readPass } from '@/domains/live/rooms/pass';
import { lastRooms } from '@/domains/live/rooms/tables';
import { blockUser, unblockUser } from '@/domains/people/social/block';

const WAITING_ROOMS = 20;

beforeEach(() => {
  standInForLiveKit();
});

async function aBusyCreator() {
  const creator = await asCreator();
  const liveId = await aStream(creator);
  const waiting: string[] = [];
  for (let room = 0; room < WAITING_ROOMS; room += 1) waiting.push(await aStream(creator, { status: 'scheduled' }));
  return { creator, liveId, waiting };
}

/** Answers the pass once the platform knows where it leads. */
async function join(viewer: Person, streamId: string): Promise<string> {
  const { data } = await viewer.post(`stream/${streamId}/join`);
  await eventually(async () => {
    const rows = await testContext().db.select().from(lastRooms).where(eq(lastRooms.userId, viewer.userId));
    if (!rows.some(({ roomId }) => roomId === streamId)) throw new Error('Not remembered');
  });
  return data.pass;
}

async function toldBy(act: (ctx: Parameters<typeof blockUser>[0]) => Promise<void>) {
  const { ctx, events } = recordingContext();
  await act(ctx);
  return events.flatMap((event) => (event.kind === 'room' ? [[event.roomId, event.command]] : []));
}

describe('a block', () => {
  it('wakes the live room and the waiting room that the blocked user entered, and no other', async () => {
    const [{ creator, liveId, waiting }, viewer] = [await aBusyCreator(), await asViewer()];
    const entered = waiting[7] ?? '';
    await join(viewer, entered);
    const command = { type: 'standing-changed', userId: viewer.userId };
    const told = await toldBy((ctx) => blockUser(ctx, creator.userId, viewer.userId));
    expect(told).toEqual([
      [liveId, command],
      [entered, command],
    ]);
  });

  it('wakes the same rooms if the viewer blocks the creator', async () => {
    const [{ creator, liveId, waiting }, viewer] = [await aBusyCreator(), await asViewer()];
    const entered = waiting[3] ?? '';
    await join(viewer, entered);
    const told = await toldBy((ctx) => blockUser(ctx, viewer.userId, creator.userId));
    expect(told.map(([roomId]) => roomId)).toEqual([liveId, entered]);
  });

  it('wakes no room of another host', async () => {
    const [{ waiting }, one, other] = [await aBusyCreator(), await asViewer(), await asViewer()];
    for (const viewer of [one, other]) await join(viewer, waiting[0] ?? '');
    expect(await toldBy((ctx) => blockUser(ctx, one.userId, other.userId))).toEqual([]);
  });

  it('between two creators wakes the rooms of each in which the other is', async () => {
    const [one, other] = [await asCreator(), await asCreator()];
    const [ofOne, ofOther] = [
      await aStream(one, { status: 'scheduled' }),
      await aStream(other, { status: 'scheduled' }),
    ];
    await join(one, ofOne);
    await join(one, ofOther);
    const told = await toldBy((ctx) => blockUser(ctx, other.userId, one.userId));
    expect(told).toEqual([[ofOther, { type: 'standing-changed', userId: one.userId }]]);
  });

  it('voids an unused pass to a waiting room', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    const streamId = await anOpenStream(creator, { status: 'scheduled' });
    const pass = await readPass(testContext(), await join(viewer, streamId));
    if (!pass) throw new Error('The pass is not one');
    const ctx = testContext();
    await blockUser(ctx, creator.userId, viewer.userId);
    await ctx.settle();
    const client = await joinRoom(streamId, pass.viewer, { pass });
    expect((await client.closed()).code).toBe(4401);
  });
});

describe('an unblock', () => {
  it('wakes no room, since joining checks blocks again', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    const streamId = await anOpenStream(creator);
    const ctx = testContext();
    await blockUser(ctx, creator.userId, viewer.userId);
    await ctx.settle();
    expect(await toldBy((recording) => unblockUser(recording, creator.userId, viewer.userId))).toEqual([]);
    const pass = await readPass(testContext(), (await viewer.post(`stream/${streamId}/join`)).data.pass);
    if (!pass) throw new Error('The pass is not one');
    const client = await joinRoom(streamId, pass.viewer, { pass });
    await client.welcome();
    expect((await client.say('I am back')).type).toBe('ack');
  });
});
