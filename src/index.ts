/** The Worker's exports: fetch, queue, scheduled and the room's Durable Object class. */

import { consume } from '@/queues/consume';
import { deliverOutbox } from '@/queues/outbox';
import { runSweeps } from '@/queues/sweeps';
import { openRooms } from '@/room/rooms';
import { app } from './app';
import type { Env } from './config';
import { makeContext, type Surroundings } from './context';

export { StreamRoom } from '@/room/stream-room';

function surroundings(env: Env, execution: ExecutionContext): Surroundings {
  return {
    waitUntil: (work) => execution.waitUntil(work),
    rooms: openRooms(env.ROOMS),
    deliver: deliverOutbox,
  };
}

export default {
  fetch: (request, env, execution) =>
    app.fetch(
      request,
      { makeContext: () => makeContext(env, { request, ...surroundings(env, execution) }) },
      execution,
    ),
  queue: (batch, env, execution) => consume(makeContext(env, surroundings(env, execution)), batch),
  scheduled: (_controller, env, execution) => runSweeps(makeContext(env, surroundings(env, execution))),
} satisfies ExportedHandler<Env>;
