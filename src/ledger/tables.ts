/** The ledger's tables. Only `ledger/` writes them, and of what it writes the database decides. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { TransferKind } from './chart';

export const ledgerAccounts = sqliteTable('ledger_accounts', {
  id: integer().primaryKey(),
  /** A user's id; `platform`, or `platform:<provider>` where the money is with a provider. */
  owner: text().notNull(),
  kind: text().notNull(),
  /** `coin`, `diamond` or an ISO 4217 currency. */
  unit: text().notNull(),
  shard: integer().notNull().default(0),
  /** Credits less debits. */
  balance: integer().notNull().default(0),
  lastTransferId: integer('last_transfer_id'),
});

/** Immutable. For both accounts the transfer before and the balance after: an account's history is walked backwards. */
export const ledgerTransfers = sqliteTable('ledger_transfers', {
  id: integer().primaryKey(),
  kind: text().$type<TransferKind>().notNull(),
  /** The use case's row, and which of its transfers this is: together they occur once. */
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

/** What is off, and where. */
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

/** Each account's sum of transfers, as far as the newest proof has come. */
export const ledgerCheckpoints = sqliteTable('ledger_checkpoints', {
  accountId: integer('account_id').primaryKey(),
  balance: integer().notNull(),
});
