/**
 * Runs every domain's sweeps each minute. Each is bounded, safe to run twice at once, and cannot make others fail. They
 * all start in one invocation, which may query D1 1,000 times; a sweep makes at most some 200 queries, most make a few.
 */
import type { Context } from '@/contracts/context';
import type { Sweeps } from '@/contracts/jobs';
import { SECOND_MS } from '@/shared/time';
import { domainSweeps } from './jobs';
import { sweepOutbox } from './outbox';

const SWEEPS: Sweeps = { ...domainSweeps, sweepOutbox };

/** One minute minus the time that a run takes. */
const CHAIN_MS = 50 * SECOND_MS;

export async function runSweeps(ctx: Context): Promise<void> {
  const until = ctx.now() + CHAIN_MS;
  await Promise.all(Object.keys(SWEEPS).map((name) => runSweep(ctx, name, until)));
}

/**
 * Runs one sweep. If there is more to do, a message continues it at once, so each sweep has one chain of messages,
 * however long its backlog is. If a run fails, the next minute's run takes over.
 * @param until when (ms) the chain ends, since the next minute's run takes over
 */
export async function runSweep(ctx: Context, name: string, until: number): Promise<void> {
  try {
    const hasMore = await SWEEPS[name]?.(ctx);
    if (hasMore === true && ctx.now() < until) await ctx.queues.tasks.send({ type: 'sweep', name, until });
  } catch (error) {
    ctx.log.fault(name, error);
  }
}
