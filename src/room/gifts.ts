/**
 * Gifts in the room. A gift is always shown, since it was paid; its words are treated as chat is: later where chat is
 * delayed, and not at all if their writer was sanctioned meanwhile or somebody deleted them.
 */
import type { RoomEventBody } from '@/contracts/room';
import type { Agenda } from './agenda';
import type { Broadcaster } from './broadcaster';
import type { RoomStore } from './store';

interface GiftParts {
  readonly store: RoomStore;
  readonly broadcaster: Broadcaster;
  readonly agenda: Agenda;
  readonly now: () => number;
}

interface Gift extends RoomEventBody {
  readonly id: string;
  readonly sender: { readonly id: string };
  readonly message: string | null;
}

export function isGift(event: RoomEventBody): event is Gift {
  return event.type === 'gift-sent';
}

/** As it may be shown now. */
export function withoutBannedWords({ store, now }: GiftParts, gift: Gift): Gift {
  const { id, sender, message } = gift;
  if (!message) return gift;
  const timeOut = store.sanctions.findTimeOut(sender.id);
  const isSilenced = store.sanctions.findSanction(sender.id)?.ban || (timeOut && timeOut.until > now());
  return isSilenced || store.hasSeen(deletionOf(id)) ? { ...gift, message: null } : gift;
}

/** Keeps the gift back until its words may be shown. */
export function hold({ store, agenda, now }: GiftParts, commandId: string, gift: Gift, delayMs: number): void {
  const releaseAt = now() + delayMs;
  store.gifts.hold({ id: gift.id, userId: gift.sender.id, at: now(), body: JSON.stringify(gift), releaseAt });
  store.markSeen([commandId]);
  agenda.putBy('release', releaseAt);
}

/** Also of a gift that the room has not heard of yet: the outbox keeps no order. */
export function deleteWords({ store, broadcaster, now }: GiftParts, messageId: string, deletedBy: string): void {
  broadcaster.flush(); // what is still in the buffer can be deleted too
  store.markSeen([deletionOf(messageId)]);
  const userId = store.gifts.blank(messageId);
  if (userId === undefined) return;
  const streamId = store.setup?.roomId;
  const body = JSON.stringify({ type: 'message-deleted', streamId, messageId, userId, deletedBy });
  broadcaster.add({ at: now(), body });
}

/** Stands among the commands that were seen. */
function deletionOf(giftId: string): string {
  return `words-deleted:${giftId}`;
}
