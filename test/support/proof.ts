/** A proof of the ledger from begin to end: as the queue drives it, message by message. */

import type { TaskMessage } from '@/contracts/messages';
import { proveNextPage } from '@/domains/money/audit/prove';
import { startProof } from '@/domains/money/audit/start';
import { findProof, type Proof } from '@/ledger/proofs';
import { testContext } from './context';
import { recordingQueue } from './queues';

/** The proof is whole unless it says otherwise: `expect(await prove()).toMatchObject({ state: 'clean', findings: [] })`. */
export async function prove({ whole = true }: { whole?: boolean } = {}): Promise<Proof> {
  const { ctx, sent } = provingContext();
  const id = await startProof(ctx, { startedBy: null, whole });
  await ctx.settle();
  for (let body = sent.shift()?.body; body; body = sent.shift()?.body) {
    if (body.type === 'prove-ledger') await proveNextPage(ctx, body.proofId);
    await ctx.settle();
  }
  const proof = await findProof(ctx, id);
  if (!proof || proof.state === 'running') throw new Error('The proof stopped before it was finished');
  return proof;
}

/** A Context whose tasks are kept instead of queued. */
export function provingContext() {
  const { queue, sent } = recordingQueue<TaskMessage>();
  return { ctx: testContext({ TASKS: queue }), sent };
}
