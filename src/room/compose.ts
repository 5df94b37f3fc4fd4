/** Makes the message that everyone sees of an accepted draft. */
import type { ChatMessage, Draft, Mention, RoomUser } from '@/contracts/room';
import { newId } from '@/shared/ids';
import { badgesOf } from './policy';
import { isTrusted } from './relations';
import type { RoomStore } from './store';

interface ComposeParts {
  readonly store: RoomStore;
  readonly mentionsIn: (text: string) => readonly Mention[];
}

/** The message that it answers must have been looked up: one that is gone meanwhile is left out. @param now milliseconds */
export function compose(
  { store, mentionsIn }: ComposeParts,
  user: RoomUser,
  { text, replyTo: parentId }: Draft,
  now: number,
): ChatMessage {
  const { id: userId, username, displayName, avatarUrl } = user;
  const replyTo = parentId === undefined ? undefined : store.replies.find(parentId);
  const mentions = mentionsIn(text);
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
    ...(replyTo ? { replyTo } : {}),
    ...(mentions.length > 0 ? { mentions } : {}),
  };
}
