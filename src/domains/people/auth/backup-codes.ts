/**
 * Ten codes for the day the phone is lost, each good once. With 80 random bits each, a plain hash keeps them safe,
 * and unlike a keyed one it outlives the rotation of secrets.
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

/** New codes, and the statements that put them in the old ones' place. */
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

/** Changes nothing if there is no such code or it was used: demand a change after it. */
export function useBackupCode(ctx: Context, userId: string, code: string): Statement {
  return ctx.db
    .update(backupCodes)
    .set({ usedAt: ctx.now() })
    .where(
      and(eq(backupCodes.userId, userId), eq(backupCodes.codeHash, hashCode(userId, code)), isNull(backupCodes.usedAt)),
    );
}

/** As people type them: case, spaces and hyphens do not matter. */
function hashCode(userId: string, code: string): string {
  return sha256(`backup-code:${userId}:${code.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`);
}
