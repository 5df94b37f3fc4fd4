/** Context: all that a use case needs of the world, made once a request or job and passed on. */

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

export interface Context {
  readonly config: Config;
  readonly db: Database;
  /** Objects by key: public and private media. */
  readonly files: R2Bucket;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly requestId: string;
  readonly log: Logger;
  /** Draws pictures anew. */
  readonly images: Images;
  readonly media: MediaProvider;
  readonly mail: MailProvider;
  readonly payments: Payments;
  /** Nothing where no provider is configured that sends money: payouts then go by bank. */
  readonly payouts: PayoutProvider | undefined;
  /** Nothing where no keys are configured: nobody can subscribe then. */
  readonly push: PushProvider | undefined;
  readonly rooms: Rooms;
  readonly queues: {
    readonly webhooks: Queue<WebhookMessage>;
    readonly payouts: Queue<PayoutMessage>;
    readonly tasks: Queue<TaskMessage>;
  };
  readonly limits: Readonly<Record<Limit, RateLimit>>;
  readonly assets: Fetcher;
  /** Lets work go on after the answer; a failure is logged and not seen by the caller. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Tries to deliver committed outbox rows now; what fails stays for the sweep. */
  readonly deliver: (rows: readonly { id: string; event: OutboxEvent }[]) => Promise<void>;
}
