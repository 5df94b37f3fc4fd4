/** What was said in a room, as viewers, moderators and reports read it. */
import type { ChatMessage } from '@/contracts/chat-message';
import type { SaidAround } from '@/contracts/room';
import { messageOfBody } from '@/contracts/room-wire';
import type { Broadcaster } from './broadcaster';
import type { RoomStore } from './store';

const MESSAGES_MAX = 100;

interface Surroundings {
  readonly store: RoomStore;
  readonly broadcaster: Broadcaster;
}

export class ChatHistory {
  constructor(private readonly room: Surroundings) {}

  /** Newest first. */
  page(before: number | null, limit: number): { messages: ChatMessage[]; nextBefore: number | null } {
    const { store } = this.room;
    const size = Math.min(Math.max(1, limit), MESSAGES_MAX);
    const rows = store.messagesBefore(before ?? store.seq + 1, size + 1);
    const page = rows.slice(0, size);
    return {
      messages: page.map(({ seq, body }) => messageOfBody(body, seq)),
      nextBefore: rows.length > size ? (page.at(-1)?.seq ?? null) : null,
    };
  }

  /** The newest messages of these users, for moderators: includes those that are hidden from everyone else. */
  newestOf(userIds: readonly string[], limitEach: number): ChatMessage[] {
    const rows = this.room.store.traces.newestMessagesOf(userIds, Math.min(limitEach, MESSAGES_MAX));
    return rows.map(({ seq, body }) => sentAs(this.room.store, body, seq));
  }

  /**
   * What was said, as viewers see it, and what others said around it: evidence of a report. Null if viewers do not see
   * it. @param id a message's or a gift's
   */
  around(id: string, each: number): SaidAround | null {
    const { store, broadcaster } = this.room;
    broadcaster.flush(); // a message in the buffer was sent already
    const message = this.#findShown(id);
    const seq = message?.seq ?? store.gifts.find(id)?.seq;
    if (seq === undefined || store.withheld.has(id)) return null;
    const neighbours = store.messages.around(seq, Math.min(each, MESSAGES_MAX));
    return { message: message ?? null, neighbours: neighbours.map(({ seq, body }) => messageOfBody(body, seq)) };
  }

  /** Undefined if it waits, was deleted or is withheld. */
  #findShown(messageId: string): (ChatMessage & { readonly seq: number }) | undefined {
    const { store } = this.room;
    const found = store.messages.findById(messageId);
    if (!found || found.seq === null || found.seq <= store.sanctions.withheldThrough(found.userId)) return undefined;
    const message = messageOfBody(found.body, found.seq);
    return message.deleted ? undefined : { ...message, seq: found.seq };
  }
}

/** @param body as it is stored @param seq null while the message waits */
export function sentAs(store: Pick<RoomStore, 'replies'>, body: string, seq: number | null): ChatMessage {
  const [filled = body] = store.replies.fill([body]);
  return messageOfBody(filled, seq);
}
