/**
 * Starting and ending a show without naming a stream: what DJs and performers do on stage. The same use cases as the
 * start and end of a session, and the same rule: one live stream per channel.
 */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { streamVideoRoomOf } from '@/domains/live/channels/video-room';
import type { Actor } from '@/shared/actor';
import { RACES_TO_READ_AGAIN, untilUnchanged } from './change-stream';
import { findChannelState, ownChannelState } from './channel-state';
import { streamError } from './errors';
import { getAnyStream } from './find';
import { letEncoderIn, startFromDefaults, startStream } from './go-live';
import { presentStream } from './present';
import type { StageEnd, StageStart, StartedSession, Stream } from './schemas';
import { detailsOf, endSession, getOwnStream } from './sessions';
import type { StreamRow } from './tables';
import { publisherToken } from './token';

/**
 * Starts the stream of this id; or else the prepared one; or else a new one with the channel's defaults. A stream that
 * is live already is answered as it is. Throws ALREADY_LIVE, STREAM_NOT_FOUND, NOT_YOUR_STREAM, STREAM_ENDED,
 * STREAM_CANCELLED, VALIDATION_FAILED.
 */
export async function startShow(
  ctx: Context,
  actor: Actor,
  { streamId, ...input }: z.output<typeof StageStart>,
): Promise<z.input<typeof StartedSession>> {
  const details = detailsOf(ctx, input);
  const started = await untilUnchanged(async () => {
    const [state, named] = await Promise.all([
      ownChannelState(ctx, actor.userId),
      streamId === undefined ? undefined : getOwnStream(ctx, actor, streamId),
    ]);
    const { channel } = state;
    // It may have started between the two reads.
    const live = state.live ?? (named?.stream.status === 'live' ? named.stream : undefined);
    const planned = named?.stream ?? (live ? undefined : state.prepared);
    if (planned) requireStartable(planned);
    if (live && (!planned || planned.id === live.id)) return live;
    if (live) throw streamError('ALREADY_LIVE', { details: { streamId: live.id } });
    const { row, statements, events } = planned
      ? startStream(ctx, channel, planned, null, details)
      : startFromDefaults(ctx, channel, null, details);
    const welcome = letEncoderIn(ctx, channel);
    await commit(ctx, [...statements, ...welcome.statements], {
      events: [...events, ...welcome.events],
      refusals: RACES_TO_READ_AGAIN,
    });
    ctx.log.event('stream.live', { streamId: row.id, channelId: channel.id, source: 'browser' });
    return row;
  });
  const found = await getAnyStream(ctx, actor, started.id);
  const token = await publisherToken(ctx, streamVideoRoomOf(found.stream), found.creator);
  return { stream: presentStream(found, actor), token };
}

/** Ends the live stream, or the one of this id: then it may be repeated. Throws what `endSession` throws. */
export async function endShow(
  ctx: Context,
  actor: Actor,
  { streamId }: z.output<typeof StageEnd>,
): Promise<z.input<typeof Stream>> {
  if (streamId !== undefined) return endSession(ctx, actor, streamId);
  const state = await findChannelState(ctx, { creatorId: actor.userId });
  if (!state?.live) throw streamError('STREAM_NOT_LIVE', { message: 'You are not live, so there is nothing to end.' });
  return endSession(ctx, actor, state.live.id);
}

function requireStartable({ status }: StreamRow): void {
  if (status === 'ended') throw streamError('STREAM_ENDED');
  if (status === 'cancelled') throw streamError('STREAM_CANCELLED');
}
