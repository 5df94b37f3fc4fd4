/** What a user has, and how it came about. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf } from '@/http/envelope';
import { readBalances, readWallet } from './balances';
import { Balance, Transaction, TransactionsQuery, Wallet } from './schemas';
import { listTransactions } from './transactions';

const shared = { method: 'get', tag: 'payment', who: 'user' } as const;

export const walletEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readWallet',
    ...shared,
    path: '/payment/wallet',
    summary: 'All that one has: coins, diamonds, money from sales',
    response: Wallet,
    handler: (ctx, { actor }) => readWallet(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'readBalance',
    ...shared,
    path: '/payment/balance',
    summary: 'What may be spent and cashed out now',
    description: 'The figures of the wallet, but `diamonds` are those alone that have matured.',
    response: Balance,
    handler: (ctx, { actor }) => readBalances(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'listTransactions',
    ...shared,
    path: '/payment/transactions',
    summary: 'All that came and went, newest first',
    query: TransactionsQuery,
    response: cursorPageOf(Transaction),
    handler: (ctx, { actor, query }) => listTransactions(ctx, actor.userId, query),
  }),
];
