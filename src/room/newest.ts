/**
 * What changes often, and of which only the newest is worth a frame: the viewer count, the stock of products and the
 * counts of a poll. Each is sent at most once a second, and never stored.
 */
import type { EventBody } from '@/contracts/room-events/events';
import type { Passing, ProductStock } from '@/contracts/room-wire';
import { SECOND_MS } from '@/shared/time';
import type { Presence } from './presence';

const EVERY_MS = SECOND_MS;

interface Surroundings {
  readonly presence: () => Presence;
  /** Called after each new viewer count that is sent. */
  readonly onViewerCount: (count: number) => void;
}

export class Newest {
  #isCountNew = false;
  #countSent = -1;
  #countSentAt = 0;
  /** By product and variant. */
  readonly #stock = new Map<string, ProductStock>();
  #stockSentAt = 0;
  #poll: EventBody<'poll-updated'> | null = null;
  #pollSentAt = 0;

  constructor(private readonly room: Surroundings) {}

  viewersChanged(): void {
    this.#isCountNew = true;
  }

  /** Newer numbers replace those that still wait. */
  putStock(events: readonly ProductStock[]): void {
    for (const event of events) this.#stock.set(`${event.productId}:${event.variantId ?? ''}`, event);
  }

  /** @param event null: what still waits is not sent */
  putPoll(event: EventBody<'poll-updated'> | null): void {
    this.#poll = event;
  }

  /** How long (ms) until the first of it may be sent; undefined if nothing waits. */
  waitMs(now: number): number | undefined {
    const waits = [
      ...(this.#isCountNew ? [waitMs(now, this.#countSentAt)] : []),
      ...(this.#stock.size > 0 ? [waitMs(now, this.#stockSentAt)] : []),
      ...(this.#poll ? [waitMs(now, this.#pollSentAt)] : []),
    ];
    return waits.length > 0 ? Math.min(...waits) : undefined;
  }

  /** Takes what may be sent now. */
  take(now: number): Passing[] {
    const taken: Passing[] = [];
    if (this.#stock.size > 0 && isTime(now, this.#stockSentAt)) {
      taken.push(...this.#stock.values());
      this.#stock.clear();
      this.#stockSentAt = now;
    }
    if (this.#poll && isTime(now, this.#pollSentAt)) {
      taken.push(this.#poll);
      this.#poll = null;
      this.#pollSentAt = now;
    }
    if (this.#isCountNew && isTime(now, this.#countSentAt)) {
      this.#isCountNew = false;
      const { viewerCount } = this.room.presence();
      if (viewerCount !== this.#countSent) {
        taken.push({ type: 'viewer-count', viewerCount });
        this.#countSent = viewerCount;
        this.#countSentAt = now;
        this.room.onViewerCount(viewerCount);
      }
    }
    return taken;
  }
}

/** Never longer than the whole wait, even if the clock was set back. */
function waitMs(now: number, sentAt: number): number {
  return Math.min(EVERY_MS, sentAt + EVERY_MS - now);
}

function isTime(now: number, sentAt: number): boolean {
  return now >= sentAt + EVERY_MS || now < sentAt;
}
