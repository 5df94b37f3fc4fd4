/** Makes the message that everyone sees of an accepted draft. */
import type { ChatMessage, Draft, RoomUser } from '@/contracts/room';
import { newId } from '@/shared/ids';
import { type Emotes, mayUseAllEmotes, placeEmotes } from './emotes';
import { badgesOf } from './policy';
import { isTrusted } from './relations';
import type { RoomStore } from './store';

interface Composing {
  readonly store: RoomStore;
  /** Of the channel. */
  readonly emotes: Emotes;
  /** Milliseconds. */
  readonly now: number;
}

export function compose({ store, emotes, now }: Composing, user: RoomUser, { text }: Draft): ChatMessage {
  const { id: userId, username, displayName, avatarUrl } = user;
  const isKnown = isTrusted(user.standing, now);
  const placed = placeEmotes(text, emotes, isKnown && mayUseAllEmotes(user.standing));
  return {
    id: newId(),
    seq: null,
    streamId: store.setup?.roomId ?? '',
    userId,
    username,
    displayName,
    avatarUrl,
    badges: isKnown ? badgesOf(user) : [],
    text,
    at: now,
    deleted: false,
    ...(placed.length > 0 ? { emotes: placed } : {}),
  };
}
