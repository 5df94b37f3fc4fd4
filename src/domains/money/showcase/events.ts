/** What a stream's room is told about the shop. */
import type { OutboxEvent } from '@/contracts/messages';
import { type CardRow, presentCard } from '@/domains/base/users/present';

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
  const event = { type: 'product-sold', streamId, ...sold, buyer: buyer && presentCard(buyer) };
  return { kind: 'room', roomId: streamId, command: { type: 'event', event } };
}
