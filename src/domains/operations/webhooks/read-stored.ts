/**
 * Reads a stored event as it is applied. An event that an earlier version could not read is read once more: what was
 * acknowledged can be applied as soon as we understand it.
 */
import type { Context } from '@/contracts/context';
import type { MediaEvent } from '@/contracts/media';
import type { PaymentEvent, PaymentProviderName, PaymentWebhook } from '@/contracts/payments';
import type { Unreadable } from '@/contracts/unreadable';
import { HeldForStaff } from '@/domains/money/payments/held';
import { completeEvent } from '@/domains/money/payments/older-events';
import { decrypt, encrypt } from '@/shared/crypto';
import { markRead } from './events';
import { withAddress, withoutAddress } from './sealed-address';
import type { WebhookEventRow } from './tables';

type Stored = Pick<WebhookEventRow, 'id' | 'provider' | 'payload' | 'sealed' | 'receivedAt'>;

/** `event` is null if it requires no action after all. */
type StoredEvent =
  | { readonly provider: 'livekit'; readonly event: MediaEvent }
  | { readonly provider: PaymentProviderName; readonly event: PaymentEvent | null };

/** The payloads are those that `receive.ts` and `receive-payment.ts` stored. Throws HeldForStaff if it is unreadable. */
export async function readStored(ctx: Context, stored: Stored): Promise<StoredEvent> {
  const { provider, receivedAt } = stored;
  switch (provider) {
    case 'livekit':
      return { provider, event: await read<MediaEvent>(ctx, stored, (body) => ctx.media.readAgain(body)) };
    case 'stripe':
    case 'dodo':
    case 'sandbox': {
      const again = (body: string) => ctx.payments.readAgain(provider, body);
      const event = await read<Exclude<PaymentWebhook['event'], Unreadable>>(ctx, stored, again);
      return { provider, event: event && completeEvent(event, receivedAt) };
    }
    default:
      throw unknownProvider(provider); // stored by a newer version before a rollback: it is retried
  }
}

async function read<Event extends PaymentEvent | MediaEvent | null>(
  ctx: Context,
  { id, payload, sealed }: Stored,
  readAgain: (body: string) => Event | Unreadable | Promise<Event | Unreadable>,
): Promise<Event> {
  if (payload === null) throw new Error('The payload is gone');
  const { keys } = ctx.config;
  if (!isUnreadable(payload))
    return sealed === null ? (payload as Event) : withAddress(payload as Event, await decrypt(keys, id, sealed)); // as stored
  if (sealed === null) throw new HeldForStaff(payload.reason);
  const event = await readAgain(await decrypt(keys, id, sealed));
  if (isUnreadable(event)) throw new HeldForStaff(event.reason);
  const read = withoutAddress(event);
  const address = read.text === undefined ? null : await encrypt(keys, id, read.text);
  await markRead(ctx, id, { payload: read.payload, sealed: address });
  return event;
}

function isUnreadable(event: unknown): event is Unreadable {
  return typeof event === 'object' && event !== null && 'type' in event && event.type === 'unreadable';
}

function unknownProvider(provider: never): Error {
  return new Error(`Unknown provider ${provider}`);
}
