/** Makes the Context of a request or job. Only entry points import this file. */

import type { Caller, Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import type { Rooms } from '@/contracts/room';
import { openDatabase } from '@/db/client';
import { openScanner } from '@/providers/clamd';
import { openImages } from '@/providers/images';
import { openMail } from '@/providers/mail';
import { openMedia } from '@/providers/open-media';
import { openPayments, openPayouts } from '@/providers/open-payments';
import { openPush } from '@/providers/push';
import { newId } from '@/shared/ids';
import { newLogger } from '@/shared/log';
import { type Env, readConfig } from './config';

/** What only the entry point can provide: code of higher layers, and the lifetime of its event. */
export interface Surroundings {
  /** Undefined in jobs. */
  readonly request?: Request;
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly rooms: Rooms;
  readonly deliver: (ctx: Context, rows: readonly { id: string; event: OutboxEvent }[]) => Promise<void>;
}

/** Throws ConfigError if the environment is incomplete or unsafe. */
export function makeContext(env: Env, { request, waitUntil, rooms, deliver }: Surroundings): Context {
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
    caller: request ? callerOf(request) : null,
    log,
    images: openImages(env.IMAGES),
    media: openMedia(config),
    mail: openMail(config, db, now),
    payments: openPayments(config, now),
    payouts: openPayouts(config),
    push: openPush(config),
    scanner: openScanner(config),
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

const USER_AGENT_CHARACTERS_MAX = 300;

function callerOf({ headers }: Request): Caller {
  const userAgent = headers.get('user-agent')?.slice(0, USER_AGENT_CHARACTERS_MAX) ?? null;
  return { address: headers.get('cf-connecting-ip'), userAgent };
}
