/** Describes a transfer to the user whose account it touched. */
import type { KindsWith, TransferKind, UserAccount } from '@/ledger/chart';

const DESCRIPTIONS: Readonly<Partial<Record<TransferKind, string>>> = {
  purchase: 'Coins bought',
  purchase_reversal: 'Coins taken back: the payment was refunded or disputed',
  purchase_restored: 'Coins given back: the dispute was won',
  gift: 'Gift sent',
  tip: 'Tip sent',
  subscription: 'One month of a subscription',
  subscription_return: 'Coins given back for unused days of a subscription',
  exchange_coins: 'Coins from exchanged diamonds',
  gift_earning: 'Gift received',
  tip_earning: 'Tip received',
  subscription_earning: 'One month from a subscriber',
  subscription_earning_return: 'Diamonds returned for unused days of a subscription',
  target_reward: 'Reward for reaching a target',
  earning_reversal: 'Diamonds taken back: a payment behind them was refunded or disputed',
  earning_restored: 'Diamonds given back: the payment behind them stands after all',
  reward_reversal: 'Reward taken back: without reversed gifts the target was not reached',
  reward_restored: 'Reward given back: the target was reached after all',
  exchange_coins_reversal: 'Coins of an exchange taken back with its diamonds',
  exchange_coins_restored: 'Coins of an exchange given back',
  exchange_diamonds_reversal: 'Exchange undone to cover diamonds taken back',
  exchange_diamonds_restored: 'Exchange carried out again',
  exchange_diamonds: 'Diamonds exchanged for coins',
  payout_hold: 'Diamonds held for a cash-out',
  payout_return: 'Diamonds returned from a cash-out',
  payout_restored: 'Diamonds back from a paid cash-out that was returned',
  sale: 'Sale',
  sale_shipping: 'Shipping of a sale',
  commission: 'Commission on a sale',
  sale_refund: 'Sale refunded',
  sale_refund_failed: 'Refund of a sale failed',
  sale_reversal: 'Sale taken back: the payment was disputed',
  sale_restored: 'Sale given back: the dispute was won',
  commission_reversal: 'Commission returned with a refund',
  commission_restored: 'Commission on a sale that was given back',
  sales_hold: 'Sales money held for a cash-out',
  sales_return: 'Sales money returned from a cash-out',
} satisfies Readonly<Record<KindsWith<UserAccount>, string>>;

export function describeTransfer(kind: TransferKind): string {
  return DESCRIPTIONS[kind] ?? kind;
}
