/**
 * Runs every domain's sweeps each minute. Each is bounded, safe to run twice at once, and stops no other by failing. They
 * all begin in one invocation, which may ask D1 a thousand times: a run asks at most some two hundred times, most a few.
 */
import type { Context } from '@/contracts/context';
import type { Sweeps } from '@/contracts/jobs';
import { SECOND_MS } from '@/shared/time';
import { domainSweeps } from './jobs';
import { sweepOutbox } from './outbox';

const SWEEPS: Sweeps = { ...domainSweeps, sweepOutbox };

/** A minute, less what a run takes. */
const CHAIN_MS = 50 * SECOND_MS;

export async function runSweeps(ctx: Context): Promise<void> {
  const until = ctx.now() + CHAIN_MS;
  await Promise.all(Object.keys(SWEEPS).map((name) => runSweep(ctx, name, until)));
}

/**
 * One run. If there is more to do, a message goes on with it at once: one chain of messages for each sweep, however long
 * its backlog is. A run that fails leaves its work to the next minute's.
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
