/** Starts a proof, for staff or for the sweep. The database allows only one running proof. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { type Card, findCards } from '@/domains/base/users/find-cards';
import { beginProof, findFinishedProof, findProof, findRunningProof, type Proof } from '@/ledger/proofs';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { toIso, toIsoOrNull } from '@/shared/time';
import { auditError } from './errors';
import type { Audit, Proof as ProofShape } from './schemas';
import { FIRST_STAGE, STAGES } from './stages';

/** @param startedBy the staff user; null: the sweep. Returns the proof's id. Throws PROOF_RUNNING. */
export async function startProof(
  ctx: Context,
  { startedBy, whole }: { startedBy: string | null; whole: boolean },
): Promise<string> {
  const id = newId();
  const running = () => auditError('PROOF_RUNNING');
  const log = { action: 'ledger.prove', targetType: 'ledger-proof', targetId: id, after: { whole } };
  await commit(
    ctx,
    [
      ...(await beginProof(ctx, { id, stage: FIRST_STAGE, startedBy, whole })),
      ...(startedBy === null ? [] : [logStaff(ctx, { staffId: startedBy, ...log })]),
    ],
    {
      events: [{ kind: 'task', task: { type: 'prove-ledger', proofId: id } }],
      // DEMAND_NOT_MET: another proof started and finished after the last one was read.
      refusals: { 'ledger_proofs.state': running, DEMAND_NOT_MET: running },
    },
  );
  return id;
}

/** Throws PROOF_RUNNING. */
export async function requestProof(ctx: Context, actor: Actor, { whole }: { whole: boolean }) {
  const proof = await findProof(ctx, await startProof(ctx, { startedBy: actor.userId, whole }));
  if (!proof) throw new Error('The proof that was just started is gone');
  return presentProof(proof, await findCards(ctx, [proof.startedBy]));
}

/** Returns the last finished proof and the running one. */
export async function readAudit(ctx: Context): Promise<z.input<typeof Audit>> {
  const [last, running] = await Promise.all([findFinishedProof(ctx), findRunningProof(ctx)]);
  const people = await findCards(ctx, [last?.startedBy ?? null, running?.startedBy ?? null]);
  return { last: last ? presentProof(last, people) : null, running: running ? presentProof(running, people) : null };
}

function presentProof(proof: Proof, people: ReadonlyMap<string, Card>): z.input<typeof ProofShape> {
  const { id, state, stage, fromId, throughId, transfers, accounts, findings, findingsCount, startedBy } = proof;
  return {
    id,
    state,
    progress: { stage, step: state === 'running' ? STAGES.indexOf(stage) : STAGES.length, steps: STAGES.length },
    whole: fromId === 0,
    fromTransferId: fromId,
    throughTransferId: throughId,
    transfers,
    accounts,
    findings: [...findings],
    findingsCount,
    startedBy: (startedBy === null ? undefined : people.get(startedBy)) ?? null,
    startedAt: toIso(proof.startedAt),
    finishedAt: toIsoOrNull(proof.finishedAt),
  };
}
