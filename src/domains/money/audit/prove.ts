/**
 * Proves the ledger page by page, with one message of the `tasks` queue per page. One batch commits the page's result,
 * the step forward and the next message, so a duplicate message or a killed Worker changes nothing.
 */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { AppError } from '@/http/errors';
import { advanceProof, findProof, findRunningProof, type Proof, readProofNeed, takeUpProof } from '@/ledger/proofs';
import { DAY_MS, MINUTE_MS } from '@/shared/time';
import { auditError } from './errors';
import { provePage, stageAfter } from './stages';
import { startProof } from './start';

/** Longer than a page takes, and shorter than anyone would wait for a proof. */
const STANDS_STILL_MS = 2 * MINUTE_MS;
const BETWEEN_PROOFS_MS = DAY_MS;

/** Safe to repeat. */
export async function proveNextPage(ctx: Context, proofId: string): Promise<void> {
  const proof = await findProof(ctx, proofId);
  if (proof?.state !== 'running') return;
  const { next, ...step } = await provePage(ctx, proof);
  const stage = next === null ? stageAfter(proof.stage) : proof.stage;
  const to = stage === null ? null : { stage, position: next };
  const isTaken = await takeStep(ctx, advanceProof(ctx, proof, step, to), to && nextPage(proof));
  if (!isTaken || to) return;
  const findings = proof.findingsCount + step.findings.length;
  ctx.log.event('ledger.proven', { proofId, findings });
  if (findings > 0) ctx.log.fault('ledger', new Error(`Proof ${proofId} found ${findings} problems`));
}

/** Resumes a stalled proof, and starts one if none was started for a day. */
export async function resumeProof(ctx: Context): Promise<void> {
  const running = await findRunningProof(ctx);
  if (running) {
    if (running.advancedAt < ctx.now() - STANDS_STILL_MS)
      await takeStep(ctx, takeUpProof(ctx, running), nextPage(running));
    return;
  }
  const { lastStartedAt, hasTransfers } = await readProofNeed(ctx);
  if (!hasTransfers || (lastStartedAt !== null && lastStartedAt > ctx.now() - BETWEEN_PROOFS_MS)) return;
  await unlessRunning(() => startProof(ctx, { startedBy: null, whole: false }));
}

function nextPage({ id }: Proof): OutboxEvent {
  return { kind: 'task', task: { type: 'prove-ledger', proofId: id } };
}

/** Whether this message took the step, and not its duplicate. */
async function takeStep(ctx: Context, statements: Statement[], event: OutboxEvent | null): Promise<boolean> {
  const refusals = { DEMAND_NOT_MET: () => auditError('PROOF_RUNNING') };
  return unlessRunning(() => commit(ctx, statements, { events: event ? [event] : [], refusals }));
}

async function unlessRunning(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'PROOF_RUNNING') return false;
    throw error;
  }
}
