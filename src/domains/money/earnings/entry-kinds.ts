/** How each kind of transfer appears to the owner of an earnings account. Every kind that can touch one has its line. */
import type { KindsWith, TransferKind } from '@/ledger/chart';

const KIND_OF = {
  gift_earning: 'gift',
  tip_earning: 'tip',
  subscription_earning: 'subscription',
  subscription_earning_return: 'subscription-returned',
  target_reward: 'reward',
  earning_reversal: 'reversal',
  earning_restored: 'restored',
  reward_reversal: 'reversal',
  reward_restored: 'restored',
  exchange_diamonds: 'exchange',
  exchange_diamonds_reversal: 'exchange-reversal',
  exchange_diamonds_restored: 'exchange-restored',
  payout_hold: 'payout',
  payout_return: 'payout-returned',
  payout_restored: 'payout-returned',
} as const satisfies Readonly<Record<KindsWith<'earnings'>, string>>;

/** What a creator earned, and what took diamonds away. */
export type EntryKind = (typeof KIND_OF)[keyof typeof KIND_OF];
export const ENTRY_KINDS: readonly EntryKind[] = [...new Set(Object.values(KIND_OF))];

/** Throws if the kind never touches an earnings account: the history of one has no such transfer. */
export function entryKindOf(kind: TransferKind): EntryKind {
  if (kind in KIND_OF) return KIND_OF[kind as keyof typeof KIND_OF]; // just checked
  throw new Error(`A transfer of kind ${kind} is not an earning`);
}
