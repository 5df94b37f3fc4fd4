/** Makes the message that everyone sees of an accepted draft. */
import type { ChatMessage, Draft, Mention } from '@/contracts/chat-message';
import type { RoomUser } from '@/contracts/room';
import { newId } from '@/shared/ids';
import { type Emotes, mayUseAllEmotes, placeEmotes } from './emotes';
import { badgesOf } from './policy';
import { isTrusted } from './relations';
import type { RoomStore } from './store';

interface Composing {
  readonly store: RoomStore;
  readonly mentionsIn: (text: string) => readonly Mention[];
  /** The channel's, by name. */
  readonly emotes: Emotes;
  /** Milliseconds. */
  readonly now: number;
}

/** The message that it answers must have been looked up: one that is gone meanwhile is left out. */
export function compose(
  { store, mentionsIn, emotes, now }: Composing,
  user: RoomUser,
  { text, replyTo: parentId }: Draft,
): ChatMessage {
  const { id: userId, username, displayName, avatarUrl } = user;
  const isKnown = isTrusted(user.standing, now);
  const replyTo = parentId === undefined ? undefined : store.replies.find(parentId);
  const mentions = mentionsIn(text);
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
    ...(replyTo ? { replyTo } : {}),
    ...(mentions.length > 0 ? { mentions } : {}),
    ...(placed.length > 0 ? { emotes: placed } : {}),
  };
}
