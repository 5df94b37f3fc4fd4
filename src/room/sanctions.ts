/**
 * Moderation of a user, and how it ends. Everyone is notified, but only the user gets the reason. The user's waiting
 * messages are dropped.
 */

import type { ModerationAction } from '@/contracts/room';
import type { RoomCommand } from '@/contracts/room-command';
import { type EventBody, writeEvent } from '@/contracts/room-events/events';
import { newId, timeOfId } from '@/shared/ids';
import { MINUTE_MS, SECOND_MS, toIso } from '@/shared/time';
import type { Agenda } from './agenda';
import type { Broadcaster } from './broadcaster';
import type { Chat } from './chat';
import { logModeration } from './moderation-log';
import { overseesRooms } from './policy';
import { type Presence, viewerKey } from './presence';
import type { RoomStore } from './store';

const TIME_OUT_MS_MAX = 7 * 24 * 60 * MINUTE_MS;
/** Time-outs that end within this time of each other are announced together. */
const ENDS_EVERY_MS = SECOND_MS;

interface SanctionParts {
  readonly store: RoomStore;
  readonly broadcaster: Broadcaster;
  readonly agenda: Agenda;
  readonly chat: Chat;
  readonly presence: () => Presence;
  readonly now: () => number;
}

/** Returns whether anything changed. */
export function moderate(room: SanctionParts, by: string, action: ModerationAction): boolean {
  switch (action.action) {
    case 'timeout':
      timeOut(room, by, action);
      break;
    case 'end-timeout':
      if (!room.store.sanctions.endTimeOut(action.userId, room.now())) return false;
      logModeration(room, { action: 'end-timeout', by, userId: action.userId });
      announceEnd(room, action.userId, 'timeout');
      break;
    case 'kick':
      kick(room, by, action);
      break;
    default:
      action satisfies never;
  }
  room.broadcaster.flush();
  return true;
}

function timeOut(room: SanctionParts, by: string, action: ModerationAction & { action: 'timeout' }): void {
  const { store, agenda, now } = room;
  const { userId, seconds, reason, deleteMessages = false } = action;
  const at = now();
  const until = at + Math.min(seconds * SECOND_MS, TIME_OUT_MS_MAX);
  store.sanctions.setTimeOut({ userId, until, reason, by, at });
  room.chat.withdraw(userId, by);
  if (deleteMessages) store.sanctions.withhold(userId, store.seq);
  logModeration(room, { action: 'timeout', by, userId, reason, until });
  agenda.putBy('time-outs', until);
  announce(room, { type: 'user-timed-out', userId, until: toIso(until), messagesDeleted: deleteMessages }, reason);
}

function kick(room: SanctionParts, by: string, { reason, ...action }: ModerationAction & { action: 'kick' }): void {
  const { store, broadcaster, presence, now } = room;
  const { userId, guestId } = action;
  store.sanctions.setKick(userId ?? guestKey(guestId), newId());
  if (userId !== undefined) room.chat.withdraw(userId, by);
  logModeration(room, { action: 'kick', by, userId, guestId, reason });
  const sockets = userId === undefined ? presence().socketsOf(guestKey(guestId)) : presence().socketsOfUser(userId);
  for (const socket of sockets) broadcaster.tell(socket, { type: 'user-kicked', userId: userId ?? guestId, reason });
  presence().closeAll(sockets, 'kicked', now());
}

/** A repeat is announced only if it deletes messages that the first ban kept. */
export function ban(room: SanctionParts, commandId: string, command: RoomCommand & { type: 'ban' }): void {
  const { store, broadcaster, presence, now } = room;
  const { userId, by, reason, deleteMessages = true } = command;
  const before = store.sanctions.findSanction(userId);
  if (!store.sanctions.setBan(userId, { by, reason }, commandId)) {
    // The unban arrived first. It lifts the ban, but does not undo the deletion.
    const saidBefore = store.traces.lastSeqOf(userId, timeOfId(commandId));
    if (deleteMessages) store.sanctions.withhold(userId, saidBefore);
    return;
  }
  room.chat.withdraw(userId, by);
  const isNew =
    !before?.ban || (deleteMessages && store.traces.lastSeqOf(userId, now()) > store.sanctions.withheldThrough(userId));
  if (deleteMessages) store.sanctions.withhold(userId, store.seq);
  if (isNew) {
    logModeration(room, { action: 'ban', by, userId, reason });
    announce(room, { type: 'user-banned', userId, messagesDeleted: deleteMessages }, reason);
  }
  broadcaster.flush(); // so that the user gets it too
  const isOut = (socket: WebSocket) => {
    const seat = presence().seatOf(socket);
    return seat !== undefined && !overseesRooms(seat.viewer);
  };
  presence().closeAll(presence().socketsOfUser(userId).filter(isOut), 'banned', now());
}

/**
 * The account is banned everywhere. Its own seats close because its sessions ended; guests from its addresses leave
 * here.
 */
export function banAccount(
  { store, presence, now }: SanctionParts,
  commandId: string,
  { userId, addresses, until }: RoomCommand & { type: 'account-banned' },
): void {
  if (!store.sanctions.setAccountBan(userId, { addresses, until }, commandId) || until <= now()) return;
  presence().closeAll(presence().socketsAt(addresses), 'addressBanned', now());
}

/** Texts from after the decision stay: the account was active again by then. */
export function withholdUser(
  room: SanctionParts,
  { userId, decisionId, withheld }: RoomCommand & { type: 'withhold-user' },
): void {
  const { store, broadcaster, chat, now } = room;
  const { sanctions, traces } = store;
  broadcaster.flush(); // so that what is in the buffer is found too
  const before = sanctions.withheldThrough(userId);
  if (withheld) {
    chat.withdraw(userId);
    sanctions.withholdByStaff(userId, decisionId, traces.lastSeqOf(userId, timeOfId(decisionId)));
  } else sanctions.restoreByStaff(userId, decisionId);
  const after = sanctions.withheldThrough(userId);
  if (after === before) return;
  logModeration(room, { action: after > before ? 'delete-messages' : 'restore-messages', by: null, userId });
  if (after > before) announce(room, { type: 'user-banned', userId, messagesDeleted: true }, null);
  else broadcaster.add({ at: now(), body: writeEvent({ type: 'messages-restored', userId }) });
}

/** Texts that were deleted with the ban stay hidden. */
export function unban(room: SanctionParts, commandId: string, { userId, by }: RoomCommand & { type: 'unban' }): void {
  const { sanctions } = room.store;
  const before = sanctions.findSanction(userId);
  if (!sanctions.setBan(userId, null, commandId) || !before?.ban) return;
  logModeration(room, { action: 'unban', by: by ?? null, userId });
  announceEnd(room, userId, 'ban');
}

/** Staff withhold one message, or a gift's text, or bring it back with the same seq. Its text is not sent again. */
export function withhold(
  room: Pick<SanctionParts, 'store' | 'broadcaster' | 'presence' | 'now'>,
  commandId: string,
  { id, withheld }: RoomCommand & { type: 'withhold' },
): void {
  const { store, broadcaster, now } = room;
  broadcaster.flush(); // so that what is in the buffer is found too
  if (!store.withheld.set(id, withheld, commandId)) return;
  const said = store.messages.findById(id) ?? store.gifts.find(id);
  if (!said) return;
  const { userId } = said;
  const text = textOf(said.body);
  logModeration(room, {
    action: withheld ? 'delete-message' : 'restore-message',
    by: null,
    userId,
    messageId: id,
    text,
  });
  const type = withheld ? 'message-deleted' : 'message-restored';
  broadcaster.add({
    at: now(),
    body: writeEvent({ type, streamId: store.setup?.roomId ?? '', messageId: id, userId }),
  });
}

/** What a message or a gift says, as stored. */
function textOf(body: string): string | null {
  const { text, message } = JSON.parse(body) as { text?: string; message?: string | null }; // stored by the room
  return text ?? message ?? null;
}

/** Ends the time-outs that have run out. Safe to repeat. */
export function endTimeOuts(room: SanctionParts): void {
  const { store, broadcaster, agenda, now } = room;
  const status = store.setup?.status;
  const isOpen = status === 'scheduled' || status === 'live'; // once the stream is over, nobody is left to notify
  for (const userId of store.sanctions.takeEndedTimeOuts(now())) if (isOpen) announceEnd(room, userId, 'timeout');
  broadcaster.flush();
  const next = store.sanctions.nextTimeOutEnd();
  if (next !== null) agenda.put('time-outs', Math.max(next, now() + ENDS_EVERY_MS));
}

/** As in `viewerKey`: a guest's id may not be taken for a user's. */
function guestKey(id: string): string {
  return viewerKey({ kind: 'guest', id });
}

function announceEnd({ broadcaster, now }: SanctionParts, userId: string, kind: 'ban' | 'timeout'): void {
  broadcaster.add({ at: now(), body: writeEvent({ type: 'sanction-ended', userId, kind }) });
}

function announce(
  room: SanctionParts,
  event: EventBody<'user-timed-out' | 'user-banned'>,
  reason: string | null,
): void {
  const { broadcaster, presence, now } = room;
  const own = writeEvent({ ...event, reason });
  broadcaster.add({ at: now(), body: writeEvent(event) }, (seq, error) => {
    if (error !== undefined || seq === null) return;
    for (const socket of presence().socketsOfUser(event.userId)) broadcaster.replaceInFrame(socket, seq, own);
  });
}
