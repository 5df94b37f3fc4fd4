/**
 * Deletes a deleted account's credentials. Tries stay: they hold only keyed hashes, and the sweep deletes them within a
 * day.
 */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { accounts, authSessions, backupCodes, emailChanges, otps, signInChallenges } from './tables';

export function forgetCredentials(ctx: Context, { id, emailKey }: { id: string; emailKey: string }): Statement[] {
  return [
    ctx.db.delete(accounts).where(eq(accounts.userId, id)),
    ctx.db.delete(authSessions).where(eq(authSessions.userId, id)),
    ctx.db.delete(emailChanges).where(eq(emailChanges.userId, id)),
    ctx.db.delete(backupCodes).where(eq(backupCodes.userId, id)),
    ctx.db.delete(signInChallenges).where(eq(signInChallenges.userId, id)),
    ctx.db.delete(otps).where(eq(otps.emailKey, emailKey)),
  ];
}
