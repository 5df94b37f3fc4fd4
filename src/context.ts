/** Context: all that a use case needs of the world, made once a request or job and passed on. */

import type { OutboxEvent, PayoutMessage, TaskMessage, WebhookMessage } from '@/contracts/messages';
import type { Payments, PayoutProvider } from '@/contracts/payments';
import type { Rooms } from '@/contracts/room';
import { type Database, openDatabase } from '@/db/client';
import type { Limit } from '@/http/endpoint';
import { type Images, openImages } from '@/providers/images';
import { type MailProvider, openMail } from '@/providers/mail';
import { type MediaProvider, openMedia } from '@/providers/media';
import { openPayments, openPayouts } from '@/providers/open-payments';
import { openPush, type PushProvider } from '@/providers/push';
import { newId } from '@/shared/ids';
import { type Logger, newLogger } from '@/shared/log';
import { type Config, type Env, readConfig } from './config';

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

/** What only the entry point can give: code from further up, and the event's own life time. */
export interface Surroundings {
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly rooms: Rooms;
  readonly deliver: (ctx: Context, rows: readonly { id: string; event: OutboxEvent }[]) => Promise<void>;
}

/** Throws ConfigError if the environment is not complete. */
export function makeContext(env: Env, { waitUntil, rooms, deliver }: Surroundings): Context {
  const config = readConfig(env);
  const requestId = newId();
  const log = newLogger(requestId);
  const db = openDatabase(env.DB);
  const now = () => Date.now();
  const ctx: Context = {
    config,
    db,
    files: env.MEDIA,
    now,
    requestId,
    log,
    images: openImages(env.IMAGES),
    media: openMedia(config),
    mail: openMail(config, db, now),
    payments: openPayments(config, now),
    payouts: openPayouts(config),
    push: openPush(config),
    rooms,
    queues: { webhooks: env.WEBHOOKS, payouts: env.PAYOUTS, tasks: env.TASKS },
    limits: {
      read: env.LIMIT_READ,
      write: env.LIMIT_WRITE,
      signIn: env.LIMIT_SIGN_IN,
      media: env.LIMIT_MEDIA,
      lookUp: env.LIMIT_LOOKUP,
    },
    assets: env.ASSETS,
    waitUntil: (work) => waitUntil(work.catch((error) => log.fault('after-answer', error))),
    deliver: (rows) => deliver(ctx, rows),
  };
  return ctx;
}
