/** The emotes of the room's host in the room's storage, as last read from D1. */
import type { Emote } from '@/contracts/chat-message';
import { Meta } from './meta';

/** Stored as JSON, so its field names never change. */
export interface KeptEmotes {
  /** A user's room may get another host, who has other emotes. */
  readonly hostId: string;
  readonly emotes: readonly Emote[];
}

const KEY = 'emotes';

export class EmoteStore {
  readonly #meta: Meta;
  #kept: KeptEmotes | null = null;

  constructor(sql: SqlStorage) {
    this.#meta = new Meta(sql);
  }

  /** Requires that the tables exist. */
  load(): void {
    this.#kept = this.#meta.read<KeptEmotes>(KEY) ?? null;
  }

  /** Null if they must be read. */
  get kept(): KeptEmotes | null {
    return this.#kept;
  }

  set kept(kept: KeptEmotes | null) {
    if (kept === this.#kept) return;
    this.#kept = kept;
    this.#meta.write(KEY, kept);
  }
}
