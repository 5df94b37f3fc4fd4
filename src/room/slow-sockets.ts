/** Finds the sockets that cannot keep up, by what they have not been sent yet, and closes those that never will. */
import { SECOND_MS } from '@/shared/time';
import type { Presence } from './presence';

/** Above the first limit a socket only gets stored events; above the second it is closed. */
export const BUFFERED_BYTES_LEAN = 256 * 1_024;
export const BUFFERED_BYTES_MAX = 1_024 * 1_024;

const LOOK_EVERY_MS = SECOND_MS;

export class SlowSockets {
  /** Those above the first limit when it last looked. */
  readonly #slow = new Set<WebSocket>();
  #lookedAt = 0;

  constructor(private readonly presence: () => Presence) {}

  has(socket: WebSocket): boolean {
    return this.#slow.has(socket);
  }

  /** Runs seldom: reading a send buffer costs a share of every send, and a backlog takes time to grow. */
  look(now: number): void {
    if (now >= this.#lookedAt && now < this.#lookedAt + LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    this.#slow.clear();
    const presence = this.presence();
    for (const socket of [...presence.sockets()]) {
      // NOTE: older versions of the platform do not have `bufferedAmount`.
      const buffered = socket.bufferedAmount ?? 0;
      if (buffered > BUFFERED_BYTES_MAX) presence.drop(socket, 'tooSlow', now);
      else if (buffered > BUFFERED_BYTES_LEAN) this.#slow.add(socket);
    }
  }
}
