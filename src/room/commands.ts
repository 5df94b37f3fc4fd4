/**
 * Applies commands from the outbox and from moderators. Each runs in one turn, so its writes and events are stored
 * together.
 */

import type { RoomCommand, RoomEventBody, RoomSetup } from '@/contracts/room-command';
import { writeEvent } from '@/contracts/room-events/events';
import { mayStay } from '@/domains/live/rooms/admission';
import { publicPolicy } from '@/domains/live/rooms/policy';
import { newId } from '@/shared/ids';
import { comingWindow, type Maintenance, presentWindow } from '@/shared/maintenance';
import { DAY_MS, SECOND_MS, toIsoOrNull } from '@/shared/time';
import type { Agenda } from './agenda';
import type { Broadcaster } from './broadcaster';
import type { ChannelEmotes } from './channel-emotes';
import type { Chat } from './chat';
import { deleteWords, hold, isGift, withoutBannedWords } from './gifts';
import type { HeldMessages } from './held';
import type { Pins } from './pins';
import type { Polls } from './polls';
import type { Presence } from './presence';
import { closeReason, doorOf, hasEnded, type Relations } from './relations';
import { ban, banAccount, unban, withhold, withholdUser } from './sanctions';
import type { Screenings } from './screenings';
import type { Shop } from './shop';
import type { StageWork } from './stage-work';
import type { RoomStore } from './store';
import type { SupportChat } from './support';
import type { Traces } from './traces';
import type { UserRoom } from './user-room';
import { userRoomNews } from './user-room-news';

/** Leaves viewers time to read that the stream is over. */
export const CLOSE_AFTER_END_MS = 30 * SECOND_MS;
export const ARCHIVE_AFTER_END_MS = 30 * DAY_MS;

const ONLY_IF_PREPARED = new Set<RoomCommand['type']>([
  'forget-user',
  'rename-user',
  'standing-changed',
  'tell-traces',
  'support-news',
  'tell',
  'maintenance',
  'withhold-user',
  'products-changed',
  'stock-changed',
  'emotes-changed',
  'viewer-list-changed',
]);

interface CommandParts {
  readonly store: RoomStore;
  readonly broadcaster: Broadcaster;
  readonly agenda: Agenda;
  readonly relations: Relations;
  readonly chat: Chat;
  readonly held: HeldMessages;
  readonly support: SupportChat;
  readonly screenings: Screenings;
  readonly shop: Shop;
  readonly pins: Pins;
  readonly polls: Polls;
  readonly emotes: ChannelEmotes;
  readonly traces: Traces;
  readonly stageWork: StageWork;
  readonly userRoom: UserRoom;
  readonly presence: () => Presence;
  readonly now: () => number;
}

export async function applyCommand(room: CommandParts, commandId: string, command: RoomCommand): Promise<void> {
  const { store, broadcaster } = room;
  // A deleted room has nothing to forget and nobody in it, and must not start again.
  if (!store.isPrepared && ONLY_IF_PREPARED.has(command.type)) return;
  if (command.type === 'support-news') return room.support.sendNews();
  if (command.type === 'tell') return room.support.tell(command.event);
  if (command.type === 'stock-changed') return room.shop.stockChanged(command.productId);
  store.prepare();
  if (store.hasSeen(commandId)) return;
  room.userRoom.peopleChanged();
  switch (command.type) {
    case 'setup':
      if (command.at >= store.setupAt) applySetup(room, command);
      break;
    case 'event':
      if (command.event.type === 'stage-left') room.stageWork.stageChanged();
      return sendEvent(room, commandId, command);
    case 'delete-gift-words':
      deleteWords(room, command.giftId, command.by);
      break;
    case 'withhold':
      withhold(room, commandId, command);
      break;
    case 'ban':
      ban(room, commandId, command);
      if (store.sanctions.findSanction(command.userId)?.ban) room.polls.withdraw(command.userId);
      break;
    case 'unban':
      unban(room, commandId, command);
      break;
    case 'standing-changed':
      if (store.setup) await room.relations.changed(command.userId, command.sessionsEnded === true);
      break;
    case 'put-out': {
      const presence = room.presence();
      store.sanctions.setKick(command.userId, newId());
      presence.closeAll(presence.socketsOfUser(command.userId), 'tooManyRooms', room.now());
      break;
    }
    case 'account-banned':
      banAccount(room, commandId, command);
      break;
    case 'account-active':
      store.sanctions.setAccountBan(command.userId, { addresses: [], until: 0 }, commandId);
      break;
    case 'withhold-user':
      withholdUser(room, command);
      break;
    case 'forget-user':
      room.traces.forget(command.userId);
      break;
    case 'tell-traces':
      room.traces.tellAgain();
      break;
    case 'blocked-regions': {
      const { at, regions } = command;
      const presence = room.presence();
      if (store.sanctions.blockRegions(at, regions))
        presence.closeAll(presence.socketsFrom(regions), 'notHere', room.now());
      break;
    }
    case 'rename-user':
      await room.traces.rename(command.userId, command.from);
      break;
    case 'now-playing':
      notePlaying(room, command);
      break;
    case 'showcase':
      room.shop.show(command);
      break;
    case 'products-changed':
      room.shop.productsChanged();
      if (command.hiddenId !== undefined) {
        broadcaster.flush(); // so that none of its events is written later
        store.traces.eraseProduct(command.hiddenId);
      }
      break;
    case 'emotes-changed':
      room.emotes.changed();
      break;
    case 'viewer-list-changed':
      room.agenda.put('door', room.now());
      break;
    case 'maintenance':
      noteMaintenance(room, command.maintenance);
      break;
    default:
      throw unknownCommand(command); // from a newer version, met after a rollback: the outbox delivers it again
  }
  store.markSeen([commandId]);
  room.pins.refresh();
  room.polls.refresh();
  broadcaster.flush();
}

/** Resolves once the event's frame is made. */
async function sendEvent(
  room: CommandParts,
  commandId: string,
  { event, delayMs = 0 }: RoomCommand & { type: 'event' },
): Promise<void> {
  const { broadcaster, now } = room;
  const shown = isGift(event) ? withoutBannedWords(room, event) : event;
  if (isGift(shown) && shown.message && delayMs > 0) return hold(room, commandId, shown, delayMs);
  const body = writeEvent(shown);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => undefined); // if it fails at once, `add` throws the same error
  const onStored = (_seq: number | null, error?: unknown) => (error === undefined ? resolve() : reject(error));
  if (!broadcaster.waitForCommand(commandId, onStored)) broadcaster.add({ at: now(), body, commandId }, onStored);
  return promise;
}

/** Commands come in any order, so one that is older than the newest is dropped. */
function notePlaying(room: CommandParts, { at, event }: RoomCommand & { type: 'now-playing' }): void {
  const { store, broadcaster, now } = room;
  if (at <= store.nowPlaying.at || (store.setup && hasEnded(store.setup))) return;
  broadcaster.flush(); // so that the event gets the next number
  store.saveNowPlaying({ at, playing: event.track && { ...event, seq: store.seq + 1 } });
  broadcaster.add({ at: now(), body: writeEvent(event) });
}

function applySetup(room: CommandParts, { at, setup, changes }: RoomCommand & { type: 'setup' }): void {
  const { store, chat, now } = room;
  const before = store.setup;
  const tell = (event: RoomEventBody) => room.broadcaster.add({ at: now(), body: writeEvent(event) });
  const { roomId: streamId, status, policy } = setup;
  const isOver = hasEnded(setup);

  // Messages written before the change get lower numbers than the change.
  room.broadcaster.flush();
  store.saveSetup(at, setup);
  if (setup.kind === 'support') return; // it never changes
  chat.forgetRules();
  if (isOver) {
    room.screenings.close();
    room.polls.close();
  } else room.screenings.refresh();
  if (status === 'live' && before?.status !== 'live') store.viewers.clearReactions();
  if (status !== before?.status) {
    store.activity.startAgain();
    room.shop.productsChanged();
  }
  if (status !== before?.status || setup.creatorId !== before?.creatorId) room.emotes.changed();
  const news = setup.kind === 'user' ? userRoomNews : streamNews;
  for (const event of news(before, setup, changes)) tell(event);
  const visible = publicPolicy(policy);
  if (before && JSON.stringify(visible) !== JSON.stringify(publicPolicy(before.policy)))
    tell({ type: 'room-policy', streamId, policy: visible });
  // A user's room may have got another host, against whom everyone is judged.
  const isSameDoor = before?.creatorId === setup.creatorId && doorOf(setup).visibility === doorOf(before).visibility;
  if (before && !isOver && !isSameDoor) changeDoor(room, setup);
  if (!before) room.userRoom.presenceChanged();
  if (isOver && !(before && hasEnded(before))) end(room, setup);
  room.stageWork.stageChanged();
}

/** What a stream's viewers are told of a new setup. */
function streamNews(before: RoomSetup | undefined, setup: RoomSetup, changes: object | undefined): RoomEventBody[] {
  const { roomId: streamId, status, title } = setup;
  const isOver = hasEnded(setup);
  const news: RoomEventBody[] = [];
  if (status === 'live' && before?.status !== 'live')
    news.push({ type: 'stream-started', streamId, title, startedAt: toIsoOrNull(setup.startedAt) });
  if (before && !isOver && (title !== before.title || changes))
    news.push({ type: 'stream-updated', streamId, title, ...changes });
  if (isOver && !(before && hasEnded(before)))
    news.push({ type: 'stream-ended', streamId, endedAt: toIsoOrNull(setup.endedAt) });
  return news;
}

/** Keeps the newest window, and tells everyone in the room if it is another one. A support room numbers no events. */
export function noteMaintenance(
  { store, broadcaster, support, now }: Pick<CommandParts, 'store' | 'broadcaster' | 'support' | 'now'>,
  maintenance: Maintenance,
): void {
  const { setup, maintenance: before } = store;
  if (!setup || maintenance.revision <= before.revision) return;
  store.saveMaintenance(maintenance);
  const window = comingWindow(maintenance, now());
  if (hasEnded(setup) || (window === null && before.window === null)) return;
  const { roomId: streamId } = setup;
  const event: RoomEventBody = { type: 'maintenance', streamId, maintenance: window && presentWindow(window) };
  if (store.isSupport) support.tell(event);
  else broadcaster.add({ at: now(), body: writeEvent(event) });
}

/** Guests who may no longer stay leave at once; users leave once their relation was read. */
function changeDoor({ agenda, presence, now }: CommandParts, setup: RoomSetup): void {
  const refusal = mayStay(doorOf(setup), undefined);
  if (!refusal) return;
  presence().closeAll(presence().guestSockets(), closeReason(refusal, false), now());
  agenda.put('door', now());
}

/**
 * The figures count up to `endedAt`, so a late or repeated report has the same result. A user's room has none, and
 * everyone leaves it at once.
 */
function end({ broadcaster, agenda, held, shop, presence, now }: CommandParts, { kind }: RoomSetup): void {
  presence().settle();
  held.end();
  shop.close();
  if (kind === 'user') broadcaster.flush();
  else agenda.put('analytics', now());
  agenda.put('traces', now());
  agenda.put('close', kind === 'user' ? now() : now() + CLOSE_AFTER_END_MS);
  agenda.put('archive', now() + ARCHIVE_AFTER_END_MS);
}

function unknownCommand({ type }: { type: string }): Error {
  return new Error(`Unknown room command ${type}`);
}
