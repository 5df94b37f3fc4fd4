/**
 * The rows of proofs: begun, brought forward a page at a time, finished. A step is taken from where the proof stood when
 * its page was read, or aborts its batch: a message that comes twice takes none.
 */
import { and, desc, eq, isNotNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { requireChange, requireThat } from '@/db/commit';
import { literal } from '@/db/sql';
import { clearCheckpoints } from './proof';
import { type Finding, ledgerProofs } from './tables';

export type Proof = typeof ledgerProofs.$inferSelect;

/** Of what is off so much is named; the rest is counted. */
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

/** When the newest proof was begun (ms), and whether there is anything to prove. */
export async function readProofNeed(ctx: Context): Promise<{ lastStartedAt: number | null; hasTransfers: boolean }> {
  const row = await ctx.db.get<{ lastStartedAt: number | null; hasTransfers: number }>(sql`
    SELECT (SELECT started_at FROM ledger_proofs ORDER BY id DESC LIMIT 1) AS lastStartedAt,
      EXISTS (SELECT 1 FROM ledger_transfers) AS hasTransfers`);
  return { lastStartedAt: row.lastStartedAt, hasTransfers: row.hasTransfers === 1 };
}

interface NewProof {
  readonly id: string;
  readonly stage: string;
  /** A user's id; null: the clock. */
  readonly startedBy: string | null;
  /** From the first transfer, whatever was proven before. */
  readonly whole: boolean;
}

/**
 * Goes on after what the last clean proof has proven; over the whole if there is none, or if the last one found
 * something. Aborts as UNIQUE `ledger_proofs.state` while one runs, and as DEMAND_NOT_MET if one has ended meanwhile.
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
  /** What else happens with this step. */
  readonly statements?: readonly Statement[];
}

/** @param to where it stands then; null: it is finished. Aborts as DEMAND_NOT_MET if it stands elsewhere already. */
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

/** Marks a proof that stands still as taken up again. Aborts as DEMAND_NOT_MET if it has come forward. */
export function takeUpProof(ctx: Context, proof: Proof): Statement[] {
  return [
    ctx.db
      .update(ledgerProofs)
      .set({ advancedAt: ctx.now() })
      .where(and(stillAt(proof), eq(ledgerProofs.advancedAt, proof.advancedAt))),
    requireChange(ctx),
  ];
}

/** For a copy of the books, in which nobody brings the running proof forward any more. */
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
