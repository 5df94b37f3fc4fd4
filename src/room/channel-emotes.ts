/**
 * The emotes of the room's host. The room reads them from D1 before the first message that may show one, keeps them, and
 * reads them again only after they changed.
 */
import type { Emote } from '@/contracts/chat-message';
import type { Logger } from '@/shared/log';
import { SECOND_MS } from '@/shared/time';
import type { Emotes } from './emotes';
import type { RoomStore } from './store';

const NONE: Emotes = new Map();
/** While D1 is unavailable, messages show no emotes, and the room tries again after this long. */
const RETRY_AFTER_MS = 10 * SECOND_MS;

interface EmoteParts {
  readonly store: RoomStore;
  readonly readEmotes: (hostId: string) => Promise<Emote[]>;
  readonly now: () => number;
  readonly log: Logger;
  /** Called when `current` has changed. */
  readonly onChange: () => void;
}

export class ChannelEmotes {
  #byName: { readonly of: readonly Emote[]; readonly emotes: Emotes } | undefined;
  #reading: Promise<void> | undefined;
  #retryAt = 0;
  /** Counts the changes, to notice one during a read. */
  #version = 0;

  constructor(private readonly room: EmoteParts) {}

  /** By name. Empty until they were read. */
  get current(): Emotes {
    const { kept } = this.room.store.emotes;
    if (!kept || kept.hostId !== this.room.store.hostId) return NONE;
    if (this.#byName?.of !== kept.emotes)
      this.#byName = { of: kept.emotes, emotes: new Map(kept.emotes.map((emote) => [emote.name, emote])) };
    return this.#byName.emotes;
  }

  /** Others were added or removed, or the room has another host. */
  changed(): void {
    this.#version += 1;
    this.#retryAt = 0;
    this.room.store.emotes.kept = null;
    this.room.onChange();
  }

  /**
   * Undefined if this text can be judged at once. Otherwise a promise to wait for, also for texts without emotes while a
   * read runs, so that messages keep their order. It never rejects.
   */
  beforeJudging(text: string): Promise<void> | undefined {
    if (this.#reading) return this.#reading;
    const { store, now } = this.room;
    const { hostId } = store;
    if (hostId === undefined || store.emotes.kept?.hostId === hostId) return undefined;
    if (!text.includes(':') || now() < this.#retryAt) return undefined;
    this.#reading = this.#read(hostId).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(hostId: string): Promise<void> {
    const { store, readEmotes, now, log, onChange } = this.room;
    try {
      for (let version = Number.NaN; version !== this.#version; ) {
        version = this.#version;
        const emotes = await readEmotes(hostId);
        if (version !== this.#version || !store.isPrepared) continue;
        store.emotes.kept = { hostId, emotes };
        onChange();
      }
    } catch (error) {
      this.#retryAt = now() + RETRY_AFTER_MS;
      log.fault('room.emotes', error);
    }
  }
}
