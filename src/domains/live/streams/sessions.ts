/**
 * A creator's streams from plan to end: prepare or schedule, change, cancel, go live, end. Only the creator may use
 * them: for others a visible stream is 403, any other 404.
 */

import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, NOTHING, type Plan, requireThat } from '@/db/commit';
import { isOwnMediaUrl } from '@/domains/base/media/keys';
import { isOpen } from '@/domains/base/visibility/streams';
import { ensureChannel } from '@/domains/live/channels/ensure';
import { streamVideoRoomOf } from '@/domains/live/channels/video-room';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { isChange } from '@/shared/is-change';
import { DAY_MS } from '@/shared/time';
import {
  changeStream,
  RACES_TO_READ_AGAIN,
  requireReadyChannel,
  requireUnchangedChannel,
  STREAM_RACES,
  untilUnchanged,
} from './change-stream';
import { isForNow } from './channel-state';
import { endStream } from './end-stream';
import { streamError } from './errors';
import { type FoundStream, getAnyStream, getStream } from './find';
import { fromDefaults, goLive, letEncoderIn } from './go-live';
import { presentStream } from './present';
import { announcedChanges, setupEvent } from './room-setup';
import type { NewSession, SessionChanges, StartedSession, Stream } from './schemas';
import { type StreamRow, streams } from './tables';
import { publisherToken } from './token';

/** The most open streams per creator: a ban or a policy change goes to the room of each. */
const OPEN_STREAMS_MAX = 50;
const SCHEDULED_AHEAD_MS_MAX = 365 * DAY_MS;

type PresentedStream = z.input<typeof Stream>;

/**
 * Fields that are left out get the channel's defaults.
 * @param prepared the next encoder takes it live; cancels the stream prepared before
 * Throws TOO_MANY_SCHEDULED, VALIDATION_FAILED.
 */
export async function createSession(
  ctx: Context,
  actor: Actor,
  input: z.output<typeof NewSession>,
  { prepared = false }: { prepared?: boolean } = {},
): Promise<PresentedStream> {
  const details = detailsOf(ctx, input);
  const streamId = await untilUnchanged(async () => {
    const channel = await ensureChannel(ctx, actor.userId);
    const open = sql`(SELECT count(*) FROM streams WHERE creator_id = ${actor.userId} AND ${isOpen()})`;
    const [counted, before] = await Promise.all([
      ctx.db.get<{ count: number }>(sql`SELECT ${open} AS count`),
      prepared ? findPrepared(ctx, channel.id) : undefined,
    ]);
    if (counted.count - (before ? 1 : 0) >= OPEN_STREAMS_MAX) throw streamError('TOO_MANY_SCHEDULED');
    const replaced = before && changeStream(ctx, before, { status: 'cancelled' });
    const row = { ...fromDefaults(ctx, channel), ...details, prepared };
    // A stream prepared for now may use the encoder that was refused after the last show.
    const welcome = isForNow(ctx, row) ? letEncoderIn(ctx, channel) : NOTHING;
    const statements = [
      requireReadyChannel(ctx, channel),
      ...(replaced?.statements ?? []),
      requireThat(ctx, sql`${open} < ${OPEN_STREAMS_MAX}`),
      ctx.db.insert(streams).values(row),
      ...welcome.statements,
    ];
    const setups = (replaced ? [replaced.row, row] : [row]).map((changed) => setupEvent(changed, channel));
    await commit(ctx, statements, { events: [...setups, ...welcome.events], refusals: RACES_TO_READ_AGAIN });
    return row.id;
  });
  return presentStream(await getAnyStream(ctx, actor, streamId), actor);
}

/** Throws STREAM_STARTED for fields that are fixed once the stream begins, STREAM_ENDED, STREAM_CANCELLED. */
export async function changeSession(
  ctx: Context,
  actor: Actor,
  streamId: string,
  input: z.output<typeof SessionChanges>,
): Promise<PresentedStream> {
  return changeDetails(ctx, actor, () => getOwnStream(ctx, actor, streamId), input);
}

/** @param find reads the stream again after a race, and checks the right to change it */
export function changeDetails(
  ctx: Context,
  actor: Actor,
  find: () => Promise<FoundStream>,
  input: z.output<typeof SessionChanges>,
  also: (stream: StreamRow) => Plan = () => NOTHING,
): Promise<PresentedStream> {
  const details = detailsOf(ctx, input);
  return untilUnchanged(async () => {
    const found = await find();
    const { stream, channel } = found;
    if (stream.status === 'ended') throw streamError('STREAM_ENDED');
    if (stream.status === 'cancelled') throw streamError('STREAM_CANCELLED');
    // Viewers of the video who are not in the room could not be found, so visibility is fixed once the stream begins.
    const movesTheDoor = details.visibility !== undefined && details.visibility !== stream.visibility;
    if (stream.status === 'live' && (details.scheduledFor !== undefined || movesTheDoor))
      throw streamError('STREAM_STARTED', {
        message: 'This stream has begun, so you can no longer change its date or visibility.',
      });
    if (!isChange(stream, details)) return presentStream(found, actor);
    // A stream with a date is an ordinary show, so preparing the next stream does not replace it.
    const prepared = details.scheduledFor ? { prepared: false } : {};
    const { row, statements } = changeStream(ctx, stream, { ...details, ...prepared });
    const { statements: alongside, events } = also(stream);
    await commit(ctx, [requireUnchangedChannel(ctx, channel), ...statements, ...alongside], {
      events: [setupEvent(row, channel, announcedChanges(details)), ...events],
      refusals: STREAM_RACES,
    });
    return presentStream({ ...found, stream: row }, actor);
  });
}

/** Cancels a stream that has not begun. Its page stays, as cancelled, for anyone with the link. Idempotent. */
export async function cancelSession(ctx: Context, actor: Actor, streamId: string): Promise<PresentedStream> {
  return untilUnchanged(async () => {
    const found = await getOwnStream(ctx, actor, streamId);
    const { stream, channel } = found;
    switch (stream.status) {
      case 'live':
      case 'ended':
        throw streamError('STREAM_STARTED');
      case 'cancelled':
        return presentStream(found, actor);
      case 'scheduled': {
        const { row, statements } = changeStream(ctx, stream, { status: 'cancelled' });
        await commit(ctx, [requireUnchangedChannel(ctx, channel), ...statements], {
          events: [setupEvent(row, channel)],
          refusals: STREAM_RACES,
        });
        return presentStream({ ...found, stream: row }, actor);
      }
    }
  });
}

/** Idempotent. Throws ALREADY_LIVE, STREAM_ENDED, STREAM_CANCELLED. */
export async function startSession(
  ctx: Context,
  actor: Actor,
  streamId: string,
): Promise<z.input<typeof StartedSession>> {
  const found = await getOwnStream(ctx, actor, streamId);
  const stream = await goLive(ctx, streamId);
  const token = await publisherToken(ctx, streamVideoRoomOf(stream), found.creator);
  // The card was read before the stream was live.
  return { stream: presentStream({ ...found, creator: { ...found.creator, isLive: 1 }, stream }, actor), token };
}

/** Idempotent. Throws STREAM_NOT_LIVE for a stream that has not begun. */
export async function endSession(ctx: Context, actor: Actor, streamId: string): Promise<PresentedStream> {
  const found = await getOwnStream(ctx, actor, streamId);
  const stream = await endStream(ctx, streamId, 'creator');
  return presentStream({ ...found, creator: { ...found.creator, isLive: 0 }, stream }, actor);
}

/** The stream that its creator prepared for the next encoder: at most one per channel. */
function findPrepared(ctx: Context, channelId: string): Promise<StreamRow | undefined> {
  return ctx.db
    .select()
    .from(streams)
    .where(sql`${streams.channelId} = ${channelId} AND prepared = 1 AND status = 'scheduled'`)
    .get();
}

/** Throws STREAM_NOT_FOUND, NOT_YOUR_STREAM. */
export async function getOwnStream(ctx: Context, actor: Actor, streamId: string): Promise<FoundStream> {
  // Staff can see private streams, but only the creator can change one here.
  const found = await getStream(ctx, { id: streamId }, { ...actor, staff: null });
  if (found.stream.creatorId !== actor.userId) throw streamError('NOT_YOUR_STREAM');
  return found;
}

/** The given fields, as the row stores them. Throws VALIDATION_FAILED. */
export function detailsOf(
  ctx: Context,
  { scheduledFor, ...rest }: z.output<typeof SessionChanges>,
): Partial<Pick<StreamRow, keyof z.output<typeof SessionChanges>>> {
  if (rest.thumbnailUrl && !isOwnMediaUrl(ctx.config, rest.thumbnailUrl))
    throw invalid('thumbnailUrl', 'must be an image that was uploaded here');
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as typeof rest; // a subset of keys
  if (scheduledFor === undefined) return given;
  const at = scheduledFor === null ? null : Date.parse(scheduledFor);
  const now = ctx.now();
  if (at !== null && (at <= now || at > now + SCHEDULED_AHEAD_MS_MAX))
    throw invalid('scheduledFor', 'must be in the future, at most a year away');
  return { ...given, scheduledFor: at };
}
