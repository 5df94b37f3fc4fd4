/** The API itself, under an environment of one's own: with Stripe's keys, or without what the Worker has. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { app } from '@/app';
import type { Env } from '@/config';
import { makeContext, type Surroundings } from '@/context';
import type { AppEnv } from '@/http/middleware';
import { deliverOutbox } from '@/queues/outbox';
import { openRooms } from '@/room/rooms';
import { type Client, client, randomAddress } from './api';

type Overrides = Partial<Record<keyof Env, unknown>>;

/** What outlives the answer is done when it is given. */
export async function requestWith(overrides: Overrides, request: Request): Promise<Response> {
  const execution = createExecutionContext();
  const own = { ...env, ...overrides } as Env; // a test's own
  const response = await app.fetch(request, entry(own, execution), execution);
  await waitOnExecutionContext(execution);
  return response;
}

/** As `client`, of a Worker with these variables: `clientWith(STRIPE_ENV, viewer.headers)`. */
export function clientWith(overrides: Overrides, headers: Record<string, string> = {}): Client {
  return client(headers, randomAddress(), (url, init) => requestWith(overrides, new Request(url, init)));
}

/** What the Worker's entry hands the app with a request. @param others instead of the Worker's own */
export function entry(own: Env, execution: ExecutionContext, others: Partial<Surroundings> = {}): AppEnv['Bindings'] {
  const surroundings = {
    waitUntil: (work: Promise<unknown>) => execution.waitUntil(work),
    rooms: openRooms(env.ROOMS),
    deliver: deliverOutbox,
    ...others,
  };
  return { makeContext: () => makeContext(own, surroundings) };
}
