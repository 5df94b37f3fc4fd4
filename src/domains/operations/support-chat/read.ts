/** Marks messages of the other side as read, up to one of them, and says so in the thread's room. */
import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { RoomEventBody } from '@/contracts/room-command';
import { type Committing, commit } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { withdrawGroup } from '@/domains/base/notifications/withdraw';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { type Access, findMessage } from './access';
import { notificationGroup } from './announce';
import { supportChatError } from './errors';
import type { SupportRead } from './schemas';
import { supportMessages } from './tables';

type Read = z.input<typeof SupportRead>;

/** A repeat changes nothing. Throws MESSAGE_NOT_FOUND. */
export async function readSupportMessages(ctx: Context, actor: Actor, messageId: string): Promise<Read> {
  const found = await findMessage(ctx, actor, messageId);
  if (!found) throw supportChatError('MESSAGE_NOT_FOUND');
  const read = readOf(ctx, found.access, { messageId, number: found.number });
  await commit(ctx, markStatements(ctx, found.access, read), {
    events: [{ kind: 'room', roomId: read.threadId, command: { type: 'tell', event: eventOf(read) } }],
  });
  return read;
}

/** For the thread's room. Returns the event for everyone there, or undefined if nothing changed. */
export async function readInRoom(
  ctx: Committing,
  access: Access,
  messageId: string,
): Promise<RoomEventBody | undefined> {
  const message = await getMessage(ctx, messageId);
  if (message.threadId !== access.threadId) throw supportChatError('MESSAGE_NOT_FOUND');
  const read = readOf(ctx, access, { messageId, number: message.number });
  const [marked] = (await commit(ctx, markStatements(ctx, access, read))) as D1Result[]; // a statement without rows
  return marked && marked.meta.changes > 0 ? eventOf(read) : undefined;
}

function markStatements(ctx: Committing, { threadId, userId, side }: Access, { seq }: Read) {
  const mark = ctx.db.run(sql`
    UPDATE support_messages SET read_at = ${int(ctx.now())}
    WHERE thread_id = ${threadId} AND from_staff = ${literal(side === 'user' ? 1 : 0)} AND read_at IS NULL
      AND number <= ${int(seq)}`);
  return side === 'user' ? [mark, withdrawGroup(ctx, sql`${userId}`, notificationGroup(threadId))] : [mark];
}

async function getMessage(ctx: Pick<Context, 'db'>, messageId: string) {
  const row = await ctx.db
    .select({ threadId: supportMessages.threadId, number: supportMessages.number })
    .from(supportMessages)
    .where(eq(supportMessages.id, messageId))
    .get();
  if (!row) throw supportChatError('MESSAGE_NOT_FOUND');
  return row;
}

function readOf(
  ctx: Pick<Context, 'now'>,
  { threadId, side }: Access,
  { messageId, number }: { readonly messageId: string; readonly number: number },
): Read {
  return { threadId, messageId, seq: number, by: side, at: toIso(ctx.now()) };
}

function eventOf(read: Read): RoomEventBody {
  return { type: 'support-read', ...read };
}
