/**
 * Ten backup codes for users who lose their phone; each works once. A code has 80 random bits, so a plain hash is safe,
 * and unlike a keyed hash it survives a rotation of secrets.
 */
import { randomBytes } from 'node:crypto';
import { and, eq, isNull } from 'drizzle-orm';
import { Secret } from 'otpauth';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { sha256 } from '@/shared/crypto';
import { backupCodes } from './tables';

const CODES = 10;
const CODE_BYTES = 10;
const GROUP = /.{4}/g;

/** Makes new codes, and the statements that replace the old ones. */
export function newBackupCodes(ctx: Context, userId: string): { codes: string[]; statements: Statement[] } {
  const codes = Array.from({ length: CODES }, () => {
    const text = new Secret({ buffer: new Uint8Array(randomBytes(CODE_BYTES)).buffer }).base32.toLowerCase();
    return text.match(GROUP)?.join('-') ?? text;
  });
  const rows = codes.map((code) => ({ userId, codeHash: hashCode(userId, code) }));
  return { codes, statements: [voidBackupCodes(ctx, userId), ctx.db.insert(backupCodes).values(rows)] };
}

export function voidBackupCodes(ctx: Context, userId: string): Statement {
  return ctx.db.delete(backupCodes).where(eq(backupCodes.userId, userId));
}

/** Changes no row if the code does not exist or was used: put `requireChange` after it. */
export function useBackupCode(ctx: Context, userId: string, code: string): Statement {
  return ctx.db
    .update(backupCodes)
    .set({ usedAt: ctx.now() })
    .where(
      and(eq(backupCodes.userId, userId), eq(backupCodes.codeHash, hashCode(userId, code)), isNull(backupCodes.usedAt)),
    );
}

/** Ignores case, spaces and hyphens, because people type the code. */
function hashCode(userId: string, code: string): string {
  return sha256(`backup-code:${userId}:${code.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`);
}
