/**
 * The kinds of payment. Payments handles providers' events, checkouts and claims; a kind knows what its payment buys,
 * and books it. A kind is one file (`purchases/coin-payments.ts`) and one line in
 * `operations/webhooks/payment-kinds.ts`. Payments imports no kind: its callers pass the kinds in.
 */
import { and, eq, type SQL } from 'drizzle-orm';
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { PostalAddress } from '@/contracts/payments';
import type { PaymentClaim } from './judge-payment';
import type { Payment } from './tables';

/** By what is paid for, such as `coins`. */
export type PaymentKinds = Readonly<Record<string, PaymentKind>>;

/** A table with `paymentColumns`, and an index for each way of looking payments up. */
export type PaymentTable = SQLiteTable & Readonly<Record<keyof Payment, AnySQLiteColumn>>;

/** Payments reads only the `Payment` columns of a row, and returns the row only to the kind that found it. */
export interface PaymentKind<Row extends Payment = Payment> {
  /** The table with the payments of this kind. Its ids are unique among all kinds. */
  readonly table: PaymentTable;
  find(ctx: Context, where: SQL | undefined): Promise<Row | undefined>;
  /** Changes columns of the payment and returns the changed rows. The kind's folder owns the table, so it writes it. */
  change(ctx: Context, where: SQL | undefined, columns: PaymentChange): Statement & PromiseLike<readonly Row[]>;
  /**
   * Books what an event changes, in one commit: the settlement's change if the row is unchanged (`isAsRead`, then
   * `requireChange`), the settlement's statements, and what the kind gives or takes back.
   */
  settle(ctx: Context, row: Row, settlement: Settlement): Promise<void>;
  /**
   * Only for goods. The provider adds taxes to their price, which nobody can change. An unpaid payment holds them, so
   * the sweep ends its checkout once the payment is due.
   */
  goodsOf?(row: Row): Goods;
  /** A row for another payment of what this one paid for, without its discount, and the statement that stores it. */
  again(ctx: Context, row: Row, payment: Payment): { readonly row: Row; readonly insert: Statement };
}

export interface Goods {
  /** Without taxes. */
  readonly priceMinor: number;
  /** The part of the price for shipping. */
  readonly shippingMinor: number;
}

/** The condition for a settlement's change: no other event has changed the row since it was read. */
export function isAsRead(table: PaymentTable, { id, version }: Payment): SQL | undefined {
  return and(eq(table.id, id), eq(table.version, version));
}

/** Whether a settlement failed because the row had changed since it was read. */
export function isRaced(error: unknown): boolean {
  return error instanceof Error && error.message.includes('DEMAND_NOT_MET');
}

/** Columns with their new values, or SQL that computes them. */
export type PaymentChange = Readonly<{ [Column in keyof Payment]?: Payment[Column] | SQL }>;

export interface Settlement {
  readonly change: Pick<
    Payment,
    | 'status'
    | 'amountMinor'
    | 'currency'
    | 'paymentId'
    | 'paidAt'
    | 'processingAt'
    | 'reversedMinor'
    | 'fraudWarnedAt'
    | 'askAt'
    | 'version'
  >;
  /** Whether this event makes the payment paid. */
  readonly becomesPaid: boolean;
  /** The taxes that the provider added to the price of goods, part of `amountMinor`. Absent: none. */
  readonly taxMinor?: number;
  /** Where the buyer wants the goods. */
  readonly address?: PostalAddress;
  /** All claims on the payment, with those of this event. */
  readonly claims: readonly PaymentClaim[];
  /** Nothing was paid and nothing more will come: what was reserved is free again. */
  readonly isOver: boolean;
  /** Statements that run first: they store a payment that is new. */
  readonly opening?: readonly Statement[];
  /** Statements that store the event's claims. */
  readonly statements: readonly Statement[];
}
