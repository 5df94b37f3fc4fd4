/** Makes the message that everyone sees of an accepted draft. */
import type { ChatMessage, Draft, RoomUser } from '@/contracts/room';
import { newId } from '@/shared/ids';
import { badgesOf } from './policy';
import { isTrusted } from './relations';
import type { RoomStore } from './store';

/** @param now milliseconds */
export function compose(store: RoomStore, user: RoomUser, { text }: Draft, now: number): ChatMessage {
  const { id: userId, username, displayName, avatarUrl } = user;
  return {
    id: newId(),
    seq: null,
    streamId: store.setup?.roomId ?? '',
    userId,
    username,
    displayName,
    avatarUrl,
    badges: isTrusted(user.standing, now) ? badgesOf(user) : [],
    text,
    at: now,
    deleted: false,
  };
}
