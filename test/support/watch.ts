/** A request to the Worker, and what follows it: the events, the rooms that are called, the rows that D1 writes. */

import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { app } from '@/app';
import type { Env } from '@/config';
import type { OutboxEvent } from '@/contracts/messages';
import { deliverOutbox } from '@/queues/outbox';
import { openRooms } from '@/room/rooms';
import { makeCountingD1, readCounts, resetCounts } from '../../scripts/bench/counting-d1';
import { randomAddress } from './api';
import { entry } from './app';
import type { Person } from './users';

const counted = { ...env, DB: makeCountingD1(env.DB) } as Env;

export interface Write {
  readonly by: Pick<Person, 'headers'>;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** Events are delivered as ever. One request at a time: the meter is one. */
export async function watch({ by, method, path, body }: Write) {
  const execution = createExecutionContext();
  const events: OutboxEvent[] = [];
  const rooms: string[] = [];
  resetCounts();
  const request = new Request(`http://localhost:8787/api/v1/${path}`, {
    method,
    headers: { 'cf-connecting-ip': randomAddress(), 'content-type': 'application/json', ...by.headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const own = entry(counted, execution, {
    rooms: (roomId: string) => {
      rooms.push(roomId);
      return openRooms(env.ROOMS)(roomId);
    },
    deliver: (async (ctx, rows) => {
      events.push(...rows.map(({ event }) => event));
      await deliverOutbox(ctx, rows);
    }) satisfies typeof deliverOutbox,
  });
  const response = await app.fetch(request, own, execution);
  await response.arrayBuffer();
  await waitOnExecutionContext(execution);
  return { status: response.status, events, rooms, rowsWritten: readCounts().rowsWritten };
}
