/**
 * Gifts in the room. A gift was paid for, so it is always shown. Its text is treated like chat: it waits where chat is
 * delayed, and is left out if its author was sanctioned or the text deleted meanwhile.
 */

import type { RoomEventBody } from '@/contracts/room-command';
import { type EventBody, writeEvent } from '@/contracts/room-events/events';
import type { Agenda } from './agenda';
import type { Broadcaster } from './broadcaster';
import { logModeration } from './moderation-log';
import type { Presence } from './presence';
import type { RoomStore } from './store';

interface GiftParts {
  readonly store: RoomStore;
  readonly broadcaster: Broadcaster;
  readonly agenda: Agenda;
  readonly presence: () => Presence;
  readonly now: () => number;
}

type Gift = EventBody<'gift-sent'>;

export function isGift(event: RoomEventBody): event is Gift {
  return event.type === 'gift-sent';
}

/** Returns the gift as it may be shown now. */
export function withoutBannedWords({ store, now }: GiftParts, gift: Gift): Gift {
  const { id, sender, message } = gift;
  if (!message) return gift;
  const timeOut = store.sanctions.findTimeOut(sender.id);
  const isSilenced = store.sanctions.findSanction(sender.id)?.ban || (timeOut && timeOut.until > now());
  return isSilenced || store.hasSeen(deletionOf(id)) || store.withheld.has(id) ? { ...gift, message: null } : gift;
}

/** Holds the gift until its text may be shown. */
export function hold({ store, agenda, now }: GiftParts, commandId: string, gift: Gift, delayMs: number): void {
  const releaseAt = now() + delayMs;
  store.gifts.hold({ id: gift.id, userId: gift.sender.id, at: now(), body: writeEvent(gift), releaseAt });
  store.markSeen([commandId]);
  agenda.putBy('release', releaseAt);
}

/** Works before the gift has arrived, too: the outbox does not keep order. */
export function deleteWords(room: GiftParts, messageId: string, by: string): void {
  const { store, broadcaster, now } = room;
  broadcaster.flush(); // a gift in the buffer is found too
  store.markSeen([deletionOf(messageId)]);
  const blanked = store.gifts.blank(messageId);
  if (!blanked) return;
  const { userId, text } = blanked;
  if (by !== userId) logModeration(room, { action: 'delete-message', by, userId, messageId, text });
  const streamId = store.setup?.roomId ?? '';
  const body = writeEvent({ type: 'message-deleted', streamId, messageId, userId });
  broadcaster.add({ at: now(), body });
}

/** Stored among the seen commands. */
function deletionOf(giftId: string): string {
  return `words-deleted:${giftId}`;
}
