/**
 * Replaces a password once the caller has proved that they may. Sessions end, sign-ins and codes that were pending are
 * void, and the user is emailed.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, requireChange } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import type { AppError } from '@/http/errors';
import type { Account } from './account';
import { voidChallenges } from './challenges';
import { confirmationSubject, signInSubject } from './confirm-password';
import { voidEmailChange } from './email-changes';
import { passwordChangedMail, sendMail } from './mails';
import { voidOtps } from './otps';
import { requireGoodPassword } from './password-policy';
import { hashPassword } from './passwords';
import { endSessionsOf, sessionsEnded } from './sessions';
import { accounts } from './tables';
import { forgetTries } from './tries';

interface Replacement {
  /** The password's path in the request. */
  readonly field: string;
  /** Statements that use up the proof, each with its `requireChange`. */
  readonly before: readonly Statement[];
  /** The error if the proof was used or the password replaced meanwhile. */
  readonly refusal: () => AppError;
  /** The one session that stays active. Without it, all sessions end. */
  readonly keptSessionId?: string;
}

/** Throws the refusal, VALIDATION_FAILED. */
export async function replacePassword(
  ctx: Context,
  account: Account,
  password: string,
  { field, before, refusal, keptSessionId }: Replacement,
): Promise<void> {
  const { user } = account;
  await requireGoodPassword(password, user.username, field);
  const secretHash = await hashPassword(password);
  await commit(
    ctx,
    [
      ...before,
      replaceHash(ctx, account, secretHash),
      requireChange(ctx),
      endSessionsOf(ctx, user.id, 'new-password', keptSessionId),
      voidChallenges(ctx, user.id),
      voidOtps(ctx, user.emailKey),
      voidEmailChange(ctx, user.id),
      // Wrong guesses at the old password do not count against the new one, so its owner can sign in at once.
      forgetTries(ctx, signInSubject(user.emailKey)),
      forgetTries(ctx, confirmationSubject(user.id)),
    ],
    { events: [sessionsEnded(user.id)], refusals: { DEMAND_NOT_MET: refusal } },
  );
  const change = { at: ctx.now(), where: keptSessionId === undefined ? 'everywhere' : 'everywhere-else' } as const;
  sendMail(ctx, () => passwordChangedMail(ctx, user, change));
  ctx.log.event('session.ended', { userId: user.id, because: 'new-password', all: keptSessionId === undefined });
}

/** Changes no row if the password or the address was replaced since it was read: of two requests at once, one wins. */
function replaceHash(ctx: Context, { user, secretHash: old }: Account, secretHash: string): Statement {
  return ctx.db
    .update(accounts)
    .set({ secretHash, updatedAt: ctx.now() })
    .where(
      and(
        eq(accounts.provider, 'password'),
        eq(accounts.subject, user.id),
        sql`${accounts.secretHash} IS ${old}`,
        sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${user.id} AND email_key = ${user.emailKey})`,
      ),
    );
}
