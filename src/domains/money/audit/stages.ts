/** The stages of a proof, in order: the ledger's own, then the check of each money domain. */
import type { Context } from '@/contracts/context';
import { discountCheck } from '@/domains/money/discounts/check';
import { earningsCheck, exchangeCheck, rewardCheck } from '@/domains/money/earnings/check';
import { lotCheck, reversalCheck } from '@/domains/money/earnings/check-lots';
import { giftCheck } from '@/domains/money/gifts/check';
import { orderCheck, salesHeldCheck, stockCheck } from '@/domains/money/orders/check';
import { payoutCheck } from '@/domains/money/payouts/check';
import { purchaseCheck } from '@/domains/money/purchases/check';
import { paidMonthsCheck, subscriptionCheck } from '@/domains/money/subscriptions/check';
import type { MoneyCheck } from '@/ledger/check';
import { proveAccounts, proveTransfers, proveUnits } from '@/ledger/proof';
import type { Proof, ProofStep } from '@/ledger/proofs';

const CHECKS: readonly MoneyCheck[] = [
  purchaseCheck,
  discountCheck,
  giftCheck,
  subscriptionCheck,
  paidMonthsCheck,
  exchangeCheck,
  rewardCheck,
  payoutCheck,
  earningsCheck,
  lotCheck,
  reversalCheck,
  orderCheck,
  stockCheck,
  salesHeldCheck,
];
const REF_TYPES = CHECKS.flatMap(({ refType }) => refType ?? []);

export const FIRST_STAGE = 'transfers';
export const STAGES: readonly string[] = [FIRST_STAGE, 'accounts', 'units', ...CHECKS.map(({ name }) => name)];

/** Proves the page at the proof's position. `next`: where this stage continues; null: the stage is done. */
export async function provePage(ctx: Context, proof: Proof): Promise<ProofStep & { readonly next: string | null }> {
  const { stage, position, fromId, throughId } = proof;
  switch (stage) {
    case 'transfers': {
      const after = position === null ? fromId : Number(position);
      const page = await proveTransfers(ctx, { after, through: throughId, refTypes: REF_TYPES });
      const { findings, count, checkpoint, next } = page;
      return { findings, transfers: count, statements: [checkpoint], next: next === null ? null : String(next) };
    }
    case 'accounts': {
      const { findings, count, next } = await proveAccounts(ctx, { after: Number(position ?? 0), through: throughId });
      return { findings, accounts: count, next: next === null ? null : String(next) };
    }
    case 'units':
      return { findings: await proveUnits(ctx), next: null };
    default: {
      const check = CHECKS.find(({ name }) => name === stage);
      if (!check) throw new Error(`A proof has no stage ${stage}`); // a newer version's stage, seen after a rollback
      return check.page(ctx, position);
    }
  }
}

/** Returns null after the last stage. */
export function stageAfter(stage: string): string | null {
  return STAGES[STAGES.indexOf(stage) + 1] ?? null;
}
