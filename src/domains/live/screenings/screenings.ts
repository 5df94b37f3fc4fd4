/**
 * Screenings: start, sync, stop, and what runs. The room keeps the truth; here is who may enter it, and whether they may
 * start and stop. Who controls a running screening the room decides, by its host's choice.
 */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { Room, RoomRefusal, RoomUser } from '@/contracts/room';
import type { Program, Screening, ScreeningAct, Sync } from '@/contracts/screening';
import { type Admitted, admit, admitToJoin, admitToRead } from '@/domains/live/rooms/admit';
import { roomError } from '@/domains/live/rooms/errors';
import { letIn } from '@/domains/live/rooms/join';
import { refusalOf as roomRefusal } from '@/domains/live/rooms/refusal';
import { presentYou } from '@/domains/live/rooms/you';
import type { AppError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { screeningError } from './errors';
import type { JoinedScreening, Session, StartScreening } from './schemas';
import { readVideos } from './videos';

type PresentedSession = z.input<typeof Session>;

/**
 * With a video: for the host. With `next`: also for who is in control. Throws the refusals of admission,
 * STREAM_NOT_LIVE, HOST_ONLY, NOT_IN_CONTROL, NOT_IN_ROOM, SCREENING_RUNNING, QUEUE_EMPTY and those of `readVideos`.
 */
export async function startScreening(
  ctx: Context,
  actor: Actor,
  roomId: string,
  request: z.output<typeof StartScreening>,
): Promise<PresentedSession> {
  const { room, user, isHost } = await enter(ctx, actor, roomId);
  if ('next' in request) return act(room, user, { type: 'next', isHost, screeningId: request.screeningId });
  if (!isHost) throw screeningError('HOST_ONLY');
  const [video] = await readVideos(ctx, [request]);
  if (!video) throw screeningError('VIDEO_URL_INVALID');
  return act(room, user, { type: 'start', video });
}

/**
 * Throws the refusals of admission, STREAM_NOT_LIVE, NO_SCREENING, SCREENING_CHANGED, NOT_IN_CONTROL, NOT_IN_ROOM,
 * TIMED_OUT, TOO_FAST.
 */
export async function syncScreening(ctx: Context, actor: Actor, roomId: string, sync: Sync): Promise<PresentedSession> {
  const { room, user } = await enter(ctx, actor, roomId);
  return act(room, user, { type: 'sync', sync });
}

/** Idempotent: without a screening it changes nothing. Throws the refusals of admission, STREAM_NOT_LIVE, HOST_ONLY. */
export async function stopScreening(ctx: Context, actor: Actor, roomId: string): Promise<Record<string, never>> {
  const { room, user, isHost } = await enter(ctx, actor, roomId);
  if (!isHost) throw screeningError('HOST_ONLY');
  const answer = await room.screen(user, { type: 'stop' });
  if (!answer.ok) throw refusalOf(answer);
  return {};
}

/** Throws the refusals of who may read the room, and NO_SCREENING. */
export async function readSession(ctx: Context, actor: Actor, roomId: string): Promise<PresentedSession> {
  await admitToRead(ctx, { id: roomId }, actor);
  return presentSession(await ctx.rooms(roomId).program());
}

/** For a reader who may enter the room. If the room does not answer, it counts as nothing. */
export async function findScreening(ctx: Context, roomId: string): Promise<Screening | null> {
  try {
    return (await ctx.rooms(roomId).program()).screening;
  } catch (error) {
    ctx.log.fault('screening.read', error);
    return null;
  }
}

/** Joins the room; everyone in it watches. Throws the refusals of admission, and NO_SCREENING. */
export async function joinScreening(
  ctx: Context,
  actor: Actor,
  roomId: string,
  address: string | undefined,
): Promise<z.input<typeof JoinedScreening>> {
  const admitted = await admitToJoin(ctx, { id: roomId }, actor);
  const screening = presentSession(await ctx.rooms(roomId).program());
  return { ...(await letIn(ctx, admitted, actor, { address })), you: presentYou(admitted), screening };
}

interface Entered {
  readonly room: Room;
  readonly user: RoomUser;
  /** Whether they may start and stop: they run the room, or opened it. */
  readonly isHost: boolean;
}

async function enter(ctx: Context, actor: Actor, roomId: string): Promise<Entered> {
  const { door, relation }: Admitted = await admit(ctx, { id: roomId }, actor);
  if (!relation) throw roomError('STREAM_NOT_FOUND');
  if (door.status !== 'live') throw roomError('STREAM_NOT_LIVE');
  const isHost = actor.userId === door.hostId || actor.userId === door.openedById;
  return { room: ctx.rooms(door.roomId), user: relation.user, isHost };
}

async function act(room: Room, user: RoomUser, wanted: ScreeningAct): Promise<PresentedSession> {
  const answer = await room.screen(user, wanted);
  if (!answer.ok) throw refusalOf(answer);
  return presentSession(answer);
}

function presentSession({ screening, queue }: Program): PresentedSession {
  if (!screening) throw roomError('NO_SCREENING');
  return { ...screening, queue: [...queue] };
}

function refusalOf(answer: RoomRefusal): AppError {
  return answer.code === 'NOT_ALLOWED' ? screeningError('NOT_IN_CONTROL') : roomRefusal(answer);
}
