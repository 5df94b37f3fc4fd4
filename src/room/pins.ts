/**
 * The message or announcement that a room shows above its chat. It is taken down as soon as its text is hidden or
 * deleted. Only those in charge learn who pinned it.
 */
import type { Announcement, Pin, ToPin } from '@/contracts/chat-message';
import type { PinAnswer, RoomUser, RoomViewer } from '@/contracts/room';
import { writeEvent } from '@/contracts/room-events/events';
import { newId } from '@/shared/ids';
import { toIso } from '@/shared/time';
import type { Broadcaster } from './broadcaster';
import type { StoredPin } from './pin-store';
import { badgesOf, isExempt, refuse } from './policy';
import type { Presence } from './presence';
import { hasEnded } from './relations';
import type { RoomStore } from './store';

interface PinsParts {
  readonly store: RoomStore;
  readonly broadcaster: Broadcaster;
  readonly presence: () => Presence;
  readonly now: () => number;
}

export class Pins {
  constructor(private readonly room: PinsParts) {}

  /** A repeat is told to nobody. */
  pin(user: RoomUser, what: ToPin): PinAnswer {
    const { store, broadcaster, now } = this.room;
    if (!store.setup || hasEnded(store.setup)) return refuse('ROOM_CLOSED');
    if ('messageId' in what && !store.replies.find(what.messageId)) return refuse('MESSAGE_NOT_FOUND');
    const { current } = store.pins;
    if (current && isSame(current, user, what)) return this.#answer(current, false);
    broadcaster.flush(); // so that the event gets the next number
    const shown = 'text' in what ? { announcement: announcementOf(user, what.text) } : what;
    const pin: StoredPin = { at: now(), seq: store.seq + 1, by: user.id, ...shown };
    store.atomically(() => {
      store.pins.current = pin;
    });
    this.#announce(pin, shown);
    return this.#answer(pin, true);
  }

  /** Returns whether something was pinned. */
  unpin(): boolean {
    const { store, broadcaster, now } = this.room;
    if (!store.isPrepared || !store.pins.current) return false;
    store.pins.current = null;
    const streamId = store.setup?.roomId ?? '';
    broadcaster.add({ at: now(), body: writeEvent({ type: 'message-unpinned', streamId }) });
    broadcaster.flush();
    return true;
  }

  /** Call it when texts may have been hidden or deleted. */
  refresh(): void {
    const { store } = this.room;
    if (store.isPrepared && store.pins.current && !this.#isShown(store.pins.current)) this.unpin();
  }

  /** For those who come. */
  shownTo(viewer: RoomViewer): Pin | null {
    const { pins } = this.room.store;
    return pins.current && this.#isShown(pins.current) ? pins.present(pins.current, isInCharge(viewer)) : null;
  }

  #isShown({ messageId, announcement, seq }: StoredPin): boolean {
    const { store } = this.room;
    if (messageId !== undefined) return store.replies.find(messageId) !== undefined;
    return announcement?.text ? !store.isWithheld(announcement.id, announcement.userId, seq) : false;
  }

  #answer(pin: StoredPin, isNew: boolean): PinAnswer {
    return { ok: true, pin: this.room.store.pins.present(pin, true), isNew };
  }

  #announce({ at, by }: StoredPin, shown: { announcement: Announcement } | { messageId: string }): void {
    const { store, broadcaster, presence } = this.room;
    // As it is stored: a message only by its id, which `fill` replaces.
    const bodyOf = (more: { by?: string }) =>
      JSON.stringify({
        ...{ type: 'message-pinned', streamId: store.setup?.roomId },
        pin: { at: toIso(at), ...more, ...shown },
      });
    broadcaster.add({ at, body: bodyOf({}) }, (seq, error) => {
      if (error !== undefined || seq === null) return;
      const [own = ''] = store.fill([bodyOf({ by })]);
      for (const socket of presence().sockets()) {
        const viewer = presence().seatOf(socket)?.viewer;
        if (viewer && isInCharge(viewer)) broadcaster.replaceInFrame(socket, seq, own);
      }
    });
    broadcaster.flush();
  }
}

function isInCharge(viewer: RoomViewer): boolean {
  return viewer.kind === 'user' && isExempt(viewer);
}

function isSame({ messageId, announcement }: StoredPin, user: RoomUser, what: ToPin): boolean {
  if ('messageId' in what) return messageId === what.messageId;
  return announcement?.userId === user.id && announcement.text === what.text;
}

function announcementOf(user: RoomUser, text: string): Announcement {
  const { id: userId, username, displayName, avatarUrl } = user;
  return { id: newId(), userId, username, displayName, avatarUrl, badges: badgesOf(user), text };
}
