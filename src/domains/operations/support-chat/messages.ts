/** Reads the messages of a thread, for HTTP and for its room. D1 has them all; the room keeps none. */
import { z } from '@hono/zod-openapi';
import { and, asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { type CardRow, cardColumnsFor, presentCard, type Reader } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { toIso, toIsoOrNull } from '@/shared/time';
import { type Access, findThread } from './access';
import type { SupportMessage, SupportMessagesQuery } from './schemas';
import { supportMessages } from './tables';

/** Unread messages are counted up to this many. */
const UNREAD_MAX = 100;
const CURSOR = 'support-messages';

export type PresentedMessage = z.input<typeof SupportMessage>;

/** With the card of the author. Two columns called `id` would be one in a batch, so this one has a name of its own. */
const messageColumns = (reader: Reader) => ({
  messageId: sql<string>`${supportMessages.id}`.as('message_id'),
  threadId: supportMessages.threadId,
  number: supportMessages.number,
  fromStaff: supportMessages.fromStaff,
  text: supportMessages.text,
  at: supportMessages.at,
  readAt: supportMessages.readAt,
  ...cardColumnsFor(reader),
});

interface MessageRow extends CardRow {
  readonly messageId: string;
  readonly threadId: string;
  readonly number: number;
  readonly fromStaff: boolean;
  readonly text: string;
  readonly at: number;
  readonly readAt: number | null;
}

/** @param reader absent for a room, whose people see the same */
export function messagesWhere(ctx: Pick<Context, 'db'>, where: SQL | undefined, reader?: Reader) {
  return ctx.db
    .select(messageColumns(reader))
    .from(supportMessages)
    .innerJoin(users, eq(users.id, supportMessages.authorId))
    .where(where)
    .$dynamic();
}

export function presentMessage(row: MessageRow): PresentedMessage {
  return {
    id: row.messageId,
    threadId: row.threadId,
    seq: row.number,
    from: row.fromStaff ? 'staff' : 'user',
    author: presentCard(row),
    text: row.text,
    at: toIso(row.at),
    readAt: toIsoOrNull(row.readAt),
  };
}

/** Newest first. Throws THREAD_NOT_FOUND. */
export async function listSupportMessages(
  ctx: Context,
  actor: Actor,
  { threadId, cursor, perPage }: z.output<typeof SupportMessagesQuery>,
) {
  const access = await findThread(ctx, actor, threadId);
  const [before] = cursor === undefined ? [undefined] : decodeCursor(CURSOR, z.tuple([z.int().min(1)]), cursor);
  if (!access) return { ...presentCursorPage([], perPage, presentMessage, () => ''), threadId: null, unread: 0 };
  const [rows, [{ unread = 0 } = {}]] = await ctx.db.batch([
    messagesWhere(
      ctx,
      and(
        eq(supportMessages.threadId, access.threadId),
        before === undefined ? undefined : lt(supportMessages.number, before),
      ),
      actor,
    )
      .orderBy(desc(supportMessages.number))
      .limit(perPage + 1),
    ctx.db.all<{ unread: number }>(sql`SELECT ${unreadBy(access.side, sql`${access.threadId}`)} AS unread`),
  ]);
  const page = presentCursorPage(rows, perPage, presentMessage, ({ number }) => encodeCursor(CURSOR, [number]));
  return { ...page, threadId: access.threadId, unread };
}

/** How many messages of the other side this side has not read, as a scalar SELECT. */
export function unreadBy(side: Access['side'], threadId: SQL): SQL<number> {
  return sql<number>`(SELECT count(*) FROM (SELECT 1 FROM ${supportMessages}
    WHERE thread_id = ${threadId} AND from_staff = ${literal(side === 'user' ? 1 : 0)} AND read_at IS NULL
    LIMIT ${literal(UNREAD_MAX)}))`;
}

/** Oldest first. @param after a number */
export async function messagesAfter(
  ctx: Pick<Context, 'db'>,
  threadId: string,
  after: number,
  limit: number,
): Promise<PresentedMessage[]> {
  return (await messagesAfterQuery(ctx, threadId, after, limit)).map(presentMessage);
}

/** The newest messages, oldest of them first, and those after a number, as of one moment. */
export async function messagesForNewcomer(
  ctx: Pick<Context, 'db'>,
  threadId: string,
  { newest, after, afterMax }: { readonly newest: number; readonly after: number | null; readonly afterMax: number },
): Promise<{ newest: PresentedMessage[]; after: PresentedMessage[] }> {
  const [last, missed] = await ctx.db.batch([
    messagesWhere(ctx, eq(supportMessages.threadId, threadId)).orderBy(desc(supportMessages.number)).limit(newest),
    messagesAfterQuery(ctx, threadId, after ?? 0, after === null ? 0 : afterMax),
  ]);
  return { newest: last.reverse().map(presentMessage), after: missed.map(presentMessage) };
}

function messagesAfterQuery(ctx: Pick<Context, 'db'>, threadId: string, after: number, limit: number) {
  return messagesWhere(ctx, and(eq(supportMessages.threadId, threadId), gt(supportMessages.number, after)))
    .orderBy(asc(supportMessages.number))
    .limit(limit);
}
