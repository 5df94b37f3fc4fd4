/** Streams for tests, put straight into the database: what no endpoint would make at once. */
import { eq } from 'drizzle-orm';
import { channels } from '@/domains/live/channels/tables';
import { streamLive } from '@/domains/live/rooms/tables';
import { roomSetup } from '@/domains/live/streams/room-setup';
import { streams } from '@/domains/live/streams/tables';
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

/** The same with its room open, as the outbox would have told it. */
export async function anOpenStream(
  creator: { readonly userId: string; readonly channelId: string },
  given: Given = {},
  policy: Partial<typeof channels.$inferInsert> = {},
): Promise<string> {
  const ctx = testContext();
  if (Object.keys(policy).length > 0)
    await ctx.db.update(channels).set(policy).where(eq(channels.id, creator.channelId));
  const id = await aStream(creator, given);
  const row = await ctx.db
    .select({ stream: streams, channel: channels })
    .from(streams)
    .innerJoin(channels, eq(channels.id, streams.channelId))
    .where(eq(streams.id, id))
    .get();
  if (!row) throw new Error('The stream is gone');
  const setup = roomSetup(row.stream, row.channel);
  await ctx.rooms(id).apply(newId(), { type: 'setup', at: row.stream.updatedAt, setup });
  return id;
}
