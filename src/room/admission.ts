/**
 * The room's door: decides who may enter with this pass, and sends the first frame. A refused upgrade is accepted and
 * then closed, because a browser cannot read why an upgrade failed.
 */

import type { Config } from '@/contracts/config';
import type { Pass, RoomViewer } from '@/contracts/room';
import type { RoomSetup } from '@/contracts/room-command';
import { writeEvent } from '@/contracts/room-events/events';
import type { Arrival } from '@/contracts/room-figures';
import { type Answer, CLOSE, type CloseReason, type Welcome, withSeq, type You } from '@/contracts/room-wire';
import type { Program } from '@/contracts/screening';
import { mayStay } from '@/domains/live/rooms/admission';
import { publicPolicy } from '@/domains/live/rooms/policy';
import type { RoomPeople } from '@/domains/live/user-rooms/people';
import { newId } from '@/shared/ids';
import { comingWindow, presentWindow } from '@/shared/maintenance';
import { MINUTE_MS, SECOND_MS, toIso } from '@/shared/time';
import { signToken } from '@/shared/tokens';
import type { HeldMessages } from './held';
import type { LiveAnalytics } from './live-analytics';
import type { Pins } from './pins';
import { overseesRooms, refuse } from './policy';
import type { Polls } from './polls';
import { type Presence, type Seat, viewerKey } from './presence';
import { closeReason, doorOf, hasEnded, type Relations } from './relations';
import type { Screenings } from './screenings';
import type { Shop } from './shop';
import type { RoomStore } from './store';
import type { Opening, SupportChat } from './support';
import type { UserRoom } from './user-room';
import { userRoomYou, welcomeRoom } from './user-room-news';
import type { Origin } from './viewer-store';

export const SOCKETS_PER_VIEWER_MAX = 5;
/** Far below an object's limit (32,768). A larger room needs fan-out objects. */
export const SOCKETS_MAX = 5_000;
/** The most guests from one address in a room that is more than half full. */
export const GUESTS_FROM_ADDRESS_MAX = 100;
export const WELCOME_MESSAGES = 50;
export const REPLAY_EVENTS_MAX = 500;
/**
 * How old the facts in a pass may be: a user's session and account; and, unless the stream is public, their relation.
 */
const SESSION_TRUSTED_MS = 30 * MINUTE_MS;
const RELATION_TRUSTED_MS = 5 * MINUTE_MS;
const RESUME_SECONDS = (30 * MINUTE_MS) / SECOND_MS;
/** The resume pass's shard, as in the pass: all viewers of a room are in one object today. */
const SHARD = 0;
/** How the holder of a pass of the previous version came. */
const UNKNOWN: Arrival = { source: 'link', returning: false };

interface Signing {
  readonly config: Config;
  readonly store: RoomStore;
  readonly now: () => number;
}

interface DoorParts extends Signing {
  readonly relations: Relations;
  readonly presence: () => Presence;
  readonly support: Pick<SupportChat, 'open' | 'catchUp'>;
  readonly screenings: Pick<Screenings, 'program'>;
  readonly shop: Pick<Shop, 'showcase'>;
  readonly pins: Pick<Pins, 'shownTo'>;
  readonly polls: Pick<Polls, 'shownTo'>;
  readonly userRoom: Pick<UserRoom, 'people'>;
  readonly held: Pick<HeldMessages, 'onEntry'>;
  readonly liveAnalytics: Pick<LiveAnalytics, 'entered'>;
}

/** @param since the last seq that the client has, or null */
export async function admit(room: DoorParts, given: Pass, since: number | null): Promise<Response> {
  const { 0: client, 1: socket } = new WebSocketPair();
  const pass = refusalOf(room, given) ?? (await upToDate(room, given));
  if (typeof pass === 'string') {
    refuseSocket(room, socket, pass, given);
    return new Response(null, { status: 101, webSocket: client });
  }
  const resumePass = await signResumePass(room, pass);
  const thread = room.store.isSupport ? await room.support.open(since, WELCOME_MESSAGES, REPLAY_EVENTS_MAX) : undefined;
  const people = await room.userRoom.people();
  // Nothing is awaited from here on, so what is checked still holds when the socket is seated.
  const { store, now } = room;
  const { setup } = store;
  const presence = room.presence();
  const key = viewerKey(pass.viewer);
  const at = now();
  presence.settleIfEmpty();
  // The user may have changed while they were read.
  const refusal = refusalOf(room, pass) ?? (isOutdated(room, pass) ? 'passInvalid' : doorRefuses(room, pass));
  if (refusal) refuseSocket(room, socket, refusal, pass);
  else if (!setup || !store.viewers.open(pass.id, key, at, originOf(pass)))
    refuseSocket(room, socket, 'passInvalid', pass);
  else {
    const { viewer, sessionId, regions, address, arrival } = pass;
    const own = { passId: pass.id, viewer, sessionId, regions, address, arrival, joinedAt: at, heardAt: at };
    const seat: Seat = thread ? { ...own, seq: thread.seq } : own;
    const { poll, ...voted } = room.polls.shownTo(viewer);
    const you = { ...youOf(store, viewer, at), ...voted };
    const held = room.held.onEntry(viewer);
    const opening = thread ?? openingOf(store, since, viewer);
    const viewerCount = thread ? 0 : presence.viewerCount;
    const { program } = room.screenings;
    const { showcase } = room.shop;
    const pin = room.pins.shownTo(viewer);
    const who = { viewer, you, viewerCount, resumePass, program, showcase, pin, poll, now: at, people };
    const welcome = welcomeOf(setup, opening, store, who);
    const first = [welcome, ...opening.missed, ...held.map((event) => JSON.stringify(event))];
    presence.enter(socket, seat, `[${first.join(',')}]`);
    room.liveAnalytics.entered(seat);
    if (thread) await room.support.catchUp(); // with what was written since the thread was read
  }
  return new Response(null, { status: 101, webSocket: client });
}

/** Returns the pass with current facts, or why the user may not enter. Reads D1 only if the pass is too old. */
async function upToDate(room: DoorParts, pass: Pass): Promise<Pass | CloseReason> {
  const { viewer, sessionId } = pass;
  const { store, relations } = room;
  if (viewer.kind === 'guest') return doorRefuses(room, pass) ?? pass;
  if (!isOutdated(room, pass) && !doorRefuses(room, pass)) return pass;
  if (store.viewers.wasOpened(pass.id)) return 'passInvalid';
  // A pass from an older version does not name its session, so that session may be the one that ended.
  if (sessionId === undefined && store.sanctions.changedAt(viewer.id) > 0) return 'passInvalid';
  const read = await relations.readForPass(viewer.id, sessionId);
  return typeof read === 'string' ? read : { ...pass, viewer: read };
}

function isOutdated({ store, now }: DoorParts, { viewer }: Pass): boolean {
  if (viewer.kind === 'guest') return false;
  const { readAt } = viewer.standing;
  const { setup, sanctions, hostId = '' } = store;
  const isPublic = !setup || doorOf(setup).visibility === 'public';
  // The country of a support room's user decides which staff may enter.
  const changedAt = Math.max(
    sanctions.changedAt(viewer.id),
    setup?.kind === 'support' ? sanctions.changedAt(hostId) : 0,
  );
  return readAt < changedAt || now() - readAt > (isPublic ? SESSION_TRUSTED_MS : RELATION_TRUSTED_MS);
}

function doorRefuses({ store }: DoorParts, { viewer }: Pass): CloseReason | undefined {
  if (!store.setup) return 'closed';
  const person = viewer.kind === 'user' ? { user: viewer, denied: null } : undefined;
  const refusal = mayStay(doorOf(store.setup), person);
  return refusal ? closeReason(refusal, false) : undefined;
}

function refuseSocket({ store }: DoorParts, socket: WebSocket, reason: CloseReason, { viewer }: Pass): void {
  socket.accept();
  if (reason === 'banned') socket.send(`[${writeEvent(whyBanned(store, viewer.id))}]`);
  const [code, text] = CLOSE[reason];
  socket.close(code, text);
}

/** Sent as a frame of its own, since a close frame has no room for the reason. */
function whyBanned({ sanctions }: RoomStore, userId: string): Answer {
  const { code, message } = refuse('BANNED');
  return { type: 'error', code, message, reason: sanctions.findSanction(userId)?.ban?.reason ?? null };
}

function originOf({ viewer, address, arrival = UNKNOWN }: Pass): Origin {
  const isUser = viewer.kind === 'user';
  return {
    isVerified: isUser && viewer.standing.verified !== false,
    address,
    isFollower: isUser && viewer.standing.follower,
    arrival,
  };
}

function refusalOf(room: DoorParts, pass: Pass): CloseReason | undefined {
  const { store } = room;
  const { setup } = store;
  const { id, roomId, viewer, regions = [] } = pass;
  if (!setup || hasEnded(setup)) return 'closed';
  if (roomId !== setup.roomId) return 'passInvalid';
  // A kicked guest is kept by the key of a viewer, since their id is no account's.
  const sanction = store.sanctions.findSanction(viewer.kind === 'user' ? viewer.id : viewerKey(viewer));
  if (sanction?.ban && !overseesRooms(viewer)) return 'banned';
  // Ids are UUIDv7, so a pass made before the kick is smaller than the kick's id.
  if (sanction && id < sanction.kickedBefore) return 'passInvalid';
  if (store.sanctions.isBlocked(regions)) return 'notHere';
  if (store.sanctions.isDenied(pass.address, room.now())) return 'addressBanned';
  return isFull(room.presence(), setup, viewer) ? 'roomFull' : refusalOfCrowd(room.presence(), pass);
}

/** A user's room has its own limit, with a place for its host. Staff who oversee rooms get in beyond it. */
function isFull(presence: Presence, { userRoom, creatorId }: RoomSetup, viewer: RoomViewer): boolean {
  if (!userRoom || viewer.id === creatorId || overseesRooms(viewer)) return false;
  return presence.socketsOf(viewerKey(viewer)).length === 0 && presence.viewerCount >= userRoom.maxMembers - 1;
}

/** Schools and carriers share an address, so the limit per address applies only when seats are short. */
function refusalOfCrowd(presence: Presence, { viewer, address }: Pass): CloseReason | undefined {
  const { socketCount } = presence;
  const ownSockets = presence.socketsOf(viewerKey(viewer)).length;
  if (ownSockets >= SOCKETS_PER_VIEWER_MAX) return 'tooMany';
  if (socketCount >= SOCKETS_MAX) return 'roomFull';
  if (address === undefined || ownSockets > 0 || socketCount <= SOCKETS_MAX / 2) return undefined;
  return presence.countFrom(address) >= GUESTS_FROM_ADDRESS_MAX ? 'addressLimit' : undefined;
}

/** Signs a pass for coming back after a deploy or a lost connection, without asking D1. */
export function signResumePass(
  { config, store, now }: Signing,
  { viewer, sessionId, regions, address, arrival }: Omit<Pass, 'id' | 'roomId' | 'shard'>,
): Promise<string> {
  const roomId = store.setup?.roomId ?? '';
  const pass: Pass = { id: newId(), roomId, shard: SHARD, viewer, sessionId, regions, address, arrival };
  return signToken(config.keys, 'resume', { ...pass }, RESUME_SECONDS, now());
}

function youOf({ sanctions, setup }: RoomStore, viewer: RoomViewer, now: number): You {
  const standing = viewer.kind === 'user' ? viewer.standing : undefined;
  const timeOut = viewer.kind === 'user' ? sanctions.findTimeOut(viewer.id) : undefined;
  const runs = timeOut !== undefined && timeOut.until > now;
  return {
    creator: standing?.creator ?? false,
    moderator: standing?.moderator ?? false,
    staff: standing !== undefined && standing.rank !== null,
    follower: standing?.follower ?? false,
    subscriber: standing?.subscriber ?? false,
    timedOutUntil: runs ? toIso(timeOut.until) : null,
    reason: runs ? timeOut.reason : null,
    ...(setup?.kind === 'user' ? userRoomYou(standing) : {}),
  };
}

function openingOf(store: RoomStore, since: number | null, { id }: RoomViewer): Opening {
  const messages = store.messagesBefore(store.seq + 1, WELCOME_MESSAGES, id).reverse();
  return {
    seq: store.seq,
    messages: messages.map(({ seq, body }) => withSeq(body, seq)),
    missed: missed(store, since, id),
  };
}

function welcomeOf(
  setup: RoomSetup,
  { seq, messages }: Opening,
  { maintenance, nowPlaying }: Pick<RoomStore, 'maintenance' | 'nowPlaying'>,
  {
    viewer,
    you,
    viewerCount,
    resumePass,
    program,
    showcase,
    pin,
    poll,
    now,
    people,
  }: {
    viewer: RoomViewer;
    you: You;
    viewerCount: number;
    resumePass: string;
    program: Program;
    showcase: Shop['showcase'];
    pin: Welcome['pin'];
    poll: Welcome['poll'];
    now: number;
    people: RoomPeople | undefined;
  },
): string {
  const window = comingWindow(maintenance, now);
  const head: Omit<Welcome, 'messages'> = {
    type: 'welcome',
    seq,
    streamId: setup.roomId,
    status: setup.status,
    title: setup.title,
    viewer: { kind: viewer.kind, id: viewer.id },
    you,
    viewerCount,
    policy: publicPolicy(setup.policy),
    pin,
    poll,
    showcase,
    nowPlaying: nowPlaying.playing,
    screening: program.screening,
    cinemaQueue: program.queue,
    ...(setup.kind === 'user' ? { room: welcomeRoom(setup, people) } : {}),
    maintenance: window && presentWindow(window),
    resumePass,
  };
  return `${JSON.stringify(head).slice(0, -1)},"messages":[${messages.join(',')}]}`;
}

/**
 * Returns the events since then, in order. A client that missed too much, or is ahead of the room, must start afresh.
 */
function missed(store: RoomStore, since: number | null, reader: string): string[] {
  if (since === null) return [];
  const { seq } = store;
  if (since > seq || seq - since > REPLAY_EVENTS_MAX) return [writeEvent({ type: 'resync', seq })];
  return store.eventsAfter(since, seq, reader).map((event) => withSeq(event.body, event.seq));
}
