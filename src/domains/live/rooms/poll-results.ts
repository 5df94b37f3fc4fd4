/** What came of a stream's polls: its room writes each once it has ended. */
import type { z } from '@hono/zod-openapi';
import { and, asc, eq, getTableColumns, not, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PollResult } from '@/contracts/poll';
import { users } from '@/domains/base/users/tables';
import { isBannedFrom } from '@/domains/base/visibility/channels';
import { isActive } from '@/domains/base/visibility/people';
import { streams } from '@/domains/live/streams/tables';
import { toIso } from '@/shared/time';
import type { RoomDatabase } from './figures';
import type { Poll } from './poll-schemas';
import { streamPolls } from './tables';

/** As many as a room has at most. */
const POLLS_SHOWN_MAX = 100;

/** Keeps the first report of each. Ignores those of users who were deleted meanwhile. */
export async function recordPolls(
  { db }: RoomDatabase,
  streamId: string,
  results: readonly PollResult[],
): Promise<void> {
  await db.run(sql`
    INSERT OR IGNORE INTO ${streamPolls} (id, stream_id, created_by, question, options, started_at, ends_at, ended_at)
    SELECT poll.value ->> 'id', ${streams}.id, author.id, poll.value ->> 'question', poll.value -> 'options',
      poll.value ->> 'startedAt', poll.value ->> 'endsAt', poll.value ->> 'endedAt'
    FROM json_each(${JSON.stringify(results)}) poll
    JOIN ${streams} ON ${streams}.id = ${streamId}
    JOIN ${users} author ON author.id = poll.value ->> 'createdBy' AND author.status <> 'deleted'`);
}

/** Deletes results that the room hides. The room keeps them, and records them again once they are shown. */
export async function dropPolls({ db }: RoomDatabase, polls: readonly { readonly id: string }[]): Promise<void> {
  const ids = JSON.stringify(polls.map(({ id }) => id));
  await db.run(sql`DELETE FROM ${streamPolls} WHERE id IN (SELECT value FROM json_each(${ids}))`);
}

/** Oldest first, without those of users who are banned here or everywhere. */
export function endedPolls({ db }: Pick<Context, 'db'>, streamId: string) {
  return db
    .select(getTableColumns(streamPolls))
    .from(streamPolls)
    .innerJoin(streams, eq(streams.id, streamPolls.streamId))
    .innerJoin(users, and(eq(users.id, streamPolls.createdBy), isActive()))
    .where(and(eq(streamPolls.streamId, streamId), not(isBannedFrom(streams.channelId, streamPolls.createdBy))))
    .orderBy(asc(streamPolls.startedAt))
    .limit(POLLS_SHOWN_MAX);
}

export function presentResult(row: typeof streamPolls.$inferSelect): z.input<typeof Poll> {
  const { id, question, options, startedAt, endsAt, endedAt } = row;
  return {
    ...{ id, question },
    options: options.map(({ text, votes }, place) => ({ id: place, text, votes })),
    totalVotes: options.reduce((sum, { votes }) => sum + votes, 0),
    ...{ startedAt: toIso(startedAt), endsAt: toIso(endsAt), endedAt: toIso(endedAt) },
  };
}
