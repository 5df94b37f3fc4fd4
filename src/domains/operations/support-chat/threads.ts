/**
 * The chats that staff see: first those that wait for an answer, the longest waiting before the others, then the
 * answered ones, newest first. A country admin sees users of their country.
 */
import { z } from '@hono/zod-openapi';
import { and, asc, eq, getTableColumns, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { type CardRow, cardColumns, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { toIso, toIsoOrNull } from '@/shared/time';
import { isInReach } from './access';
import { messagesWhere, type PresentedMessage, presentMessage, unreadBy } from './messages';
import type { SupportThread, SupportThreadsQuery } from './schemas';
import { supportMessages, supportThreads } from './tables';

const CURSOR = 'support-threads';
const Position = z.tuple([z.int(), z.string()]);
/** The place in the list: see the migration. */
const place = sql<number>`${supportThreads}.place`;

export async function listSupportThreads(
  ctx: Context,
  actor: Actor,
  { status, cursor, perPage }: z.output<typeof SupportThreadsQuery>,
) {
  const after = cursor === undefined ? undefined : decodeCursor(CURSOR, Position, cursor);
  const rows = await ctx.db
    .select({
      thread: getTableColumns(supportThreads),
      place,
      unread: unreadBy('staff', sql`${supportThreads.id}`),
      user: cardColumns,
    })
    .from(supportThreads)
    .innerJoin(users, eq(users.id, supportThreads.userId))
    .where(
      and(
        sql`${supportThreads.messageCount} > 0`,
        status === 'open' ? isNotNull(supportThreads.waitingSince) : undefined,
        status === 'answered' ? isNull(supportThreads.waitingSince) : undefined,
        after && sql`(${place}, ${supportThreads.id}) > (${literal(after[0])}, ${after[1]})`,
        isInReach(actor),
      ),
    )
    .orderBy(place, asc(supportThreads.id))
    .limit(perPage + 1);
  const { lastMessages, assignees } = await readAround(ctx, rows);
  return presentCursorPage(
    rows,
    perPage,
    ({ thread, unread, user }): z.input<typeof SupportThread> => ({
      id: thread.id,
      user: presentCard(user),
      lastMessage: lastMessages.get(thread.id) ?? null,
      unread,
      assignee: assignees.get(thread.assigneeId ?? '') ?? null,
      status: thread.waitingSince === null ? 'answered' : 'open',
      waitingSince: toIsoOrNull(thread.waitingSince),
      createdAt: toIso(thread.createdAt),
    }),
    (row) => encodeCursor(CURSOR, [row.place, row.thread.id]),
  );
}

/** The last message and the assignee of each thread, in two statements at once. */
async function readAround(
  ctx: Context,
  rows: readonly { readonly thread: typeof supportThreads.$inferSelect }[],
): Promise<{ lastMessages: Map<string, PresentedMessage>; assignees: Map<string, ReturnType<typeof presentCard>> }> {
  const threads = rows.map(({ thread }) => thread);
  const last = JSON.stringify(threads.map(({ id, messageCount }) => [id, messageCount]));
  const assigneeIds = JSON.stringify(threads.flatMap(({ assigneeId }) => assigneeId ?? []));
  const [messages, staff] = await ctx.db.batch([
    messagesWhere(
      ctx,
      sql`(${supportMessages.threadId}, ${supportMessages.number}) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${last}))`,
    ),
    ctx.db.select(cardColumns).from(users).where(sql`${users.id} IN (SELECT value FROM json_each(${assigneeIds}))`),
  ]);
  return {
    lastMessages: new Map(messages.map((row) => [row.threadId, presentMessage(row)])),
    assignees: new Map(staff.map((row: CardRow) => [row.id, presentCard(row)])),
  };
}
