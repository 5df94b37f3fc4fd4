/**
 * The end of an account: its chat with support goes, answers included, since they speak of the user. What the account
 * wrote as staff stays in other users' chats, under the name of a deleted account.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { supportMessages, supportThreads } from './tables';

/** The caller repeats these statements until they change nothing. */
export function forgetSupportChat(ctx: Context, userId: string, limit: SQL): Statement[] {
  const thread = sql`SELECT id FROM ${supportThreads} WHERE user_id = ${userId}`;
  return [
    ...withdrawWaiting(ctx, sql`(SELECT waiting_id FROM ${supportThreads} WHERE user_id = ${userId})`),
    ctx.db.run(sql`DELETE FROM support_messages WHERE id IN (
      SELECT id FROM ${supportMessages} WHERE thread_id = (${thread}) ${limit})`),
    ctx.db.run(sql`DELETE FROM support_threads WHERE user_id = ${userId}
      AND NOT EXISTS (SELECT 1 FROM ${supportMessages} WHERE thread_id = support_threads.id)`),
  ];
}

/** For the batch that takes a rank or ends an account: the chats that were theirs have no assignee. */
export function unassignSupportChats(ctx: Context, staffId: string): Statement {
  return ctx.db.update(supportThreads).set({ assigneeId: null }).where(eq(supportThreads.assigneeId, staffId));
}
