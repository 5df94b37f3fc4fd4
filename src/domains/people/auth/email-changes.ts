/**
 * Changes of an account's address, as rows: the one that waits for its code, and those of the last months, which the
 * user's export shows and a ban looks at.
 */
import { and, eq, gt, isNotNull, isNull } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { hmac, isHmacOf } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { fold } from '@/shared/text';
import { DAY_MS, HOUR_MS } from '@/shared/time';
import { emailChanges } from './tables';

/** As long as the window in which mails are counted, so the newest code works until the next can be asked for. */
export const CODE_MS = HOUR_MS;
const KEPT_MS = 180 * DAY_MS;

interface NewChange {
  readonly userId: string;
  readonly formerEmail: string;
  readonly email: string;
  readonly code: string;
}

/** Replaces the one that waits. */
export function insertChange(ctx: Context, { userId, formerEmail, email, code }: NewChange): Statement[] {
  const now = ctx.now();
  const emailKey = fold(email);
  const codeHash = hmac(ctx.config.keys, 'otp', boundCode(userId, emailKey, code));
  const ends = { requestedAt: now, expiresAt: now + CODE_MS, keptUntil: now + DAY_MS };
  return [
    voidEmailChange(ctx, userId),
    ctx.db.insert(emailChanges).values({ id: newId(), userId, formerEmail, email, emailKey, codeHash, ...ends }),
  ];
}

/** After a new password too: whoever asked for the change may not be the owner. */
export function voidEmailChange(ctx: Context, userId: string): Statement {
  return ctx.db.delete(emailChanges).where(and(eq(emailChanges.userId, userId), isNull(emailChanges.confirmedAt)));
}

export async function findWaitingChange(ctx: Context, userId: string) {
  const { id, formerEmail, email, emailKey, codeHash, expiresAt } = emailChanges;
  const waiting = and(eq(emailChanges.userId, userId), isNull(emailChanges.confirmedAt), gt(expiresAt, ctx.now()));
  const row = await ctx.db
    .select({ id, formerEmail, email, emailKey, codeHash })
    .from(emailChanges)
    .where(waiting)
    .get();
  return row?.codeHash ? { ...row, codeHash: row.codeHash } : undefined;
}

export type WaitingChange = NonNullable<Awaited<ReturnType<typeof findWaitingChange>>>;

export function isCodeOf(ctx: Context, userId: string, { emailKey, codeHash }: WaitingChange, code: string): boolean {
  return isHmacOf(ctx.config.keys, 'otp', boundCode(userId, emailKey, code), codeHash);
}

/** Changes no row if the code was already used or replaced: put `requireChange` after it. */
export function useChange(ctx: Context, { id, codeHash }: WaitingChange): Statement {
  const now = ctx.now();
  return ctx.db
    .update(emailChanges)
    .set({ codeHash: null, confirmedAt: now, keptUntil: now + KEPT_MS })
    .where(and(eq(emailChanges.id, id), eq(emailChanges.codeHash, codeHash)));
}

/** The addresses that the account had before, folded, as far as they are still known. */
export async function listFormerAddresses(ctx: Context, userId: string): Promise<string[]> {
  const rows = await ctx.db
    .select({ formerEmail: emailChanges.formerEmail })
    .from(emailChanges)
    .where(and(eq(emailChanges.userId, userId), isNotNull(emailChanges.confirmedAt)));
  return rows.map(({ formerEmail }) => fold(formerEmail));
}

/** Binds the code to account and address, so it works for nothing else. */
function boundCode(userId: string, emailKey: string, code: string): string {
  return `email-change:${userId}:${emailKey}:${code}`;
}
