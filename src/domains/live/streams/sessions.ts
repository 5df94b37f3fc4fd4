/**
 * A creator's streams from plan to end: prepare or schedule, change, call off, go live, end. Each is its creator's
 * alone: to others a visible one is 403, any other 404.
 */

import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireThat } from '@/db/commit';
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
  requireUnchangedChannel,
  STREAM_RACES,
  untilUnchanged,
} from './change-stream';
import { isForNow } from './channel-state';
import { endStream } from './end-stream';
import { streamError } from './errors';
import { type FoundStream, getStream } from './find';
import { fromDefaults, goLive, letEncoderIn } from './go-live';
import { presentStream } from './present';
import { setupEvent } from './room-setup';
import type { NewSession, SessionChanges, StartedSession, Stream } from './schemas';
import type { StreamRow } from './tables';
import { streams } from './tables';
import { publisherToken } from './token';

/** Streams of a creator that are not over: a ban or a change of policy goes to the room of each. */
const OPEN_STREAMS_MAX = 50;
const SCHEDULED_AHEAD_MS_MAX = 365 * DAY_MS;

type PresentedStream = z.input<typeof Stream>;

/**
 * Fields that are left out are the channel's own.
 * @param prepared it is what the next encoder takes live, and what was prepared before is called off
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
    // A stream prepared for now may be fed by the encoder that was refused when the last show ended.
    const welcome = isForNow(ctx, row) ? letEncoderIn(ctx, channel) : { statements: [], events: [] };
    const statements = [
      requireUnchangedChannel(ctx, channel),
      ...(replaced?.statements ?? []),
      requireThat(ctx, sql`${open} < ${OPEN_STREAMS_MAX}`),
      ctx.db.insert(streams).values(row),
      ...welcome.statements,
    ];
    const setups = (replaced ? [replaced.row, row] : [row]).map((changed) => setupEvent(changed, channel));
    await commit(ctx, statements, { events: [...setups, ...welcome.events], refusals: RACES_TO_READ_AGAIN });
    return row.id;
  });
  return presentStream(await getStream(ctx, { id: streamId }, actor), actor);
}

/** Throws STREAM_STARTED for what can only be said before, STREAM_ENDED, STREAM_CANCELLED. */
export async function changeSession(
  ctx: Context,
  actor: Actor,
  streamId: string,
  wishes: z.output<typeof SessionChanges>,
): Promise<PresentedStream> {
  const details = detailsOf(ctx, wishes);
  return untilUnchanged(async () => {
    const found = await getOwnStream(ctx, actor, streamId);
    const { stream, channel } = found;
    if (stream.status === 'ended') throw streamError('STREAM_ENDED');
    if (stream.status === 'cancelled') throw streamError('STREAM_CANCELLED');
    // Who watches the video without a seat in the room could not be found: the door is set before it opens.
    const movesTheDoor = details.visibility !== undefined && details.visibility !== stream.visibility;
    if (stream.status === 'live' && (details.scheduledFor !== undefined || movesTheDoor))
      throw streamError('STREAM_STARTED', {
        message: 'You can change date and visibility only until the stream begins.',
      });
    if (!isChange(stream, details)) return presentStream(found, actor);
    // With a date it is a show like others, which the next that is prepared does not replace.
    const prepared = details.scheduledFor ? { prepared: false } : {};
    const { row, statements } = changeStream(ctx, stream, { ...details, ...prepared });
    await commit(ctx, [requireUnchangedChannel(ctx, channel), ...statements], {
      events: [setupEvent(row, channel, announcedChanges(details))],
      refusals: STREAM_RACES,
    });
    return presentStream({ ...found, stream: row }, actor);
  });
}

/** Calls off what has not begun: it stays, as cancelled, for whoever has the link. Repeating it changes nothing. */
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

/** Repeating it answers the same. Throws ALREADY_LIVE, STREAM_ENDED. */
export async function startSession(
  ctx: Context,
  actor: Actor,
  streamId: string,
): Promise<z.input<typeof StartedSession>> {
  const found = await getOwnStream(ctx, actor, streamId);
  const stream = await goLive(ctx, streamId);
  const token = await publisherToken(ctx, streamVideoRoomOf(stream), found.creator);
  // The card was read before it was live.
  return { stream: presentStream({ ...found, creator: { ...found.creator, isLive: 1 }, stream }, actor), token };
}

/** Repeating it answers the same. Throws STREAM_NOT_LIVE for what has not begun. */
export async function endSession(ctx: Context, actor: Actor, streamId: string): Promise<PresentedStream> {
  const found = await getOwnStream(ctx, actor, streamId);
  const stream = await endStream(ctx, streamId, 'creator');
  return presentStream({ ...found, creator: { ...found.creator, isLive: 0 }, stream }, actor);
}

/** What the next encoder takes live by its creator's word: at most one a channel. */
function findPrepared(ctx: Context, channelId: string): Promise<StreamRow | undefined> {
  return ctx.db
    .select()
    .from(streams)
    .where(sql`${streams.channelId} = ${channelId} AND prepared = 1 AND status = 'scheduled'`)
    .get();
}

async function getOwnStream(ctx: Context, actor: Actor, streamId: string): Promise<FoundStream> {
  // Staff see private streams, but here they ask as anybody else.
  const found = await getStream(ctx, { id: streamId }, { ...actor, staff: null });
  if (found.stream.creatorId !== actor.userId) throw streamError('NOT_YOUR_STREAM');
  return found;
}

/** Those that were given, as the row has them. */
function detailsOf(
  ctx: Context,
  { scheduledFor, ...rest }: z.output<typeof SessionChanges>,
): Partial<Pick<StreamRow, keyof z.output<typeof SessionChanges>>> {
  if (rest.thumbnailUrl && !isOwnMediaUrl(ctx.config, rest.thumbnailUrl))
    throw invalid('thumbnailUrl', 'must be a picture that was uploaded here');
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as typeof rest; // fewer keys of the same
  if (scheduledFor === undefined) return given;
  const at = scheduledFor === null ? null : Date.parse(scheduledFor);
  const now = ctx.now();
  if (at !== null && (at <= now || at > now + SCHEDULED_AHEAD_MS_MAX))
    throw invalid('scheduledFor', 'must be in the future, at most a year away');
  return { ...given, scheduledFor: at };
}

/** The changes that viewers see beside the setup, which has title and visibility. */
function announcedChanges({ description, category, thumbnailUrl }: Partial<StreamRow>) {
  const announced = { description, category, thumbnailUrl };
  return Object.fromEntries(Object.entries(announced).filter(([, value]) => value !== undefined));
}
