/**
 * The chart of accounts in TypeScript: for each kind of transfer, its unit and the kinds of account on both sides. The
 * database holds the same chart as data (`ledger_kinds`) and enforces it; a test keeps the two equal.
 */

type Unit = 'coin' | 'diamond' | 'money';

/** Accounts that users have; every other kind is the platform's. */
const USER_ACCOUNTS = ['wallet', 'earnings', 'sales'] as const;
export type UserAccount = (typeof USER_ACCOUNTS)[number];

interface Line {
  readonly unit: Unit;
  readonly debit: string;
  readonly credit: string;
  /** Whether it may take the debited account below zero: the platform's accounts, and a user's only in a reversal. */
  readonly mayOverdraw?: true;
}

export const CHART = {
  purchase: { unit: 'coin', debit: 'coins_issued', credit: 'wallet', mayOverdraw: true },
  purchase_reversal: { unit: 'coin', debit: 'wallet', credit: 'coins_issued', mayOverdraw: true },
  purchase_restored: { unit: 'coin', debit: 'coins_issued', credit: 'wallet', mayOverdraw: true },
  gift: { unit: 'coin', debit: 'wallet', credit: 'coins_spent' },
  tip: { unit: 'coin', debit: 'wallet', credit: 'coins_spent' },
  subscription: { unit: 'coin', debit: 'wallet', credit: 'coins_spent' },
  subscription_return: { unit: 'coin', debit: 'coins_spent', credit: 'wallet' },
  exchange_coins: { unit: 'coin', debit: 'coins_issued', credit: 'wallet', mayOverdraw: true },
  gift_earning: { unit: 'diamond', debit: 'diamonds_issued', credit: 'earnings', mayOverdraw: true },
  tip_earning: { unit: 'diamond', debit: 'diamonds_issued', credit: 'earnings', mayOverdraw: true },
  subscription_earning: { unit: 'diamond', debit: 'diamonds_issued', credit: 'earnings', mayOverdraw: true },
  subscription_earning_return: { unit: 'diamond', debit: 'earnings', credit: 'diamonds_issued', mayOverdraw: true },
  target_reward: { unit: 'diamond', debit: 'diamonds_issued', credit: 'earnings', mayOverdraw: true },
  earning_reversal: { unit: 'diamond', debit: 'earnings', credit: 'diamonds_issued', mayOverdraw: true },
  earning_restored: { unit: 'diamond', debit: 'diamonds_issued', credit: 'earnings', mayOverdraw: true },
  reward_reversal: { unit: 'diamond', debit: 'earnings', credit: 'diamonds_issued', mayOverdraw: true },
  reward_restored: { unit: 'diamond', debit: 'diamonds_issued', credit: 'earnings', mayOverdraw: true },
  exchange_coins_reversal: { unit: 'coin', debit: 'wallet', credit: 'coins_issued', mayOverdraw: true },
  exchange_coins_restored: { unit: 'coin', debit: 'coins_issued', credit: 'wallet', mayOverdraw: true },
  exchange_diamonds_reversal: { unit: 'diamond', debit: 'diamonds_retired', credit: 'earnings' },
  exchange_diamonds_restored: { unit: 'diamond', debit: 'earnings', credit: 'diamonds_retired' },
  exchange_diamonds: { unit: 'diamond', debit: 'earnings', credit: 'diamonds_retired' },
  payout_hold: { unit: 'diamond', debit: 'earnings', credit: 'diamonds_held' },
  payout_return: { unit: 'diamond', debit: 'diamonds_held', credit: 'earnings' },
  payout_burn: { unit: 'diamond', debit: 'diamonds_held', credit: 'diamonds_retired' },
  payout_restored: { unit: 'diamond', debit: 'diamonds_retired', credit: 'earnings' },
  purchase_cash: { unit: 'money', debit: 'clearing', credit: 'revenue', mayOverdraw: true },
  purchase_reversal_cash: { unit: 'money', debit: 'revenue', credit: 'clearing', mayOverdraw: true },
  purchase_restored_cash: { unit: 'money', debit: 'clearing', credit: 'revenue', mayOverdraw: true },
  sale: { unit: 'money', debit: 'clearing', credit: 'sales', mayOverdraw: true },
  sale_shipping: { unit: 'money', debit: 'clearing', credit: 'sales', mayOverdraw: true },
  sale_tax: { unit: 'money', debit: 'clearing', credit: 'tax', mayOverdraw: true },
  commission: { unit: 'money', debit: 'sales', credit: 'revenue', mayOverdraw: true },
  sale_refund: { unit: 'money', debit: 'sales', credit: 'clearing', mayOverdraw: true },
  sale_refund_failed: { unit: 'money', debit: 'clearing', credit: 'sales', mayOverdraw: true },
  sale_reversal: { unit: 'money', debit: 'sales', credit: 'clearing', mayOverdraw: true },
  sale_restored: { unit: 'money', debit: 'clearing', credit: 'sales', mayOverdraw: true },
  tax_reversal: { unit: 'money', debit: 'tax', credit: 'clearing', mayOverdraw: true },
  tax_restored: { unit: 'money', debit: 'clearing', credit: 'tax', mayOverdraw: true },
  commission_reversal: { unit: 'money', debit: 'revenue', credit: 'sales', mayOverdraw: true },
  commission_restored: { unit: 'money', debit: 'sales', credit: 'revenue', mayOverdraw: true },
  sales_hold: { unit: 'money', debit: 'sales', credit: 'payable' },
  sales_return: { unit: 'money', debit: 'payable', credit: 'sales' },
  payout_due: { unit: 'money', debit: 'revenue', credit: 'payable', mayOverdraw: true },
  payout_undue: { unit: 'money', debit: 'payable', credit: 'revenue' },
  payout_cash: { unit: 'money', debit: 'payable', credit: 'clearing' },
  payout_fee: { unit: 'money', debit: 'payable', credit: 'fees' },
  payout_cash_returned: { unit: 'money', debit: 'clearing', credit: 'payable', mayOverdraw: true },
  payout_fee_returned: { unit: 'money', debit: 'fees', credit: 'payable' },
} as const satisfies Readonly<Record<string, Line>>;

export type TransferKind = keyof typeof CHART;

/** The kinds of transfer that have such an account on one side. */
export type KindsWith<Account extends string> = {
  [K in TransferKind]: Extract<(typeof CHART)[K]['debit' | 'credit'], Account> extends never ? never : K;
}[TransferKind];

export function isUserAccount(kind: string): kind is UserAccount {
  return USER_ACCOUNTS.some((one) => one === kind);
}
