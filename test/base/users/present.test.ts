import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { asCreator } from '#test/support/users';
import { cardAmong, cardOf } from '@/domains/base/users/card-of';
import { cardColumns, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { streams } from '@/domains/live/streams/tables';
import { newId } from '@/shared/ids';

it('a card says who somebody is and whether they are live, and nothing private', async () => {
  const ctx = testContext();
  const { userId, channelId, username } = await asCreator({ country: 'DE' });
  const card = async () => {
    const row = await ctx.db
      .select({ own: cardColumns, asAnother: cardOf(userId).as('as_another') })
      .from(users)
      .where(eq(users.id, userId))
      .get();
    expect(cardAmong(userId, row?.asAnother)).toEqual(row && presentCard(row.own));
    return row && presentCard(row.own);
  };
  const quiet = { id: userId, username, displayName: username, avatarUrl: null, role: 'creator', followerCount: 0 };
  expect(await card()).toEqual({ ...quiet, isLive: false });

  const times = { createdAt: ctx.now(), updatedAt: ctx.now() };
  const stream = { channelId, creatorId: userId, title: 'A show', ...times };
  await ctx.db.insert(streams).values({ ...stream, id: newId(), status: 'ended' });
  expect((await card())?.isLive).toBe(false);
  await ctx.db.insert(streams).values({ ...stream, id: newId(), status: 'live' });
  expect(await card()).toEqual({ ...quiet, isLive: true });
});

it('a card keeps its names apart when it is joined', async () => {
  const ctx = testContext();
  const { userId, channelId } = await asCreator();
  const times = { createdAt: ctx.now(), updatedAt: ctx.now() };
  await ctx.db
    .insert(streams)
    .values({ id: newId(), channelId, creatorId: userId, title: 'A show', status: 'live', ...times });
  const row = await ctx.db
    .select({ stream: streams.title, card: cardColumns })
    .from(streams)
    .innerJoin(users, eq(users.id, streams.creatorId))
    .where(eq(streams.creatorId, userId))
    .get();
  expect(row).toMatchObject({ stream: 'A show', card: { id: userId, isLive: 1 } });
});
