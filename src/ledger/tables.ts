/** The ledger's tables. Only `ledger/` writes them, and the database enforces their rules. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { TransferKind } from './chart';

export const ledgerAccounts = sqliteTable('ledger_accounts', {
  id: integer().primaryKey(),
  /** A user's id; `platform`, or `platform:<provider>` for money that a provider holds. */
  owner: text().notNull(),
  kind: text().notNull(),
  /** `coin`, `diamond` or an ISO 4217 currency. */
  unit: text().notNull(),
  shard: integer().notNull().default(0),
  /** Credits minus debits. */
  balance: integer().notNull().default(0),
  lastTransferId: integer('last_transfer_id'),
});

/** Immutable. Stores both accounts' previous transfer and new balance, so that a history can be walked backwards. */
export const ledgerTransfers = sqliteTable('ledger_transfers', {
  id: integer().primaryKey(),
  kind: text().$type<TransferKind>().notNull(),
  /** The use case's row, and the number of this transfer among that row's. Together they are unique. */
  refType: text('ref_type').notNull(),
  refId: text('ref_id').notNull(),
  leg: integer().notNull(),
  debitId: integer('debit_id').notNull(),
  creditId: integer('credit_id').notNull(),
  amount: integer().notNull(),
  debitPreviousId: integer('debit_previous_id'),
  debitBalance: integer('debit_balance').notNull(),
  creditPreviousId: integer('credit_previous_id'),
  creditBalance: integer('credit_balance').notNull(),
  createdAt: integer('created_at').notNull(),
});

/** `untraced`: from before the lots. */
export type LotSource = 'purchase' | 'exchange' | 'untraced';
/** Spends that earn a creator something. */
export type SpendType = 'gift' | 'subscription';

/** A wallet's coins by where they came from. Rules and arithmetic are in `lots.ts`. */
export const coinLots = sqliteTable('coin_lots', {
  /** Older lots are spent first. */
  id: integer().primaryKey(),
  userId: text('user_id').notNull(),
  sourceType: text('source_type').$type<LotSource>().notNull(),
  sourceId: text('source_id').notNull(),
  coins: integer().notNull(),
  spent: integer().notNull().default(0),
  /** Coins that were taken back from the source. */
  reversed: integer().notNull().default(0),
  /** For an untraced lot: coins that purchases from before the lots lost since, less those that came back. */
  lost: integer().notNull().default(0),
  /** What can still be spent. */
  remaining: integer().notNull(),
  createdAt: integer('created_at').notNull(),
});

/** The lots of a spend after its first, which stands on the spend's own row. Immutable. */
export const lotUses = sqliteTable(
  'lot_uses',
  {
    refType: text('ref_type').$type<SpendType>().notNull(),
    refId: text('ref_id').notNull(),
    lotId: integer('lot_id').notNull(),
    coins: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.refType, table.refId, table.lotId] })],
);

/** Coins that a spend gave back to its lots: they are no longer spent. Immutable. */
export const lotReturns = sqliteTable(
  'lot_returns',
  {
    refType: text('ref_type').$type<SpendType>().notNull(),
    refId: text('ref_id').notNull(),
    lotId: integer('lot_id').notNull(),
    coins: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.refType, table.refId, table.lotId] })],
);

/** The lot columns of a spend's row: the first lot that it took coins from. 0: from before the lots. */
export const lotColumns = { lotId: integer('lot_id').default(0), lotCoins: integer('lot_coins').default(0) };

/** Something that is wrong, and where. */
export interface Finding {
  /** `account`, `transfer`, `unit`, or the money domain whose row it is: `gift`, `purchase`, `payout`. */
  readonly subject: string;
  readonly id: string;
  readonly problem: string;
}

export const ledgerProofs = sqliteTable('ledger_proofs', {
  id: text().primaryKey(),
  state: text().$type<'running' | 'clean' | 'off'>().notNull(),
  stage: text().notNull(),
  position: text(),
  fromId: integer('from_id').notNull(),
  throughId: integer('through_id').notNull(),
  transfers: integer().notNull().default(0),
  accounts: integer().notNull().default(0),
  findings: text({ mode: 'json' }).$type<readonly Finding[]>().notNull().default([]),
  findingsCount: integer('findings_count').notNull().default(0),
  startedBy: text('started_by'),
  startedAt: integer('started_at').notNull(),
  advancedAt: integer('advanced_at').notNull(),
  finishedAt: integer('finished_at'),
});

/** Each account's sum of transfers, as far as the newest proof has got. */
export const ledgerCheckpoints = sqliteTable('ledger_checkpoints', {
  accountId: integer('account_id').primaryKey(),
  balance: integer().notNull(),
});
