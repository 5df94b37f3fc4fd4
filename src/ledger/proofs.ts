/**
 * The rows of proofs: started, advanced page by page, finished. A step requires the proof to be where it was when its
 * page was read, or it aborts its batch, so a duplicate message changes nothing.
 */
import { and, desc, eq, isNotNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { requireChange, requireThat } from '@/db/commit';
import { literal } from '@/db/sql';
import { clearCheckpoints } from './proof';
import { type Finding, ledgerProofs } from './tables';

export type Proof = typeof ledgerProofs.$inferSelect;

/** Only this many findings are stored; the others are only counted. */
const FINDINGS_KEPT_MAX = 200;

export function findProof(ctx: Context, id: string): Promise<Proof | undefined> {
  return ctx.db.select().from(ledgerProofs).where(eq(ledgerProofs.id, id)).get();
}

export function findRunningProof(ctx: Context): Promise<Proof | undefined> {
  return ctx.db
    .select()
    .from(ledgerProofs)
    .where(eq(ledgerProofs.state, literal('running')))
    .get();
}

export function findFinishedProof(ctx: Context): Promise<Proof | undefined> {
  return ctx.db
    .select()
    .from(ledgerProofs)
    .where(isNotNull(ledgerProofs.finishedAt))
    .orderBy(desc(ledgerProofs.finishedAt), desc(ledgerProofs.id))
    .limit(1)
    .get();
}

/** When the newest proof started (ms), and whether the ledger has any transfers. */
export async function readProofNeed(ctx: Context): Promise<{ lastStartedAt: number | null; hasTransfers: boolean }> {
  const row = await ctx.db.get<{ lastStartedAt: number | null; hasTransfers: number }>(sql`
    SELECT (SELECT started_at FROM ledger_proofs ORDER BY id DESC LIMIT 1) AS lastStartedAt,
      EXISTS (SELECT 1 FROM ledger_transfers) AS hasTransfers`);
  return { lastStartedAt: row.lastStartedAt, hasTransfers: row.hasTransfers === 1 };
}

interface NewProof {
  readonly id: string;
  readonly stage: string;
  /** The id of the user who started it; null: the sweep. */
  readonly startedBy: string | null;
  /** Proves from the first transfer, whatever was proven before. */
  readonly whole: boolean;
}

/**
 * Continues after the last clean proof, or covers the whole ledger if there is none or if the last proof found
 * something. Aborts as UNIQUE `ledger_proofs.state` while another proof runs, and as DEMAND_NOT_MET if one has finished
 * meanwhile.
 */
export async function beginProof(ctx: Context, { id, stage, startedBy, whole }: NewProof): Promise<Statement[]> {
  const last = await findFinishedProof(ctx);
  const fromId = whole || last?.state !== 'clean' ? 0 : last.throughId;
  const now = ctx.now();
  return [
    requireThat(
      ctx,
      sql`(SELECT id FROM ledger_proofs WHERE finished_at IS NOT NULL ORDER BY finished_at DESC, id DESC LIMIT 1)
        IS ${last?.id ?? null}`,
    ),
    ctx.db.insert(ledgerProofs).values({
      ...{ id, state: 'running', stage, fromId, startedBy, startedAt: now, advancedAt: now },
      throughId: sql`(SELECT coalesce(max(id), 0) FROM ledger_transfers)`,
    }),
    ...(fromId === 0 ? [clearCheckpoints(ctx)] : []),
  ];
}

export interface ProofStep {
  readonly findings: readonly Finding[];
  readonly transfers?: number;
  readonly accounts?: number;
  /** Statements to commit with this step. */
  readonly statements?: readonly Statement[];
}

/** @param to where the proof continues; null: it is finished. Aborts as DEMAND_NOT_MET if the proof has moved on. */
export function advanceProof(
  ctx: Context,
  proof: Proof,
  { findings, transfers = 0, accounts = 0, statements = [] }: ProofStep,
  to: { stage: string; position: string | null } | null,
): Statement[] {
  const findingsCount = proof.findingsCount + findings.length;
  const now = ctx.now();
  const finished = { state: findingsCount === 0 ? 'clean' : 'off', stage: 'finished', position: null } as const;
  return [
    ctx.db
      .update(ledgerProofs)
      .set({
        ...(to ?? { ...finished, finishedAt: now }),
        transfers: proof.transfers + transfers,
        accounts: proof.accounts + accounts,
        findings: [...proof.findings, ...findings].slice(0, FINDINGS_KEPT_MAX),
        findingsCount,
        advancedAt: now,
      })
      .where(stillAt(proof)),
    requireChange(ctx),
    ...statements,
  ];
}

/** Claims a stalled proof, to resume it. Aborts as DEMAND_NOT_MET if the proof has moved on. */
export function takeUpProof(ctx: Context, proof: Proof): Statement[] {
  return [
    ctx.db
      .update(ledgerProofs)
      .set({ advancedAt: ctx.now() })
      .where(and(stillAt(proof), eq(ledgerProofs.advancedAt, proof.advancedAt))),
    requireChange(ctx),
  ];
}

/** For a copy of the database, in which nothing will advance the running proof. */
export function abandonProofs(ctx: Context): Statement {
  return ctx.db.delete(ledgerProofs).where(eq(ledgerProofs.state, 'running'));
}

function stillAt({ id, stage, position }: Proof) {
  return and(
    eq(ledgerProofs.id, id),
    eq(ledgerProofs.state, 'running'),
    eq(ledgerProofs.stage, stage),
    sql`${ledgerProofs.position} IS ${position}`,
  );
}
