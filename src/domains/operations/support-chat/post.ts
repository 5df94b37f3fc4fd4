/**
 * Posts a message to a support chat, over HTTP and from its room by the same statement, so both have one order. The
 * database numbers messages, counts the pace and detects repeats.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { type Committing, commit, requireThat } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { withdrawGroup } from '@/domains/base/notifications/withdraw';
import { type Logging, logStaff } from '@/domains/base/permissions/log';
import { users } from '@/domains/base/users/tables';
import { whileActive } from '@/domains/base/visibility/people';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { SECOND_MS } from '@/shared/time';
import { getThread } from './access';
import { notificationGroup } from './announce';
import { supportChatError } from './errors';
import { messagesWhere, type PresentedMessage, presentMessage } from './messages';
import type { NewSupportMessage } from './schemas';
import { supportMessages, supportThreads } from './tables';

/** As in chat: five at once, then one in 1.5 seconds. */
const MESSAGES_AT_ONCE = 5;
const EVERY_MS = 1.5 * SECOND_MS;

export interface Posted {
  readonly threadId: string;
  /** Whose chat it is. */
  readonly userId: string;
  readonly authorId: string;
  readonly fromStaff: boolean;
  /** The author's own id for the message: a repeat returns the first message. */
  readonly clientId: string;
  readonly text: string;
}

/** Throws THREAD_NOT_FOUND, TOO_FAST, ACCOUNT_BANNED. */
export async function sendToSupport(
  ctx: Context,
  actor: Actor,
  { threadId: named, text, id }: z.output<typeof NewSupportMessage>,
): Promise<PresentedMessage> {
  const [{ threadId, userId, side }, known] = await Promise.all([
    getThread(ctx, actor, named),
    id === undefined ? undefined : messagesWhere(ctx, isMessage(actor.userId, id), actor).get(),
  ]);
  if (known) return presentMessage(known);
  const clientId = id ?? newId();
  return postMessage(ctx, { threadId, userId, authorId: actor.userId, fromStaff: side === 'staff', clientId, text });
}

/** An answer of staff is logged. Throws TOO_FAST, ACCOUNT_BANNED, and THREAD_NOT_FOUND if the thread is gone. */
export async function postMessage(
  ctx: Committing & Logging,
  { threadId, userId, authorId, fromStaff, clientId, text }: Posted,
): Promise<PresentedMessage> {
  const [messageId, now] = [newId(), ctx.now()];
  const isKnown = isMessage(authorId, clientId);
  const mayWrite = sql`SELECT EXISTS (SELECT 1 FROM ${supportMessages} WHERE ${isKnown}) OR
    (SELECT count(*) FROM (SELECT 1 FROM ${supportMessages}
      WHERE author_id = ${authorId} AND at > ${now - MESSAGES_AT_ONCE * EVERY_MS} LIMIT ${literal(MESSAGES_AT_ONCE)}))
    < ${literal(MESSAGES_AT_ONCE)}`;
  const insert = ctx.db.run(sql`
    INSERT INTO support_messages (id, thread_id, number, author_id, from_staff, text, client_id, at)
    SELECT ${messageId}, thread.id, thread.message_count + 1, author.id, ${int(fromStaff ? 1 : 0)}, ${text},
      ${clientId}, ${int(now)}
    FROM ${supportThreads} AS thread JOIN ${users} AS author ON author.id = ${authorId}
    WHERE thread.id = ${threadId}
    ON CONFLICT (author_id, client_id) DO NOTHING`);
  const answer = { staffId: authorId, action: 'support-chat.answer', targetType: 'support-thread' };
  const isNew = sql`EXISTS (SELECT 1 FROM ${supportMessages} WHERE id = ${messageId})`;
  const logged = fromStaff ? [logStaff(ctx, { ...answer, targetId: threadId, subjectId: userId }, isNew)] : [];
  const results = await commit(
    ctx,
    [
      requireThat(ctx, whileActive(authorId, mayWrite)),
      insert,
      ...noLongerNew(ctx, threadId, fromStaff),
      ...logged,
      messagesWhere(ctx, isKnown, { userId: authorId }),
    ],
    { events: [{ kind: 'support-message', messageId }], refusals: { DEMAND_NOT_MET: tooFast, ...BANNED_MEANWHILE } },
  );
  const [row] = results.at(-1) as Parameters<typeof presentMessage>; // the rows of the last statement
  if (!row) throw supportChatError('THREAD_NOT_FOUND');
  return presentMessage(row);
}

/** The author's message with their own id for it. */
function isMessage(authorId: string, clientId: string): SQL | undefined {
  return and(eq(supportMessages.authorId, authorId), eq(supportMessages.clientId, clientId));
}

/** The author has read what the other side wrote before, so the notifications about it are withdrawn. */
function noLongerNew(ctx: Committing, threadId: string, fromStaff: boolean): Statement[] {
  const thread = (column: 'waiting_id' | 'user_id') =>
    sql`(SELECT ${sql.raw(column)} FROM ${supportThreads} WHERE id = ${threadId})`;
  if (!fromStaff) return [withdrawGroup(ctx, thread('user_id'), notificationGroup(threadId))];
  return withdrawWaiting(ctx, thread('waiting_id'));
}

function tooFast() {
  const headers = { 'Retry-After': String(Math.ceil(EVERY_MS / SECOND_MS)) };
  return supportChatError('TOO_FAST', { details: { retryAfterMs: EVERY_MS }, headers });
}
