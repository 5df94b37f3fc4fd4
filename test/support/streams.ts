/** Streams for tests, put straight into the database: what no endpoint would make at once. */
import { streamLive, streams } from '@/domains/streams/tables';
import { newId } from '@/shared/ids';
import { testContext } from './context';

type Given = Partial<typeof streams.$inferInsert> & { viewerCount?: number };

/** A live, public stream unless it says otherwise. */
export async function aStream(
  creator: { readonly userId: string; readonly channelId: string },
  { viewerCount = 0, ...given }: Given = {},
): Promise<string> {
  const ctx = testContext();
  const now = ctx.now();
  const status = given.status ?? 'live';
  const row = {
    id: newId(),
    channelId: creator.channelId,
    creatorId: creator.userId,
    title: 'A show',
    status,
    startedAt: status === 'live' || status === 'ended' ? now : null,
    endedAt: status === 'ended' ? now : null,
    createdAt: now,
    updatedAt: now,
    ...given,
  };
  await ctx.db.insert(streams).values(row);
  if (status === 'live') await ctx.db.insert(streamLive).values({ streamId: row.id, viewerCount, updatedAt: now });
  return row.id;
}
