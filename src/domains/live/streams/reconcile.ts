/**
 * Repairs what lost events left wrong: once a minute it compares D1 with LiveKit. It fixes streams with a lost or
 * returned picture, unheard starts, lost stream keys, ingresses that differ, old rooms, and participants who were
 * denied. Runs are bounded. While LiveKit does not answer, everything that depends on its answer stays as it is.
 */
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import { commit } from '@/db/commit';
import {
  alignIngress,
  ingressForm,
  isAligned,
  markIngressesFound,
  markIngressesLost,
} from '@/domains/live/channels/ingress';
import { readIdentity } from '@/domains/live/channels/media-identity';
import { forgetDenials, listDenials } from '@/domains/live/channels/video-denials';
import { isEncoderRefused, videoRoomOf } from '@/domains/live/channels/video-room';
import { AppError } from '@/http/errors';
import { MINUTE_MS, SECOND_MS } from '@/shared/time';
import { RACES_TO_READ_AGAIN } from './change-stream';
import { findChannelState } from './channel-state';
import { closeVideo } from './close-video';
import { applyIngressStarted, findPicture, hasPublished, losePicture } from './media-events';
import {
  askMedia,
  askPictureOf,
  findLeftRooms,
  hasHadRooms,
  type KeyedChannel,
  type LiveStream,
  type Media,
  type Picture,
  pictureOf,
  readKeyed,
  readLive,
  SETTLE_MS,
} from './video-truth';

/** The queue takes at most this many at once; the next minute does the rest. */
const ENDED_MAX = 100;
/** Each takes a few statements, and a run may send D1 about two hundred. */
const STREAMS_MAX = 25;
const INGRESSES_MAX = 15;
const ROOMS_MAX = 15;
/** A creator who went live by request may first need to allow the camera, or start the encoder. */
const FIRST_PICTURE_MS_MAX = 5 * MINUTE_MS;

/** Returns whether there is more to do. */
export async function reconcileStreams(ctx: Context): Promise<boolean> {
  // Read before LiveKit is asked, so that its answer is newer than the rows.
  const [live, keyed, hasRooms] = await Promise.all([readLive(ctx), readKeyed(ctx), hasHadRooms(ctx)]);
  if (live.length === 0 && keyed.length === 0 && !hasRooms) return false;
  const media = await askMedia(ctx, keyed.length > 0 || live.some(({ ingressId }) => ingressId !== null));
  const more = [
    await reconcilePictures(ctx, media, live),
    await endOverdue(ctx, media, live),
    await reconcileKeys(ctx, media, keyed),
    await reconcileIngresses(ctx, media, keyed),
    await startUnheard(ctx, media, keyed),
    await closeLeftRooms(ctx, media, live),
    await removeDenied(ctx, media),
  ];
  return more.includes(true);
}

// --- Streams

async function reconcilePictures(ctx: Context, media: Media, live: readonly LiveStream[]): Promise<boolean> {
  const now = ctx.now();
  const isSettled = (at: number | null) => (at ?? 0) + SETTLE_MS <= now;
  const hasHadTime = (stream: LiveStream) =>
    isSettled(stream.updatedAt) && (hasPublished(stream) || (stream.startedAt ?? 0) + FIRST_PICTURE_MS_MAX <= now);
  const wrong = live.filter((stream) => {
    switch (pictureOf(media, stream)) {
      case 'gone':
        return stream.lostAt === null && hasHadTime(stream);
      case 'there':
        return !hasPublished(stream) || (stream.lostAt !== null && isSettled(stream.lostAt));
      case 'from-browser':
        return isSettled(stream.updatedAt);
      default:
        return false;
    }
  });
  return forSome(ctx, wrong, STREAMS_MAX, (stream) => setPicture(ctx, stream, pictureOf(media, stream)));
}

/** Skips a stream that changed since it was read: an event came meanwhile and is more accurate. */
async function setPicture(ctx: Context, { id, channelId, updatedAt }: LiveStream, counted: Picture): Promise<void> {
  const state = await findChannelState(ctx, { channelId });
  if (state?.live?.id !== id || state.live.updatedAt !== updatedAt) return;
  const { channel, live } = state;
  // A count shows that someone publishes, but not who.
  const picture = counted === 'from-browser' ? await askPictureOf(ctx, live) : counted;
  if (picture === undefined) return;
  const found = {
    publishedAt: live.publishedAt ?? ctx.now(),
    ingressId: picture === 'from-browser' ? null : live.ingressId,
  };
  const change = picture === 'gone' ? losePicture(ctx, channel, live) : findPicture(ctx, channel, live, found);
  await commit(ctx, change.statements, { events: change.events, refusals: RACES_TO_READ_AGAIN });
  ctx.log.event(picture === 'gone' ? 'streams.found-lost' : 'streams.found-again', { streamId: id });
}

/** Ends streams whose own task was lost. */
async function endOverdue(ctx: Context, media: Media, live: readonly LiveStream[]): Promise<boolean> {
  const overdueSince = ctx.now() - ctx.config.streamGraceSeconds * SECOND_MS;
  const endings = live
    .filter((stream) => pictureOf(media, stream) === 'gone')
    .flatMap(({ id, lostAt }): MessageSendRequest<TaskMessage>[] =>
      lostAt === null || lostAt > overdueSince ? [] : [{ body: { type: 'end-if-still-lost', streamId: id, lostAt } }],
    );
  if (endings.length > 0) await ctx.queues.tasks.sendBatch(endings.slice(0, ENDED_MAX));
  return false; // an immediate second run would queue the same streams again
}

/** Starts shows whose start event was lost: LiveKit gives up on a webhook after a few tries. */
function startUnheard(ctx: Context, { ingresses, rooms }: Media, keyed: readonly KeyedChannel[]): Promise<boolean> {
  const unheard = keyed.flatMap((channel) => {
    const seen = ingresses?.get(channel.ingressId);
    const isNews = channel.liveRoom === null && !isEncoderRefused(ctx, channel);
    if (!seen || !isNews || seen.status !== 'publishing' || seen.room !== videoRoomOf(channel)) return [];
    // LiveKit reports an ingress whose process was killed as publishing too, but nobody publishes in its room.
    if (seen.startedAt <= channel.mediaEventAt || !rooms?.get(seen.room)?.publishers) return [];
    return [{ ingressId: seen.ingressId, room: seen.room, at: seen.startedAt }];
  });
  return forSome(ctx, unheard, STREAMS_MAX, (event) => applyIngressStarted(ctx, event));
}

// --- Ingresses

async function reconcileKeys(ctx: Context, { ingresses }: Media, keyed: readonly KeyedChannel[]): Promise<boolean> {
  if (!ingresses) return false;
  const lost = keyed.filter(({ ingressId, ingressLostAt }) => ingressLostAt === null && !ingresses.has(ingressId));
  const found = keyed.filter(({ ingressId, ingressLostAt }) => ingressLostAt !== null && ingresses.has(ingressId));
  const idsOf = (some: readonly KeyedChannel[]) => some.map(({ ingressId }) => ingressId);
  if (lost.length > 0) await markIngressesLost(ctx, idsOf(lost));
  if (found.length > 0) await markIngressesFound(ctx, idsOf(found));
  return false;
}

function reconcileIngresses(ctx: Context, { ingresses }: Media, keyed: readonly KeyedChannel[]): Promise<boolean> {
  const wrong = keyed.filter((channel) => {
    const seen = ingresses?.get(channel.ingressId);
    const room = channel.liveRoom ?? videoRoomOf(channel);
    // A new name is brought by its own task, so the sweep reads none.
    return seen && !isAligned(seen, ingressForm(ctx, channel, { room, name: seen.name }));
  });
  return forSome(ctx, wrong, INGRESSES_MAX, ({ id }) => alignIngress(ctx, id));
}

// --- Rooms

async function closeLeftRooms(ctx: Context, { rooms }: Media, live: readonly LiveStream[]): Promise<boolean> {
  const inUse = new Set(live.map(({ room }) => room));
  const names = [...(rooms?.keys() ?? [])].filter((name) => !inUse.has(name));
  if (names.length === 0) return false;
  return forSome(ctx, await findLeftRooms(ctx, names), ROOMS_MAX, (left) => closeVideo(ctx, left));
}

/**
 * Removes denied viewers who came back with an older token: LiveKit does not report every join, and revokes no token.
 */
async function removeDenied(ctx: Context, { rooms }: Media): Promise<boolean> {
  const denials = await listDenials(ctx);
  await commit(ctx, [forgetDenials(ctx)]);
  const inRooms = Map.groupBy(
    denials.filter(({ room }) => rooms?.get(room)?.participants),
    ({ room }) => room,
  );
  return forSome(ctx, [...inRooms], ROOMS_MAX, async ([room, denied]) => {
    const deniedAt = new Map(denied.map((denial) => [denial.viewerId, denial.deniedAt]));
    for (const { identity, issuedAt } of await ctx.media.listParticipants(room)) {
      const at = deniedAt.get(readIdentity(identity).id);
      if (at !== undefined && issuedAt <= at) await ctx.media.removeParticipant(room, identity, at);
    }
  });
}

/**
 * Handles at most `max` items, from a varying start, so that failing items do not block the others. Returns whether
 * there are more and none failed.
 */
async function forSome<T>(
  ctx: Context,
  items: readonly T[],
  max: number,
  act: (item: T) => Promise<void>,
): Promise<boolean> {
  const first = items.length > max ? Math.floor(ctx.now() / SECOND_MS) % items.length : 0;
  let failed = 0;
  for (const item of [...items.slice(first), ...items.slice(0, first)].slice(0, max)) {
    try {
      await act(item);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      failed += 1;
      ctx.log.warning('reconcile', error.code);
    }
  }
  return items.length > max && failed === 0;
}
