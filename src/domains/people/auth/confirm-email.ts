/**
 * Confirms another address of an account by the code that it got. Every other session ends, and nothing that was mailed
 * to the former address works any longer. An unverified account with the new address gives way, as it does to a
 * registration. If the address is OWNER_EMAIL, the same request makes the account the owner.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange, requireThat } from '@/db/commit';
import { isOwnerAddress, logOwner, rankOwner } from '@/domains/base/permissions/rank-owner';
import { presentUser } from '@/domains/base/users/present';
import { sessionIsActive } from '@/domains/base/users/session-active';
import { users } from '@/domains/base/users/tables';
import { releaseUnverified } from '@/domains/base/users/unverified';
import { changeEmail } from '@/domains/base/users/write';
import { whileActive } from '@/domains/base/visibility/people';
import type { Actor } from '@/shared/actor';
import { fold } from '@/shared/text';
import { DAY_MS, HOUR_MS } from '@/shared/time';
import { type Account, findAccountByEmail, getAccount, givesWay } from './account';
import { findAddressBan } from './banned-addresses';
import { voidChallenges } from './challenges';
import { findWaitingChange, isCodeOf, useChange, type WaitingChange } from './email-changes';
import { emailChangedMail, newAddressMail } from './email-mails';
import { authError, BANNED_MEANWHILE } from './errors';
import { endCredentials } from './first-verification';
import { ownerMail, sendMail } from './mails';
import { voidOtps } from './otps';
import { endSessionsOf, sessionsEnded } from './sessions';
import { type Allowance, type Allowances, EVERYBODY, giveTryBack, spendTries } from './tries';

/** Tries at one code, and wrong codes of a user in a day. */
const TRIES_MAX = 5;
const WRONG_MAX = 10;

/**
 * Spends a try before it compares the code. Throws OTP_INVALID, OTP_TRIES_LIMIT, EMAIL_TAKEN, SESSION_ENDED,
 * ACCOUNT_BANNED. After EMAIL_TAKEN, the code still works.
 */
export async function confirmEmailChange(ctx: Context, actor: Actor, code: string) {
  const { userId } = actor;
  const [change, account] = await Promise.all([findWaitingChange(ctx, userId), getAccount(ctx, userId)]);
  if (!change || fold(change.formerEmail) !== account.user.emailKey) throw authError('OTP_INVALID');
  const allowances = allowancesOf(userId, change);
  await spendTries(ctx, allowances);
  if (!isCodeOf(ctx, userId, change, code)) throw authError('OTP_INVALID');
  ctx.waitUntil(commit(ctx, [giveTryBack(ctx, allowances)]));
  await setAddress(ctx, actor, account, change);
  const { user, staff } = await getAccount(ctx, userId);
  const at = ctx.now();
  sendMail(ctx, async () => emailChangedMail(ctx, account.user, change.email, at));
  sendMail(ctx, async () => newAddressMail(ctx, user, at));
  return presentUser(user, staff);
}

/** The batch holds only while the account has the address that it had when it was asked. */
async function setAddress(ctx: Context, actor: Actor, { user, staff }: Account, change: WaitingChange): Promise<void> {
  const { userId, sessionId } = actor;
  const { email, emailKey } = change;
  const [holder, bannedUntil] = await Promise.all([findAccountByEmail(ctx, email), findAddressBan(ctx, email)]);
  if ((holder && !givesWay(holder)) || bannedUntil !== undefined) throw authError('EMAIL_TAKEN');
  const isNewOwner = isOwnerAddress(ctx.config, email) && staff?.rank !== 'owner';
  const stands = sql`${sessionIsActive(sql`${sessionId}`, ctx.now())} AND EXISTS (SELECT 1 FROM ${users}
    WHERE id = ${userId} AND email_key = ${user.emailKey} AND email_verified_at IS NOT NULL)`;
  await commit(
    ctx,
    [
      useChange(ctx, change),
      requireChange(ctx),
      requireThat(ctx, whileActive(userId, stands)),
      ...(holder
        ? [releaseUnverified(ctx, holder.user), requireChange(ctx), ...endCredentials(ctx, holder.user, 'replaced')]
        : []),
      changeEmail(ctx, userId, { email, emailKey }),
      endSessionsOf(ctx, userId, 'new-address', sessionId),
      voidChallenges(ctx, userId),
      voidOtps(ctx, user.emailKey),
      voidOtps(ctx, emailKey),
      ...(isNewOwner ? [rankOwner(ctx, userId), logOwner(ctx, userId, staff)] : []),
    ],
    {
      events: [sessionsEnded(userId)],
      refusals: {
        'users.email_key': () => authError('EMAIL_TAKEN'),
        DEMAND_NOT_MET: () => authError(holder ? 'EMAIL_TAKEN' : 'OTP_INVALID'),
        ...BANNED_MEANWHILE,
      },
    },
  );
  ctx.log.event('email.changed', { userId, replaces: holder?.user.id });
  if (!isNewOwner) return;
  ctx.log.event('staff.ranked', { targetId: userId, rank: 'owner' });
  sendMail(ctx, async () => ownerMail(ctx, { ...user, email }));
}

/** Only the user can try, so all sessions count together. */
function allowancesOf(userId: string, { codeHash }: WaitingChange): Allowances {
  const refusal: Allowance['refusal'] = (extras) => authError('OTP_TRIES_LIMIT', extras);
  return [
    {
      subject: `email-change-code:${codeHash}`,
      asker: EVERYBODY,
      max: TRIES_MAX,
      windowMs: HOUR_MS,
      refusal: () => authError('OTP_INVALID'),
    },
    { subject: `email-change-wrong:${userId}`, asker: EVERYBODY, max: WRONG_MAX, windowMs: DAY_MS, refusal },
  ];
}
