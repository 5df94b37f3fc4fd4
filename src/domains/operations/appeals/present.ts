/** Presents appeals to the user who sent them, and to staff with what they need to decide. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { presentDecision } from '@/domains/base/decisions/present';
import type { DecisionRow } from '@/domains/base/decisions/tables';
import { cardAmong } from '@/domains/base/users/card-of';
import { type CardRow, presentCard } from '@/domains/base/users/present';
import { presentEvidence } from '@/domains/operations/reports/present-evidence';
import type { Evidence } from '@/domains/operations/reports/tables';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { Appeal, AppealInReview } from './schemas';
import type { AppealRow } from './tables';

export interface Appealed {
  readonly appeal: AppealRow;
  readonly decision: DecisionRow;
}

/** @param now milliseconds */
export function presentAppeal({ appeal, decision }: Appealed, now: number): z.input<typeof Appeal> {
  const { id, text, status, answer, createdAt, decidedAt } = appeal;
  return {
    id,
    // It is appealed already, so how to appeal it says nothing.
    decision: { ...presentDecision(decision, now), howToAppeal: null },
    text,
    status,
    answer,
    createdAt: toIso(createdAt),
    decidedAt: toIsoOrNull(decidedAt),
  };
}

export interface Reviewed extends Appealed {
  readonly subject: CardRow;
  readonly evidence: Evidence | null;
  /** Who made the decision. */
  readonly decider: CardRow | null;
  /** Who answered the appeal. */
  readonly answerer: CardRow | null;
  /** Who reads it. */
  readonly me: CardRow | null;
}

export async function presentReview(ctx: Context, reviewed: Reviewed): Promise<z.input<typeof AppealInReview>> {
  const { appeal, decision, subject, evidence, decider, answerer, me } = reviewed;
  return {
    ...presentAppeal(reviewed, ctx.now()),
    subject: presentCard(subject),
    evidence: evidence && (await presentEvidence(ctx, evidence)),
    reportId: decision.reportId,
    decidedBy: cardAmong(decision.staffId, decider),
    resolvedBy: cardAmong(appeal.decidedBy, answerer, me),
  };
}
