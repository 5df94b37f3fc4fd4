/**
 * The measured Worker: the real one, with its D1 calls counted and recorded. BENCH_TICK=none makes its rooms send one
 * frame per message, to compare the tick with its absence.
 */

import type { Env } from '@/config';
import worker, { StreamRoom as Room } from '@/index';
import { makeCountingD1, readCounts, resetCounts } from './counting-d1';
import { makeRecordingD1, readRecord, resetRecord } from './recording-d1';

interface BenchEnv extends Env {
  BENCH_TICK?: string;
}

const counted = new WeakMap<object, Env>();

/** Returns the same object for the same env, because the Worker caches what it parsed by env. */
function count(env: BenchEnv): Env {
  const known = counted.get(env) ?? { ...env, DB: makeRecordingD1(makeCountingD1(env.DB)) };
  counted.set(env, known);
  return known;
}

export class StreamRoom extends Room {
  readonly #sendsEachMessage: boolean;

  constructor(state: DurableObjectState, env: BenchEnv) {
    super(state, count(env));
    this.#sendsEachMessage = env.BENCH_TICK === 'none';
  }

  protected override tickMs(sockets: number): number {
    return this.#sendsEachMessage ? 0 : super.tickMs(sockets);
  }
}

export default {
  ...worker,
  async fetch(request, env: BenchEnv, execution) {
    const { pathname } = new URL(request.url);
    if (pathname === '/bench/reset') {
      resetCounts();
      resetRecord();
    }
    if (pathname === '/bench/record') return Response.json(readRecord());
    if (pathname.startsWith('/bench/')) return Response.json(readCounts());
    return worker.fetch(request, count(env), execution);
  },
  queue: (batch, env, execution) => worker.queue(batch, count(env), execution),
} satisfies ExportedHandler<BenchEnv>;
