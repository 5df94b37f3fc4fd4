/** Context: everything a use case needs from outside. Built once per request or job and passed along. */

import type { Logger } from '@/shared/log';
import type { Config } from './config';
import type { Database } from './database';
import type { Images } from './images';
import type { Limit } from './limits';
import type { MailProvider } from './mail';
import type { MediaProvider } from './media';
import type { OutboxEvent, PayoutMessage, TaskMessage, WebhookMessage } from './messages';
import type { Payments, PayoutProvider } from './payments';
import type { PushProvider } from './push';
import type { Rooms } from './room';
import type { Scanner } from './scanner';

/** Where a request came from. The client chooses its agent's name, so it is shortened. */
export interface Caller {
  readonly address: string | null;
  readonly userAgent: string | null;
}

export interface Context {
  readonly config: Config;
  readonly db: Database;
  /** Public and private media objects, by key. */
  readonly files: R2Bucket;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly requestId: string;
  /** Null in jobs. */
  readonly caller: Caller | null;
  readonly log: Logger;
  /** Re-encodes images. */
  readonly images: Images;
  readonly media: MediaProvider;
  readonly mail: MailProvider;
  readonly payments: Payments;
  /** Undefined if no provider that sends money is configured: payouts then go by bank transfer. */
  readonly payouts: PayoutProvider | undefined;
  /** Undefined if no keys are configured: then nobody can subscribe to pushes. */
  readonly push: PushProvider | undefined;
  /** Undefined if none is configured: then files are only checked by their type. */
  readonly scanner: Scanner | undefined;
  readonly rooms: Rooms;
  readonly queues: {
    readonly webhooks: Queue<WebhookMessage>;
    readonly payouts: Queue<PayoutMessage>;
    readonly tasks: Queue<TaskMessage>;
  };
  readonly limits: Readonly<Record<Limit, RateLimit>>;
  readonly assets: Fetcher;
  /** Lets work continue after the response. A failure is logged, and the caller does not see it. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Tries to deliver committed outbox rows now. The sweep delivers those that fail. */
  readonly deliver: (rows: readonly { id: string; event: OutboxEvent }[]) => Promise<void>;
}
