/** The API itself, under an environment of one's own: with Stripe's keys, or without what the Worker has. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { app } from '@/app';
import type { Env } from '@/config';
import { makeContext } from '@/context';
import { deliverOutbox } from '@/queues/outbox';
import { openRooms } from '@/room/rooms';
import { type Client, client, randomAddress } from './api';

type Overrides = Partial<Record<keyof Env, unknown>>;

/** What outlives the answer is done when it is given. */
export async function requestWith(overrides: Overrides, request: Request): Promise<Response> {
  const execution = createExecutionContext();
  const surroundings = {
    waitUntil: (work: Promise<unknown>) => execution.waitUntil(work),
    rooms: openRooms(env.ROOMS),
    deliver: deliverOutbox,
  };
  const own = { ...env, ...overrides } as Env; // a test's own
  const response = await app.fetch(request, { makeContext: () => makeContext(own, surroundings) }, execution);
  await waitOnExecutionContext(execution);
  return response;
}

/** As `client`, of a Worker with these variables: `clientWith(STRIPE_ENV, viewer.headers)`. */
export function clientWith(overrides: Overrides, headers: Record<string, string> = {}): Client {
  return client(headers, randomAddress(), (url, init) => requestWith(overrides, new Request(url, init)));
}
