/** What a stream's room is told about the shop. */
import type { OutboxEvent } from '@/contracts/messages';
import type { Showcase } from '@/contracts/product';
import type { ShowcaseBody } from '@/contracts/room-command';
import { type CardRow, presentCard } from '@/domains/base/users/present';

/** Tells the room what it shows from `at` on. Of two events of a stream, the later `at` wins. */
export function showcaseEvent(streamId: string, at: number, showcase: Showcase | null): OutboxEvent {
  const event: ShowcaseBody = showcase
    ? { type: 'product-showcased', streamId, showcase }
    : { type: 'showcase-cleared', streamId, showcase };
  return { kind: 'room', roomId: streamId, command: { type: 'showcase', at, event } };
}

/** The stream has other products. */
export function productsEvent(streamId: string): OutboxEvent {
  return { kind: 'room', roomId: streamId, command: { type: 'products-changed' } };
}

interface Sold {
  readonly streamId: string;
  readonly productId: string;
  readonly title: string;
  readonly quantity: number;
  /** Null: the buyer does not want to be named. */
  readonly buyer: CardRow | null;
}

/** For the batch that makes an order of the stream paid. */
export function soldEvent({ streamId, buyer, ...sold }: Sold): OutboxEvent {
  const event = { type: 'product-sold', streamId, ...sold, buyer: buyer && presentCard(buyer) } as const;
  return { kind: 'room', roomId: streamId, command: { type: 'event', event } };
}
