/** Bank details: encrypted in the database, bound to their application, and only shown as the last four characters. */
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { requireChange } from '@/db/commit';
import { literal } from '@/db/sql';
import { decrypt, encrypt } from '@/shared/crypto';
import { creatorApplications } from './tables';

const LAST_CHARACTERS = 4;
const KEY_ID_CHARACTERS = 8;
const PAGE_SIZE = 50;

export interface Financial {
  accountHolder: string;
  /** Either `iban` or `accountNumber` is set. */
  iban?: string | undefined;
  accountNumber?: string | undefined;
  bankName: string;
  country: string;
}

export async function sealFinancial(ctx: Context, applicationId: string, financial: Financial) {
  const account = financial.iban ?? financial.accountNumber ?? '';
  return {
    financial: await encrypt(ctx.config.keys, applicationId, JSON.stringify(financial)),
    accountLast4: account.slice(-LAST_CHARACTERS),
  };
}

/** Throws if none of our keys decrypts it. */
export async function openFinancial(ctx: Context, row: { id: string; financial: string }): Promise<Financial> {
  return JSON.parse(await decrypt(ctx.config.keys, row.id, row.financial)) as Financial; // sealFinancial wrote it
}

export function maskFinancial({ accountHolder, iban, bankName, country }: Financial, last4: string) {
  return { accountHolder, ...(iban === undefined ? { accountLast4: last4 } : { ibanLast4: last4 }), bankName, country };
}

/** For the batch of a decision. @param sealed for this user's application. Aborts the batch if it is gone. */
export function replaceFinancial(
  ctx: Context,
  userId: string,
  sealed: { readonly financial: string; readonly accountLast4: string },
): Statement[] {
  const update = ctx.db.update(creatorApplications).set(sealed).where(eq(creatorApplications.userId, userId));
  return [update, requireChange(ctx)];
}

/** The same bank details, encrypted with the current key. */
export async function resealFinancial(ctx: Context, row: { id: string; financial: string }): Promise<string> {
  const { keys } = ctx.config;
  return encrypt(keys, row.id, await decrypt(keys, row.id, row.financial));
}

/**
 * Encrypts a page of bank details again, from an old key to the current one.
 * @returns how many rows it read; fewer than a page means that none is left
 */
export async function reencryptFinancial(ctx: Context): Promise<number> {
  const old = ctx.config.keys.encryption.slice(1).map(({ kid }) => kid);
  if (old.length === 0) return 0;
  const rows = await ctx.db
    .select({ id: creatorApplications.id, financial: creatorApplications.financial })
    .from(creatorApplications)
    .where(inArray(keyId(creatorApplications.financial), old))
    .limit(PAGE_SIZE);
  const sealed = await Promise.all(rows.map(async (row) => ({ ...row, again: await resealFinancial(ctx, row) })));
  const [first, ...rest] = sealed.map(({ id, financial, again }) => {
    // A row that its owner amended meanwhile is already encrypted with the current key.
    const unchanged = and(eq(creatorApplications.id, id), eq(creatorApplications.financial, financial));
    return ctx.db.update(creatorApplications).set({ financial: again }).where(unchanged);
  });
  if (first) await ctx.db.batch([first, ...rest]);
  return rows.length;
}

/** The id of the key that encrypted this column, as the indexes by encryption key have it. */
export function keyId(column: SQLiteColumn): SQL<string> {
  return sql<string>`substr(${column}, 1, ${literal(KEY_ID_CHARACTERS)})`;
}
