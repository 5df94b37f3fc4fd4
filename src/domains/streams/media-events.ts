/**
 * What the media provider says becomes the stream's state. Its events are hints that come late, twice and in the
 * wrong order: each is applied against the present state and only if it is newer than all that were applied before,
 * so in whatever order they come the state is the one that the newest of them tells.
 */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit, demandChange, type Statement } from '@/db/commit';
import { advanceMediaMark } from '@/domains/channels/media-mark';
import { users } from '@/domains/users/tables';
import type { MediaEvent } from '@/providers/media';
import type { OutboxEvent } from '@/queues/messages';
import { changeStream, RACES_TO_READ_AGAIN, untilUnchanged } from './change-stream';
import { type ChannelState, findChannelState, type StreamRow } from './channel-state';
import { startFromDefaults, startStream } from './go-live';
import { applyParticipantJoined } from './participants';

type IngressEvent = Extract<MediaEvent, { type: 'ingress_started' | 'ingress_ended' }>;

export async function applyMediaEvent(ctx: Context, event: MediaEvent): Promise<void> {
  switch (event.type) {
    case 'ingress_started':
      return applyIngressStarted(ctx, event);
    case 'ingress_ended':
      // The end of a key that was deleted says nothing about the stream that its successor feeds.
      return applyPictureLost(ctx, event.room, event.at, ({ live }) =>
        [undefined, null, event.ingressId].includes(live?.ingressId),
      );
    case 'room_finished':
      return applyPictureLost(ctx, event.room, event.at, () => true);
    case 'participant_joined':
      if (await applyParticipantJoined(ctx, event)) await applyCreatorJoined(ctx, event.room, event.at);
      return;
    case 'participant_left':
      return applyPictureLost(ctx, event.room, event.at, ({ channel, live }) =>
        Boolean(live && isFromBrowser(live) && channel.creatorId === event.identity),
      );
    case 'other':
      return;
  }
}

/** Provider times are whole seconds: of a start and an end in the same one the start wins, and the sweep has the last word. */
function startTime(at: number): number {
  return at + 1;
}

function isFromBrowser(stream: StreamRow): boolean {
  return stream.ingressId === null;
}

/** Continues the live stream, or takes the prepared one live, or one made of the channel's defaults. */
async function applyIngressStarted(ctx: Context, { ingressId, at }: IngressEvent): Promise<void> {
  await untilUnchanged(async () => {
    const state = await findChannelState(ctx, { ingressId });
    if (!state || state.channel.mediaEventAt >= startTime(at)) return;
    if (!state.live && !(await mayGoLive(ctx, state.channel.creatorId))) return;
    await advance(ctx, state, startTime(at), stepForStart(ctx, state, ingressId));
    ctx.log.event('stream.encoder-started', { channelId: state.channel.id, ingressId });
  });
}

function stepForStart(ctx: Context, { channel, live, prepared }: ChannelState, ingressId: string) {
  if (live) return { ...changeStream(ctx, live, { ingressId, ingressLostAt: null }), events: [] };
  return prepared ? startStream(ctx, channel, prepared, ingressId) : startFromDefaults(ctx, channel, ingressId);
}

/** A key that was handed out outlives what its owner may do. */
async function mayGoLive(ctx: Context, creatorId: string): Promise<boolean> {
  const creator = await ctx.db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, creatorId), eq(users.status, 'active'), eq(users.creatorStatus, 'APPROVED')))
    .get();
  return creator !== undefined;
}

/** The grace begins. Without a live stream the time alone is noted, so that an earlier start that comes later is void. */
async function applyPictureLost(
  ctx: Context,
  channelId: string,
  at: number,
  concerns: (state: ChannelState) => boolean,
): Promise<void> {
  await untilUnchanged(async () => {
    const state = await findChannelState(ctx, { channelId });
    if (!state || state.channel.mediaEventAt >= at || !concerns(state)) return;
    const { live } = state;
    await advance(ctx, state, at, live && live.ingressLostAt === null ? losePicture(ctx, live) : undefined);
  });
}

/** Marks the stream lost from now on, and sets its end going. */
export function losePicture(ctx: Context, live: StreamRow): { statements: Statement[]; events: OutboxEvent[] } {
  const lostAt = ctx.now();
  return {
    statements: changeStream(ctx, live, { ingressLostAt: lostAt }).statements,
    events: [
      {
        kind: 'task',
        task: { type: 'end-if-still-lost', streamId: live.id, lostAt },
        delaySeconds: ctx.config.streamGraceSeconds,
      },
    ],
  };
}

/** The creator's browser is back. An ingress joins as its creator too, but there its own events decide. */
async function applyCreatorJoined(ctx: Context, channelId: string, at: number): Promise<void> {
  await untilUnchanged(async () => {
    const state = await findChannelState(ctx, { channelId });
    if (!state?.live || !isFromBrowser(state.live) || state.channel.mediaEventAt >= startTime(at)) return;
    const { statements } = changeStream(ctx, state.live, { ingressLostAt: null });
    await advance(ctx, state, startTime(at), { statements, events: [] });
  });
}

/** The event's time and what follows from it, or neither. */
async function advance(
  ctx: Context,
  { channel }: ChannelState,
  at: number,
  step: { statements: Statement[]; events: OutboxEvent[] } = { statements: [], events: [] },
): Promise<void> {
  const statements = [advanceMediaMark(ctx, channel.id, at), demandChange(ctx), ...step.statements];
  await commit(ctx, statements, { events: step.events, refusals: RACES_TO_READ_AGAIN });
}
