import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { recordingContext } from '#test/support/outbox';
import { asCreator, asViewer } from '#test/support/users';
import type { Context } from '@/contracts/context';
import type { MediaEvent, ParticipantSeen } from '@/contracts/media';
import type { OutboxEvent } from '@/contracts/messages';
import { broadcasts } from '@/domains/base/notifications/tables';
import { users } from '@/domains/base/users/tables';
import { banFromChannel } from '@/domains/live/channels/bans';
import { channels } from '@/domains/live/channels/tables';
import { streamLive } from '@/domains/live/rooms/tables';
import { currentRoomOf, findChannelState } from '@/domains/live/streams/channel-state';
import { endIfStillLost, endStream } from '@/domains/live/streams/end-stream';
import { goLive } from '@/domains/live/streams/go-live';
import { applyMediaEvent } from '@/domains/live/streams/media-events';
import { streams } from '@/domains/live/streams/tables';
import { changeInfo } from '@/domains/live/studio/change-channel';
import { block } from '@/domains/people/social/block';
import { newId } from '@/shared/ids';
import { HOUR_MS, SECOND_MS } from '@/shared/time';

/** A creator with a stream key, and LiveKit's events about it, at a second of our choice. */
async function onAir() {
  const { ctx, events } = recordingContext();
  const creator = await asCreator();
  const { channelId, userId } = creator;
  const ingressId = `IN_${newId()}`;
  await ctx.db.update(channels).set({ ingressId, ingressType: 'RTMP' }).where(eq(channels.id, channelId));
  const at = (second: number) => second * SECOND_MS;
  const say = (event: MediaEvent) => applyMediaEvent(ctx, event);
  /** The video room of the show that is on, or of the next. */
  const room = async () => currentRoomOf((await findChannelState(ctx, { channelId })) ?? fail());
  const ingress =
    (type: 'ingress_started' | 'ingress_ended') =>
    async (second: number, id = ingressId, into?: string) =>
      say({ type, ingressId: id, room: into ?? (await room()), at: at(second) });
  const participant =
    (type: 'participant_joined' | 'participant_left' | 'track_published') =>
    async (second: number, identity: string = userId, token: Partial<ParticipantSeen> = {}) =>
      say({
        type,
        room: await room(),
        identity,
        at: at(second),
        issuedAt: 0,
        attributes: {},
        isPublishing: false,
        ...token,
      });
  return {
    ...{ ctx, events, creator, channelId, ingressId, room },
    started: ingress('ingress_started'),
    ended: ingress('ingress_ended'),
    finished: async (second: number) => say({ type: 'room_finished', room: await room(), at: at(second) }),
    joined: participant('participant_joined'),
    left: participant('participant_left'),
    published: participant('track_published'),
    streams: () => ctx.db.select().from(streams).where(eq(streams.channelId, channelId)).orderBy(streams.id),
    async prepare(input: object = {}): Promise<string> {
      return (await creator.post('stream/create', { title: 'Prepared', ...input })).data.id;
    },
    async plan(input: object = {}): Promise<string> {
      return (await creator.post('sessions', { title: 'Planned', ...input })).data.id;
    },
  };
}

afterEach(() => {
  vi.useRealTimers();
});

const inAnHour = (ctx: Context) => new Date(ctx.now() + HOUR_MS).toISOString();
function fail(): never {
  throw new Error('The channel is gone');
}

const endings = (events: OutboxEvent[]) =>
  events.flatMap((event) =>
    event.kind === 'task' && event.task.type === 'end-if-still-lost'
      ? [{ ...event.task, delaySeconds: event.delaySeconds }]
      : [],
  );
const removed = (events: OutboxEvent[]) =>
  events.flatMap((event) => (event.kind === 'remove-participant' ? [event.identity] : []));

describe('an encoder that starts', () => {
  it("without a prepared stream takes one live with the channel's defaults, and notifies its room and followers", async () => {
    const { ctx, events, creator, channelId, ingressId, started, streams } = await onAir();
    await changeInfo(ctx, creator.userId, { title: 'From OBS', category: 'gaming' });
    await started(10);
    const [stream, ...others] = await streams();
    expect(others).toEqual([]);
    expect(stream).toMatchObject({ status: 'live', title: 'From OBS', category: 'gaming', channelId, ingressId });
    expect(events).toMatchObject([
      { kind: 'room', roomId: stream?.id, command: { type: 'setup', setup: { status: 'live', title: 'From OBS' } } },
      { kind: 'task', task: { type: 'fan-out-broadcast', broadcastId: stream?.id, after: null } },
    ]);
    expect(await ctx.db.$count(broadcasts, eq(broadcasts.creatorId, creator.userId))).toBe(1);
    expect(
      await ctx.db
        .select()
        .from(streamLive)
        .where(eq(streamLive.streamId, stream?.id ?? '')),
    ).toHaveLength(1);
  });

  it('takes the last prepared stream live, and neither a draft nor one scheduled for another day', async () => {
    const { ctx, started, streams, prepare, plan } = await onAir();
    await prepare({ title: 'older' });
    const prepared = await prepare({ title: 'newer' });
    await plan({ scheduledFor: new Date(ctx.now() + 2 * HOUR_MS).toISOString() });
    await plan();
    await started(10);
    const live = (await streams()).filter(({ status }) => status === 'live');
    expect(live).toMatchObject([{ id: prepared, title: 'newer' }]);
  });

  it('takes a stream live that is scheduled for very soon', async () => {
    const { ctx, started, streams, plan } = await onAir();
    const soon = await plan({ scheduledFor: new Date(ctx.now() + HOUR_MS / 2).toISOString() });
    await started(10);
    expect(await streams()).toMatchObject([{ id: soon, status: 'live' }]);
  });

  it("takes a stream with the channel's defaults live, not a missed show or a draft", async () => {
    const { ctx, started, streams, plan } = await onAir();
    const door = { visibility: 'private' };
    const [draft, missed] = [await plan(door), await plan({ ...door, scheduledFor: inAnHour(ctx) })];
    const late = ctx.now() + 2 * HOUR_MS;
    vi.useFakeTimers({ toFake: ['Date'], now: late });
    await started(10);
    const live = (await streams()).filter(({ status }) => status === 'live');
    expect(live).toMatchObject([{ title: 'A show', visibility: 'public' }]);
    expect([draft, missed]).not.toContain(live[0]?.id);
  });

  it('feeds the stream that its creator has started already', async () => {
    const { ctx, ingressId, started, streams, prepare } = await onAir();
    const id = await prepare();
    await goLive(ctx, id);
    await started(10);
    expect(await streams()).toMatchObject([{ id, status: 'live', ingressId }]);
  });

  it('comes back within the grace, and the show goes on', async () => {
    const { ctx, events, started, ended, streams } = await onAir();
    await started(10);
    await ended(20);
    const [stream] = await streams();
    const lostAt = stream?.ingressLostAt ?? 0;
    expect(endings(events)).toEqual([
      { type: 'end-if-still-lost', streamId: stream?.id, lostAt, delaySeconds: ctx.config.streamGraceSeconds },
    ]);
    await started(30);
    await endIfStillLost(ctx, stream?.id ?? '', lostAt);
    expect(await streams()).toMatchObject([{ status: 'live', ingressLostAt: null }]);
  });

  it('in the same second in which it ended is running, whichever event arrives first', async () => {
    for (const order of [
      ['ended', 'started'],
      ['started', 'ended'],
    ] as const) {
      const air = await onAir();
      await air.started(10);
      for (const kind of order) await air[kind](20);
      expect(await air.streams()).toMatchObject([{ status: 'live', ingressLostAt: null }]);
    }
  });

  it('comes back too late, and starts the next stream', async () => {
    const { ctx, started, ended, streams } = await onAir();
    await started(10);
    await ended(20);
    const [stream] = await streams();
    await endIfStillLost(ctx, stream?.id ?? '', stream?.ingressLostAt ?? 0);
    expect(await streams()).toMatchObject([{ status: 'ended', ingressLostAt: null }]);
    await started(21);
    expect((await streams()).map(({ status }) => status)).toEqual(['ended', 'live']);
  });

  it('and started before its creator ended the stream by hand starts no new stream', async () => {
    const { ctx, started, streams, prepare } = await onAir();
    const id = await prepare();
    await goLive(ctx, id);
    await endStream(ctx, id, 'creator');
    await started(Math.floor(ctx.now() / SECOND_MS) - 2);
    expect(await streams()).toMatchObject([{ id, status: 'ended' }]);
    await started(Math.floor(ctx.now() / SECOND_MS) + 1);
    expect((await streams()).map(({ status }) => status)).toEqual(['ended', 'live']);
  });

  it.each([{ status: 'banned' as const }, { creatorStatus: 'REJECTED' as const }])(
    'with the key of a creator who is %j starts nothing',
    async (change) => {
      const { ctx, creator, started, streams } = await onAir();
      await ctx.db.update(users).set(change).where(eq(users.id, creator.userId));
      await started(10);
      expect(await streams()).toEqual([]);
    },
  );

  it('with an unknown key starts nothing', async () => {
    const { started, streams } = await onAir();
    await started(10, 'IN_unknown');
    expect(await streams()).toEqual([]);
  });

  it('starts one stream even if the event arrives ten times at once', async () => {
    const { started, streams, events } = await onAir();
    await Promise.all(Array.from({ length: 10 }, () => started(10)));
    expect(await streams()).toMatchObject([{ status: 'live' }]);
    expect(events).toMatchObject([{ kind: 'room' }, { kind: 'task', task: { type: 'fan-out-broadcast' } }]);
  });

  it('while its creator starts another stream leaves one of them live', async () => {
    const { ctx, started, streams, plan } = await onAir();
    const ids = [await plan(), await plan()];
    const outcomes = await Promise.allSettled([...ids.map((id) => goLive(ctx, id)), started(10)]);
    expect((await streams()).filter(({ status }) => status === 'live')).toHaveLength(1);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason.code);
    expect(refused).toContain('ALREADY_LIVE');
    expect(new Set(refused)).toEqual(new Set(['ALREADY_LIVE']));
  });
});

describe('the end of an ingress whose key was deleted', () => {
  it('does not affect the stream that its successor feeds', async () => {
    const { started, ended, streams } = await onAir();
    await started(10);
    await ended(20, 'IN_before');
    expect(await streams()).toMatchObject([{ status: 'live', ingressLostAt: null }]);
  });
});

describe('a browser that publishes', () => {
  async function fromBrowser() {
    const air = await onAir();
    const id = await air.prepare();
    await goLive(air.ctx, id);
    return { ...air, lost: async () => (await air.streams())[0]?.ingressLostAt !== null };
  }

  it('is lost when its creator leaves, and found when they come back', async () => {
    const { joined, published, left, lost, events } = await fromBrowser();
    await joined(10);
    await published(11);
    expect(await lost()).toBe(false);
    await left(20);
    expect(await lost()).toBe(true);
    expect(endings(events)).toHaveLength(1);
    await joined(30);
    expect(await lost()).toBe(false);
    await left(25); // late
    expect(await lost()).toBe(false);
  });

  it('that publishes in the second in which it joins can be lost from then on', async () => {
    const { joined, published, left, lost } = await fromBrowser();
    await joined(10);
    await published(10);
    await published(10); // sound and picture
    await left(20);
    expect(await lost()).toBe(true);
  });

  it("is not lost by viewers who leave before the camera is on, nor by the creator's own viewing", async () => {
    const { joined, left, finished, lost, events } = await fromBrowser();
    const viewer = await asViewer();
    await joined(10, `${viewer.userId}#0`);
    await left(12, `${viewer.userId}#0`);
    await finished(32);
    await joined(40);
    await left(41);
    await finished(61);
    expect(await lost()).toBe(false);
    expect(endings(events)).toEqual([]);
  });

  it('continues beside an attempt of the encoder that LiveKit refused', async () => {
    const { ended, published, left, lost } = await fromBrowser();
    await published(10);
    await ended(20);
    expect(await lost()).toBe(false);
    await left(19); // and what the browser said before is not void for it
    expect(await lost()).toBe(true);
  });

  it('that is lost already is not lost again when its room is finished, and is found as late as before', async () => {
    const { published, left, finished, lost, events } = await fromBrowser();
    await published(10);
    await left(20);
    await finished(40);
    expect(endings(events)).toHaveLength(1);
    await published(39); // told late
    expect(await lost()).toBe(false);
  });

  it('tells its room that the picture is lost, and that it is back', async () => {
    const { published, left, events } = await fromBrowser();
    await published(10);
    events.length = 0;
    await left(20);
    await published(30);
    const told = events.flatMap((event) =>
      event.kind === 'room' && event.command.type === 'setup' ? [event.command.changes] : [],
    );
    expect(told).toEqual([{ reconnecting: true }, { reconnecting: false }]);
  });

  it('is lost when the room is finished, and not when a viewer leaves', async () => {
    const { published, left, finished, lost } = await fromBrowser();
    await published(10);
    await left(20, (await asViewer()).userId);
    expect(await lost()).toBe(false);
    await finished(30);
    expect(await lost()).toBe(true);
  });

  it('is not an encoder: joins and leaves mean nothing while an encoder runs', async () => {
    const { started, ended, joined, left, lost } = await fromBrowser();
    await started(10);
    await left(20);
    expect(await lost()).toBe(false);
    await ended(30);
    await joined(40);
    expect(await lost()).toBe(true);
  });
});

describe('a participant who joins the video', () => {
  it('without permission is removed again, however often they come', async () => {
    const { ctx, events, creator, channelId, room, joined, started } = await onAir();
    await started(10);
    events.length = 0;
    const [banned, blocked, gone, welcome] = [await asViewer(), await asViewer(), await asViewer(), await asViewer()];
    await banFromChannel(ctx, { channelId, userId: banned.userId, bannedBy: creator.userId, reason: null });
    await block(ctx, creator.userId, blocked.userId);
    await ctx.db.update(users).set({ status: 'banned' }).where(eq(users.id, gone.userId));
    for (const { userId } of [banned, blocked, gone, welcome]) await joined(10, `${userId}#1`);
    await joined(10, banned.userId); // as viewers were called before
    await joined(10, `${newId()}#0`); // a guest
    expect(removed(events)).toEqual([banned.userId, blocked.userId, gone.userId, banned.userId]);
    expect(events[0]).toMatchObject({ roomId: await room() });
  });
});

describe('ending', () => {
  it('happens once and is announced once, even if repeated or requested at once', async () => {
    const { ctx, events, channelId, room, streams, prepare } = await onAir();
    const id = await prepare();
    await goLive(ctx, id);
    const was = await room();
    events.length = 0;
    const ends = await Promise.all([1, 2, 3].map(() => endStream(ctx, id, 'creator')));
    await endStream(ctx, id, 'staff');
    expect(new Set(ends.map(({ endedAt }) => endedAt)).size).toBe(1);
    expect(events).toMatchObject([
      { kind: 'room', roomId: id, command: { setup: { status: 'ended' } } },
      { kind: 'close-video', channelId, room: was },
    ]);
    expect(await streams()).toMatchObject([{ status: 'ended' }]);
    expect(await ctx.db.select().from(streamLive).where(eq(streamLive.streamId, id))).toEqual([]);
  });

  it('is refused for a stream that has not started, and starting for one that is over', async () => {
    const { ctx, prepare } = await onAir();
    const id = await prepare();
    await expect(endStream(ctx, id, 'creator')).rejects.toMatchObject({ code: 'STREAM_NOT_LIVE' });
    const live = await goLive(ctx, id);
    expect(await goLive(ctx, id)).toEqual(live);
    await endStream(ctx, id, 'creator');
    await expect(goLive(ctx, id)).rejects.toMatchObject({ code: 'STREAM_ENDED' });
    await expect(goLive(ctx, newId())).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
  });

  it('by a task of an earlier loss does nothing', async () => {
    const { ctx, started, ended, streams } = await onAir();
    const later = (ms: number): Context => ({ ...ctx, now: () => ctx.now() + ms });
    await started(10);
    await ended(20);
    const [first] = await streams();
    await started(30);
    const { channelId, id } = first ?? { channelId: '', id: '' };
    await applyMediaEvent(later(5), { type: 'room_finished', room: channelId, at: 40 * SECOND_MS });
    await endIfStillLost(ctx, id, first?.ingressLostAt ?? 0);
    expect(await streams()).toMatchObject([{ status: 'live' }]);
    await endIfStillLost(ctx, id, (await streams())[0]?.ingressLostAt ?? 0);
    expect(await streams()).toMatchObject([{ status: 'ended' }]);
  });
});

describe('events shuffled, doubled and dropped', () => {
  const kinds = ['ingress_started', 'ingress_ended'] as const;
  /** What LiveKit said, each at a second of its own; and what of it arrives, in which order. */
  const history = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.constantFrom(...kinds)), {
      ...{ minLength: 1, maxLength: 8 },
      selector: ([second]) => second,
    })
    .chain((said) =>
      fc.record({
        arrivals: fc.array(fc.constantFrom(...said), { minLength: 1, maxLength: 14 }),
        atOnce: fc.boolean(),
      }),
    );

  it('leave the state of the newest event that arrived', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ arrivals, atOnce }) => {
        const { started, ended, streams } = await onAir();
        const apply = ([second, type]: (typeof arrivals)[number]) =>
          type === 'ingress_started' ? started(second) : ended(second);
        if (atOnce) await Promise.all(arrivals.map(apply));
        else for (const arrival of arrivals) await apply(arrival);

        const newest = arrivals.reduce((one, other) => (other[0] > one[0] ? other : one));
        const rows = await streams();
        const live = rows.filter(({ status }) => status === 'live');
        expect(live.length).toBe(rows.length); // nothing ends without a task
        expect(live.length).toBeLessThanOrEqual(1);
        const isOn = live.some(({ ingressLostAt }) => ingressLostAt === null);
        expect(isOn).toBe(newest[1] === 'ingress_started');
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('leave the same state if the tasks they queued run in between', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ arrivals }) => {
        const { ctx, events, started, ended, streams } = await onAir();
        for (const [second, type] of arrivals) {
          await (type === 'ingress_started' ? started(second) : ended(second));
          for (const { streamId, lostAt } of endings(events)) await endIfStillLost(ctx, streamId, lostAt);
        }
        const newest = arrivals.reduce((one, other) => (other[0] > one[0] ? other : one));
        const live = (await streams()).filter(({ status }) => status === 'live');
        expect(live.length).toBe(newest[1] === 'ingress_started' ? 1 : 0);
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
