/**
 * Turns the media provider's events into the state of streams. Events may be late, repeated or out of order. Each
 * applies to the current state, and only if it is newer than all applied before, so the newest event decides.
 */

import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { MediaEvent, ParticipantEvent } from '@/contracts/media';
import { commit, NOTHING, type Plan, requireChange } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { isActive } from '@/domains/base/visibility/people';
import { readIdentity } from '@/domains/live/channels/media-identity';
import { advanceMediaMark } from '@/domains/live/channels/media-mark';
import { isEncoderRefused } from '@/domains/live/channels/video-room';
import { applyParticipantJoined } from '@/domains/live/rooms/participants';
import { applyVoicePublished } from '@/domains/live/rooms/voice-joined';
import { changeStream, RACES_TO_READ_AGAIN, untilUnchanged } from './change-stream';
import { type ChannelState, currentRoomOf, findChannelState } from './channel-state';
import { startFromDefaults, startStream } from './go-live';
import { setupEvent } from './room-setup';
import type { StreamRow } from './tables';

type IngressEvent = Omit<Extract<MediaEvent, { type: 'ingress_started' | 'ingress_ended' }>, 'type'>;

export async function applyMediaEvent(ctx: Context, event: MediaEvent): Promise<void> {
  switch (event.type) {
    case 'ingress_started':
      return applyIngressStarted(ctx, event);
    case 'ingress_ended':
      return applyIngressEnded(ctx, event);
    case 'room_finished':
      return applyPictureLost(ctx, { room: event.room }, event.at, ({ live }) => hasPicture(live));
    case 'participant_joined':
      if (await applyParticipantJoined(ctx, event)) await applyCreatorIsThere(ctx, event, false);
      return;
    case 'track_published':
      await applyVoicePublished(ctx, event);
      return applyCreatorIsThere(ctx, event, true);
    case 'participant_left':
      return applyPictureLost(
        ctx,
        { room: event.room },
        event.at,
        ({ live }) => hasPicture(live) && isFromBrowser(live) && isBrowserOf(live, event),
      );
    case 'other':
      return;
  }
}

/**
 * The provider's times may be whole seconds: for a start and an end in the same second the start wins, and the sweep
 * corrects it.
 */
function startTime(at: number): number {
  return at + 1;
}

function isFromBrowser(stream: StreamRow): boolean {
  return stream.ingressId === null;
}

function isBrowserOf({ creatorId }: Pick<StreamRow, 'creatorId'>, { identity }: Pick<ParticipantEvent, 'identity'>) {
  const { as, id } = readIdentity(identity);
  return as === 'own' && id === creatorId;
}

/** A picture cannot be lost before anything was published, or while it is already lost. */
function hasPicture(live: StreamRow | undefined): live is StreamRow {
  return live !== undefined && hasPublished(live) && live.ingressLostAt === null;
}

/** A stream that an encoder feeds has published from the start. */
export function hasPublished({ publishedAt, ingressId }: Pick<StreamRow, 'publishedAt' | 'ingressId'>): boolean {
  return publishedAt !== null || ingressId !== null;
}

/**
 * Continues the live stream, takes the prepared one live, or creates one from the channel's defaults. An encoder in any
 * other room than the channel's is in an old show's room, with the viewers who stayed there. Closing that room drops
 * its session, and it reconnects to the right room.
 */
export async function applyIngressStarted(ctx: Context, { ingressId, room, at }: IngressEvent): Promise<void> {
  await untilUnchanged(async () => {
    const state = await findChannelState(ctx, { ingressId });
    if (!state || state.channel.mediaEventAt >= startTime(at)) return;
    const { channel, live } = state;
    const channelId = channel.id;
    if (room !== currentRoomOf(state)) {
      ctx.log.event('stream.encoder-sent-on', { channelId, ingressId });
      await commit(ctx, [], { events: [{ kind: 'close-video', channelId, room }] });
      return;
    }
    if (!live && isEncoderRefused(ctx, channel)) {
      await commit(ctx, [], { events: [{ kind: 'task', task: { type: 'align-ingress', channelId } }] });
      return;
    }
    if (!live && !(await mayGoLive(ctx, channel.creatorId))) return;
    await advance(ctx, state, startTime(at), stepForStart(ctx, state, ingressId));
    ctx.log.event('stream.encoder-started', { channelId, ingressId });
  });
}

function stepForStart(ctx: Context, state: ChannelState, ingressId: string) {
  const { channel, live, prepared } = state;
  if (live) return findPicture(ctx, channel, live, { ingressId, publishedAt: live.publishedAt ?? ctx.now() });
  return prepared ? startStream(ctx, channel, prepared, ingressId) : startFromDefaults(ctx, channel, ingressId);
}

/** A stream key outlives its owner's right to go live. */
async function mayGoLive(ctx: Context, creatorId: string): Promise<boolean> {
  const creator = await ctx.db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, creatorId), isActive(), eq(users.creatorStatus, 'APPROVED')))
    .get();
  return creator !== undefined;
}

/**
 * Only concerns the stream that this ingress feeds: while a browser publishes, the encoder may fail. Without a live
 * stream only the event's time is stored, so that an earlier start that arrives later is ignored.
 */
async function applyIngressEnded(ctx: Context, { ingressId, at }: IngressEvent): Promise<void> {
  await untilUnchanged(async () => {
    const state = await findChannelState(ctx, { ingressId });
    if (!state || state.channel.mediaEventAt >= at) return;
    const { channel, live } = state;
    if (live && live.ingressId !== ingressId) return;
    await advance(ctx, state, at, hasPicture(live) ? losePicture(ctx, channel, live) : undefined);
  });
}

/** Starts the grace period. Does nothing if the event does not concern the live stream. */
async function applyPictureLost(
  ctx: Context,
  name: { readonly room: string },
  at: number,
  concerns: (state: ChannelState) => boolean,
): Promise<void> {
  await untilUnchanged(async () => {
    const state = await findChannelState(ctx, name);
    if (!state?.live || state.channel.mediaEventAt >= at) return;
    if (currentRoomOf(state) !== name.room || !concerns(state)) return;
    await advance(ctx, state, at, losePicture(ctx, state.channel, state.live));
  });
}

/** Marks the stream's picture as lost now, and schedules the stream's end. */
export function losePicture(ctx: Context, channel: ChannelState['channel'], live: StreamRow): Plan {
  const lostAt = ctx.now();
  const { row, statements } = changeStream(ctx, live, { ingressLostAt: lostAt });
  return {
    statements,
    events: [
      setupEvent(row, channel, { reconnecting: true }),
      {
        kind: 'task',
        task: { type: 'end-if-still-lost', streamId: live.id, lostAt },
        delaySeconds: ctx.config.streamGraceSeconds,
      },
    ],
  };
}

/** Marks the picture as present, for the first time or again. @param changes anything else known of it */
export function findPicture(
  ctx: Context,
  channel: ChannelState['channel'],
  live: StreamRow,
  changes: Partial<Pick<StreamRow, 'ingressId' | 'publishedAt'>>,
): Plan {
  const { row, statements } = changeStream(ctx, live, { ingressLostAt: null, ...changes });
  const events = live.ingressLostAt === null ? [] : [setupEvent(row, channel, { reconnecting: false })];
  return { statements, events };
}

/** The creator's browser has joined or come back. An encoder has events of its own. */
async function applyCreatorIsThere(ctx: Context, event: ParticipantEvent, isPublishing: boolean): Promise<void> {
  if (readIdentity(event.identity).as !== 'own') return;
  // A browser usually publishes in the second in which it joins, so the track counts as later than the join.
  const at = startTime(event.at) + (isPublishing ? 1 : 0);
  await untilUnchanged(async () => {
    const state = await findChannelState(ctx, { room: event.room });
    if (!state?.live || state.channel.mediaEventAt >= at) return;
    const { channel, live } = state;
    if (currentRoomOf(state) !== event.room || !isFromBrowser(live) || !isBrowserOf(live, event)) return;
    const publishedAt = live.publishedAt ?? (isPublishing ? ctx.now() : null);
    const isNews = live.ingressLostAt !== null || publishedAt !== live.publishedAt;
    await advance(ctx, state, at, isNews ? findPicture(ctx, channel, live, { publishedAt }) : undefined);
  });
}

/** Stores the event's time together with its effects, or neither. */
async function advance(ctx: Context, { channel }: ChannelState, at: number, step: Plan = NOTHING): Promise<void> {
  const statements = [advanceMediaMark(ctx, channel.id, at), requireChange(ctx), ...step.statements];
  await commit(ctx, statements, { events: step.events, refusals: RACES_TO_READ_AGAIN });
}
