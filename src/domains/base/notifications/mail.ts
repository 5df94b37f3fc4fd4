/**
 * Mails a notification to a user who chose mail for its kind, once even if the task repeats. Mails caused by another
 * user count against that user's daily budget. Beyond it, the notification is only in the list.
 */
import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { refund, type Spending, trySpending } from '@/domains/base/budgets/spend';
import { ownUsername } from '@/domains/base/users/stage';
import { users } from '@/domains/base/users/tables';
import { isActive } from '@/domains/base/visibility/people';
import { LANGUAGE_DEFAULT, speechOf } from '@/texts/languages';
import { stillSo } from './claim';
import { groupOf, isLasting } from './kinds';

type MailTask = Extract<TaskMessage, { type: 'send-notification-mail' }>;

/** Sends nothing to an unverified address, or if it is no longer true. Throws if the mail provider is unavailable. */
export async function sendNotificationMail(ctx: Context, task: MailTask): Promise<void> {
  const { userId, key, title, claim } = task;
  const user = await ctx.db
    .select({ email: users.email, username: ownUsername })
    .from(users)
    .where(
      and(eq(users.id, userId), isReached(claim), isNotNull(users.emailVerifiedAt), claim && stillSo(userId, claim)),
    )
    .get();
  if (!user) return;
  const spending = spendingOf(task, ctx.now());
  if (spending && !(await trySpending(ctx, spending))) return;
  const giveBack = () => (spending ? commit(ctx, [refund(ctx, spending)]) : Promise.resolve([]));
  const text = mailText(ctx, user.username, task);
  const outcome = await ctx.mail.send({ to: user.email, subject: title, text }, key).catch(async (error) => {
    await giveBack(); // the retry spends it again
    throw error;
  });
  if (outcome === 'sent') return;
  await giveBack();
  ctx.log.warning('notification mail', 'MAIL_REFUSED');
}

function mailText(ctx: Context, username: string, { title, body, language = LANGUAGE_DEFAULT }: MailTask): string {
  const { frontendUrl } = ctx.config;
  const { texts, say } = speechOf(language);
  const text = body === '' ? title : `${title}\n\n${body}`;
  return frontendUrl === undefined
    ? say(texts.mails.notification.text, { username, text })
    : say(texts.mails.notification.linked, { username, text, url: `${frontendUrl}/settings` });
}

/** A banned user is still mailed what was decided about them: it is how they learn of it. */
function isReached(claim: MailTask['claim']) {
  return claim && groupOf(claim.kind) === 'decision' ? sql`${users.status} <> 'deleted'` : isActive();
}

/**
 * Undefined if no other user caused it, or if it concerns the reader's own money or account. A creator's going live
 * counts once, when it is announced (`broadcast.ts`), however many members are mailed.
 */
function spendingOf({ userId, claim }: MailTask, at: number): Spending | undefined {
  if (!claim?.actorId || claim.actorId === userId) return undefined;
  if (isLasting(claim.kind) || groupOf(claim.kind) === 'live') return undefined;
  return { userId: claim.actorId, costs: { mails: 1 }, at };
}
