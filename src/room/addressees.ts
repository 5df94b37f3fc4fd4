/**
 * What single people get of a message besides the frame for everyone: its author gets it with their client's own id, and
 * those whom it names or answers a notification. Waiting messages bring nothing until they are shown.
 */

import type { RepliedTo } from '@/contracts/chat-message';
import type { Context } from '@/contracts/context';
import { messageOfBody, withClientId } from '@/contracts/room-wire';
import type { PresentedNotification } from '@/domains/base/notifications/schemas';
import { readSettings } from '@/domains/base/settings/read';
import { type Card, findCards } from '@/domains/base/users/find-cards';
import { findBlockedPairs, keyOfPair, type Pair } from '@/domains/live/rooms/blocked-pairs';
import { newId } from '@/shared/ids';
import type { Logger } from '@/shared/log';
import { toIso } from '@/shared/time';
import { LANGUAGE_DEFAULT, type Speech, speechOf } from '@/texts/languages';
import type { Broadcaster } from './broadcaster';
import type { Presence } from './presence';
import { snippetOf } from './reply-store';
import type { MessageKey } from './sql';
import type { RoomStore } from './store';

/** The most notifications that one look at blocks decides. */
const DECIDED_MAX = 500;
/** How the body of a message begins, up to the author's name: `compose` writes it. */
const AUTHOR = /"username":"([^"]*)"/;

interface AddresseesParts {
  readonly store: RoomStore;
  readonly presence: () => Presence;
  readonly broadcaster: Broadcaster;
  readonly database: Pick<Context, 'db' | 'now'>;
  readonly log: Logger;
}

interface Addressed {
  readonly kind: 'mention' | 'reply';
  readonly toId: string;
  readonly messageId: string;
}

export class Addressees {
  #waiting: Addressed[] = [];
  #isSending = false;

  constructor(private readonly room: AddresseesParts) {}

  /** Call it while the frame with this message is made. @param body as it is sent */
  sent({ id: messageId, userId, clientId }: MessageKey, seq: number, body: string): void {
    const { store, broadcaster, presence } = this.room;
    for (const socket of presence().socketsOfUser(userId))
      broadcaster.replaceInFrame(socket, seq, withClientId(body, clientId));
    const username = AUTHOR.exec(body)?.[1];
    if (username !== undefined) store.writers.wrote({ id: userId, username });
    for (const [toId, kind] of addressedIn(body))
      if (toId !== userId && presence().socketsOfUser(toId).length > 0) this.#waiting.push({ kind, toId, messageId });
    if (this.#waiting.length > 0 && !this.#isSending) void this.#send();
  }

  /** Asks D1 for blocks once for all that gathered during the last look. */
  async #send(): Promise<void> {
    this.#isSending = true;
    try {
      await Promise.resolve(); // the frame with the message leaves first
      while (this.#waiting.length > 0) await this.#notify(this.#waiting.splice(0, DECIDED_MAX));
    } catch (error) {
      this.#waiting = []; // nobody is notified across a block that could not be looked up
      this.room.log.fault('room.addressees', error);
    } finally {
      this.#isSending = false;
    }
  }

  async #notify(addressed: readonly Addressed[]): Promise<void> {
    const { store, database } = this.room;
    const pairs = addressed.flatMap(({ toId, messageId }): Pair[] => {
      const author = store.messages.findById(messageId)?.userId;
      return author === undefined ? [] : [[author, toId]];
    });
    const [blocked, settings, cards] = await Promise.all([
      findBlockedPairs(database, pairs),
      readSettings(
        database,
        pairs.map(([, toId]) => toId),
      ),
      findCards(
        database,
        pairs.map(([author]) => author),
      ),
    ]);
    for (const one of addressed) {
      const language = settings.get(one.toId)?.language ?? LANGUAGE_DEFAULT;
      this.#tell(one, { blocked, cards, speech: speechOf(language) });
    }
  }

  /** The message may have been deleted meanwhile. */
  #tell(
    { kind, toId, messageId }: Addressed,
    { blocked, cards, speech }: { blocked: ReadonlySet<string>; cards: ReadonlyMap<string, Card>; speech: Speech },
  ): void {
    const { store, presence, broadcaster, database } = this.room;
    const found = store.messages.findById(messageId);
    const actor = found && cards.get(found.userId);
    if (!actor || !store.replies.find(messageId) || blocked.has(keyOfPair([found.userId, toId]))) return;
    const { streamId, seq, text } = messageOfBody(found.body, found.seq);
    const notification: PresentedNotification = {
      ...{ id: newId(), kind: `chat-${kind}`, read: true, createdAt: toIso(database.now()) },
      title: speech.say(speech.texts.chat[kind], { actor: actor.displayName }),
      body: snippetOf(text),
      data: { streamId, messageId, seq },
      actor,
    };
    for (const socket of presence().socketsOfUser(toId))
      broadcaster.tell(socket, { type: 'user-notification', notification });
  }
}

/** Each person once; a reply counts more than a mention. */
function addressedIn(body: string): ReadonlyMap<string, Addressed['kind']> {
  const addressed = new Map<string, Addressed['kind']>();
  // Most messages have neither, and are not parsed. Within a text, the quotes would be escaped.
  if (!body.includes('"mentions":[') && !body.includes('"replyTo":{')) return addressed;
  const { mentions = [], replyTo } = JSON.parse(body) as {
    mentions?: { userId: string }[];
    replyTo?: RepliedTo;
  }; // of a message
  for (const { userId } of mentions) addressed.set(userId, 'mention');
  if (replyTo?.text) addressed.set(replyTo.userId, 'reply');
  return addressed;
}
