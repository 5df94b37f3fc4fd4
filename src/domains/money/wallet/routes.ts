/** Endpoints for a user's balances and transactions. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf } from '@/http/envelope';
import { readWallet } from './balances';
import { Transaction, TransactionsQuery, Wallet } from './schemas';
import { listTransactions } from './transactions';

const shared = { method: 'get', tag: 'payment', who: 'user' } as const;

export const walletEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readWallet',
    ...shared,
    path: '/payment/wallet',
    summary: 'My balances: coins, diamonds and money from sales',
    response: Wallet,
    handler: (ctx, { actor }) => readWallet(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'readBalance',
    ...shared,
    path: '/payment/balance',
    summary: 'My balances, by the name that some clients know',
    description: 'The same as the wallet.',
    response: Wallet,
    handler: (ctx, { actor }) => readWallet(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'listTransactions',
    ...shared,
    path: '/payment/transactions',
    summary: 'My transactions, newest first',
    query: TransactionsQuery,
    response: cursorPageOf(Transaction),
    handler: (ctx, { actor, query }) => listTransactions(ctx, actor.userId, query),
  }),
];
