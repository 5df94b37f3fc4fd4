/**
 * What the minute's cron does. Every sweep is bounded, safe to run twice at once, and stops no other by failing. All of
 * them begin in one invocation, which may ask D1 a thousand times: a run of one asks at most some two hundred times, most
 * a few. Where it answers true there is more to do, which a message goes on with at once, until the next minute's takes
 * over: one chain of messages for each sweep, however long the backlog is.
 */
import type { Context } from '@/contracts/context';
import { sweepBudgets } from '@/domains/base/budgets/sweep';
import { sweepOrphans, sweepUploads } from '@/domains/base/media/sweep';
import { sweepNotifications } from '@/domains/base/notifications/sweep';
import { requeueClearing } from '@/domains/content/posts/sweep';
import { resealStreamKeys } from '@/domains/live/channels/reseal-stream-keys';
import { callOffMissed } from '@/domains/live/streams/call-off';
import { reconcileStreams } from '@/domains/live/streams/reconcile';
import { resumeProof } from '@/domains/money/audit/prove';
import { queueTargetAwards } from '@/domains/money/earnings/award-targets';
import { askAboutPayments } from '@/domains/money/payments/sweep';
import { requeuePayouts } from '@/domains/money/payouts/sweep';
import { renewSubscriptions } from '@/domains/money/subscriptions/renew';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import { sweepExports } from '@/domains/operations/privacy/export-rows';
import { PAYMENT_KINDS } from '@/domains/operations/webhooks/payment-kinds';
import { forgetWebhookPayloads, requeueWebhookEvents } from '@/domains/operations/webhooks/sweep';
import { remindUnverified } from '@/domains/people/auth/remind-unverified';
import { sweepExpiredCredentials } from '@/domains/people/auth/sweep';
import { reencryptFinancial } from '@/domains/people/creators/financial';
import { SECOND_MS } from '@/shared/time';
import { sweepOutbox } from './outbox';

const SWEEPS: Readonly<Record<string, (ctx: Context) => Promise<unknown>>> = {
  sweepOutbox,
  requeueWebhookEvents,
  reconcileStreams,
  callOffMissed,
  sweepExpiredCredentials,
  remindUnverified,
  resealStreamKeys,
  forgetWebhookPayloads,
  reencryptFinancial,
  askAboutPayments: (ctx) => askAboutPayments(ctx, PAYMENT_KINDS),
  renewSubscriptions,
  requeuePayouts,
  queueTargetAwards,
  resumeProof,
  sweepUploads,
  sweepOrphans,
  sweepExports,
  eraseAccounts,
  sweepNotifications,
  requeueClearing,
  sweepBudgets,
};

/** A minute, less what a run takes. */
const CHAIN_MS = 50 * SECOND_MS;

export async function runSweeps(ctx: Context): Promise<void> {
  const until = ctx.now() + CHAIN_MS;
  await Promise.all(Object.keys(SWEEPS).map((name) => runSweep(ctx, name, until)));
}

/** One run. What fails is the next minute's. @param until when (ms) it is left to that in any case */
export async function runSweep(ctx: Context, name: string, until: number): Promise<void> {
  try {
    const hasMore = await SWEEPS[name]?.(ctx);
    if (hasMore === true && ctx.now() < until) await ctx.queues.tasks.send({ type: 'sweep', name, until });
  } catch (error) {
    ctx.log.fault(name, error);
  }
}
