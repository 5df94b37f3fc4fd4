/** A creator with an encoder at a LiveKit that the test stands in for, and the world as it is once all is delivered. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import { channels } from '@/domains/live/channels/tables';
import { currentRoomOf, findChannelState } from '@/domains/live/streams/channel-state';
import { endIfStillLost } from '@/domains/live/streams/end-stream';
import { applyMediaEvent } from '@/domains/live/streams/media-events';
import { reconcileStreams } from '@/domains/live/streams/reconcile';
import { streams } from '@/domains/live/streams/tables';
import { sweepOutbox } from '@/queues/outbox';
import { consumeTasks } from '@/queues/tasks';
import { SECOND_MS } from '@/shared/time';
import { testContext } from './context';
import { type LiveKitStandIn, standInForLiveKit } from './livekit';
import { consumed, recordingQueue } from './queues';
import { asCreator } from './users';

/** @param seconds from now on, for whoever asks later */
export async function onAir(livekit: LiveKitStandIn = standInForLiveKit()) {
  const tasks = recordingQueue<TaskMessage>();
  const ctx = testContext({ TASKS: tasks.queue });
  const creator = await asCreator();
  const { channelId } = creator;
  const ingressId = String((await creator.post('stream/ingress', { ingressType: 'RTMP' })).data.ingressId);
  const later = (seconds: number): Context => ({ ...ctx, now: () => Date.now() + seconds * SECOND_MS });

  const state = async () => {
    const found = await findChannelState(ctx, { channelId });
    if (!found) throw new Error('The channel is gone');
    return found;
  };
  const ingressRoom = () => String(livekit.ingresses.get(ingressId)?.room_name);

  return {
    ...{ livekit, ctx, creator, channelId, ingressId, tasks, later, state, ingressRoom },
    room: async () => currentRoomOf(await state()),
    streams: () => ctx.db.select().from(streams).where(eq(streams.channelId, channelId)).orderBy(streams.id),
    channel: async () => (await ctx.db.select().from(channels).where(eq(channels.id, channelId)))[0],
    /** The encoder connects to where its ingress is, and LiveKit tells of it. False: it was refused. */
    async start(at = Date.now(), { heard = true } = {}): Promise<boolean> {
      const room = ingressRoom();
      const isIn = livekit.connectEncoder(ingressId, at);
      if (isIn && heard) await applyMediaEvent(ctx, { type: 'ingress_started', ingressId, room, at });
      await ctx.settle();
      return isIn;
    },
    /** The encoder is gone, which LiveKit tells, and the grace passes. */
    async endByLoss(): Promise<void> {
      livekit.disconnectEncoder(ingressId);
      await applyMediaEvent(ctx, { type: 'ingress_ended', ingressId, room: ingressRoom(), at: Date.now() });
      const { live } = await state();
      if (live?.ingressLostAt) await endIfStillLost(ctx, live.id, live.ingressLostAt);
      await ctx.settle();
    },
    /** LiveKit tells of the join. */
    async join(token: string): Promise<string> {
      const { room, identity, attributes } = livekit.joinWith(token);
      const { issuedAt = '0', ...rest } = attributes;
      const event = {
        room,
        identity,
        issuedAt: Number(issuedAt),
        attributes: rest,
        isPublishing: false,
        at: Date.now(),
      };
      await applyMediaEvent(ctx, { type: 'participant_joined', ...event });
      await ctx.settle();
      return room;
    },
    /** What the queue and the outbox hold so far. */
    async deliver(seconds = 0): Promise<void> {
      await ctx.settle();
      const sent = tasks.sent.splice(0).filter(({ delaySeconds = 0 }) => delaySeconds <= seconds);
      await consumed((batch) => consumeTasks(later(seconds), batch), 'footlight-tasks', sent);
      await sweepOutbox(later(seconds));
      await ctx.settle();
    },
    async sweep(seconds: number): Promise<void> {
      await reconcileStreams(later(seconds));
      await ctx.settle();
    },
  };
}
