/** Mails of what was told, to who chose mail for its kind: once, however often the task comes. */
import { and, eq, isNotNull } from 'drizzle-orm';
import type { Context } from '@/context';
import { users } from '@/domains/users/tables';
import type { TaskMessage } from '@/queues/messages';
import { stillSo } from './claim';

type MailTask = Extract<TaskMessage, { type: 'send-notification-mail' }>;

/** Nothing to an address that nobody has shown to be theirs, nor of what is so no more. Throws while the mail provider is away. */
export async function sendNotificationMail(ctx: Context, { userId, key, title, body, claim }: MailTask): Promise<void> {
  const user = await ctx.db
    .select({ email: users.email, username: users.username })
    .from(users)
    .where(
      and(
        eq(users.id, userId),
        eq(users.status, 'active'),
        isNotNull(users.emailVerifiedAt),
        claim && stillSo(userId, claim),
      ),
    )
    .get();
  if (!user) return;
  const { frontendUrl } = ctx.config;
  const settings = frontendUrl === undefined ? 'settings.' : `settings: ${frontendUrl}/settings`;
  const text = `Hello ${user.username},\n\n${title}\n\n${body === '' ? '' : `${body}\n\n`}You choose what you are mailed about in your ${settings}\n`;
  const outcome = await ctx.mail.send({ to: user.email, subject: title, text }, key);
  if (outcome === 'refused') ctx.log.warning('notification mail', 'MAIL_REFUSED');
}
