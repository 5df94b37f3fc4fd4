/** A Context as the Worker makes it, for use cases that no endpoint reaches: consumers, sweeps, statement builders. */
import { env } from 'cloudflare:workers';
import type { Env } from '@/config';
import { makeContext } from '@/context';
import type { Context } from '@/contracts/context';
import { deliverOutbox } from '@/queues/outbox';
import { openRooms } from '@/room/rooms';

/** Work that outlives the answer is awaited by `settle`. */
export function testContext(
  overrides: Partial<Record<keyof Env, unknown>> = {},
): Context & { settle(): Promise<void> } {
  const pending: Promise<unknown>[] = [];
  const ctx = makeContext({ ...env, ...overrides } as Env, {
    waitUntil: (work) => pending.push(work),
    rooms: openRooms(env.ROOMS),
    deliver: deliverOutbox,
  });
  return Object.assign(ctx, {
    async settle() {
      while (pending.length > 0) await pending.shift();
    },
  });
}
