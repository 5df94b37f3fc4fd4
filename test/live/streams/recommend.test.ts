import { and, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aStream } from '#test/support/streams';
import { actorOf, asCreator, asViewer, type Person } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { channels } from '@/domains/live/channels/tables';
import { joinRoom } from '@/domains/live/rooms/join';
import { watchedCategories } from '@/domains/live/rooms/tables';
import { rememberWatched } from '@/domains/live/rooms/watched';
import { block } from '@/domains/people/social/block';
import { followCreator } from '@/domains/people/social/follow';
import { DAY_MS, MINUTE_MS } from '@/shared/time';

const guest = client();
const HUGE = 1_000_000;
const longAgo = () => Date.now() - 600 * MINUTE_MS;

const idsOf = ({ data }: { data: { items: { id: string }[] } }) => data.items.map(({ id }) => id);

/** The recommended among these, in their order. */
async function order(reader: Pick<Person, 'get'>, among: Record<string, string>): Promise<string[]> {
  const ids = idsOf(await reader.get('viewer/recommended?perPage=100'));
  const names = new Map(Object.entries(among).map(([name, id]) => [id, name]));
  return ids.flatMap((id) => names.get(id) ?? []);
}

const isRowOf = (userId: string, category: string) =>
  and(eq(watchedCategories.userId, userId), eq(watchedCategories.category, category));

describe('recommended streams', () => {
  it('start with followed creators, then go by viewers with a bonus for a recent start', async () => {
    const ctx = testContext();
    const [viewer, followed, big, fresh, blocked] = [
      await asViewer(),
      await asCreator(),
      await asCreator(),
      await asCreator(),
      await asCreator(),
    ];
    const made = {
      big: await aStream(big, { viewerCount: HUGE + 10, startedAt: longAgo() }),
      fresh: await aStream(fresh, { viewerCount: HUGE }),
      followed: await aStream(followed, { startedAt: longAgo() }),
      blocked: await aStream(blocked, { viewerCount: 2 * HUGE }),
    };
    await followCreator(ctx, actorOf(viewer), followed.userId);
    await block(ctx, blocked.userId, viewer.userId);
    expect(await order(viewer, made)).toEqual(['followed', 'fresh', 'big']);
    expect(await order(big, made)).toEqual(['blocked', 'fresh', 'followed']);
    expect((await order(guest, made)).slice(0, 3)).toEqual(['blocked', 'fresh', 'big']);
    expect(idsOf(await viewer.get('stream/recommended'))).toEqual(idsOf(await viewer.get('viewer/recommended')));
  });

  it('in a followed category outrank bigger ones, and two readers get different orders', async () => {
    const ctx = testContext();
    const [one, other, cook, dancer] = [await asViewer(), await asViewer(), await asCreator(), await asCreator()];
    await cook.put('creator/profile', { categories: ['cooking'] });
    await ctx.db.update(channels).set({ category: 'dance' }).where(eq(channels.id, dancer.channelId));
    await followCreator(ctx, actorOf(one), cook.userId);
    await followCreator(ctx, actorOf(other), dancer.userId);
    const made = {
      dance: await aStream(await asCreator(), { category: 'dance', startedAt: longAgo() }),
      cooking: await aStream(await asCreator(), { category: 'cooking', startedAt: longAgo() }),
      unrelated: await aStream(await asCreator(), { category: 'news', viewerCount: 3 * HUGE }),
      none: await aStream(await asCreator(), { viewerCount: 2 * HUGE }),
    };
    expect((await order(one, made)).slice(0, 3)).toEqual(['cooking', 'unrelated', 'none']);
    expect((await order(other, made)).slice(0, 3)).toEqual(['dance', 'unrelated', 'none']);
  });

  it('are ordered by the sum of their points, and without an account only by viewers', async () => {
    const [ctx, viewer, followed] = [testContext(), await asViewer(), await asCreator()];
    await followed.put('creator/profile', { categories: ['fitness', 'technology'] });
    await followCreator(ctx, actorOf(viewer), followed.userId);
    for (const category of ['technology', 'travel']) await rememberWatched(ctx, viewer.userId, category);
    const old = { startedAt: longAgo() };
    const made = {
      four: await aStream(followed, old),
      three: await aStream(await asCreator(), { ...old, category: 'technology', viewerCount: 5 * HUGE }),
      two: await aStream(await asCreator(), { ...old, category: 'fitness', viewerCount: 6 * HUGE }),
      one: await aStream(await asCreator(), { ...old, category: 'travel', viewerCount: 7 * HUGE }),
      nothing: await aStream(await asCreator(), { ...old, category: 'news', viewerCount: 8 * HUGE }),
    };
    expect(await order(viewer, made)).toEqual(['four', 'three', 'two', 'one', 'nothing']);
    for (const reader of [guest, await asViewer()])
      expect((await order(reader, made)).slice(0, 4)).toEqual(['nothing', 'one', 'two', 'three']);
  });

  it('count a recent start as thirty viewers, one less each minute', async () => {
    const at = (minutes: number) => Date.now() - minutes * MINUTE_MS;
    const viewerCount = 9 * HUGE;
    const made = {
      old: await aStream(await asCreator(), { viewerCount: viewerCount + 5, startedAt: longAgo() }),
      fresh: await aStream(await asCreator(), { viewerCount, startedAt: at(24.1) }),
      stale: await aStream(await asCreator(), { viewerCount, startedAt: at(26.5) }),
    };
    expect(await order(guest, made)).toEqual(['fresh', 'old', 'stale']);
  });

  it('in a category watched recently come before bigger ones, and after followed ones', async () => {
    const ctx = testContext();
    const [viewer, fan, artist] = [await asViewer(), await asViewer(), await asCreator()];
    await artist.put('creator/profile', { categories: ['art'] });
    const made = {
      art: await aStream(await asCreator(), { category: 'art', startedAt: longAgo() }),
      film: await aStream(await asCreator(), { category: 'film', startedAt: longAgo() }),
      big: await aStream(await asCreator(), { category: 'sports', viewerCount: 4 * HUGE }),
    };
    expect((await order(viewer, made))[0]).toBe('big');
    for (const reader of [viewer, fan]) await joinRoom(ctx, { id: made.film }, actorOf(reader));
    await followCreator(ctx, actorOf(fan), artist.userId);
    await ctx.settle();
    expect(await order(viewer, made)).toEqual(['film', 'big', 'art']);
    expect(await order(fan, made)).toEqual(['art', 'film', 'big']);
    const monthAgo = ctx.now() - 31 * DAY_MS;
    await ctx.db.update(watchedCategories).set({ seenAt: monthAgo }).where(isRowOf(viewer.userId, 'film'));
    expect((await order(viewer, made))[0]).toBe('big');
  });
});

describe('the record of watched categories', () => {
  const seenAt = async (userId: string, category: string) =>
    (await testContext().db.select().from(watchedCategories).where(isRowOf(userId, category)).get())?.seenAt;

  it('is written once a day per category, however many streams are joined at once', async () => {
    const [viewer, now] = [await asViewer(), Date.now()];
    const at = (ms: number) => Object.assign(testContext(), { now: () => ms });
    await Promise.all([1, 2, 3].map(() => rememberWatched(at(now), viewer.userId, 'music')));
    await rememberWatched(at(now + DAY_MS - 1), viewer.userId, 'music');
    expect(await seenAt(viewer.userId, 'music')).toBe(now);
    await rememberWatched(at(now + DAY_MS), viewer.userId, 'music');
    expect(await seenAt(viewer.userId, 'music')).toBe(now + DAY_MS);
  });

  it("leaves out one's own streams, waiting rooms and streams without a category", async () => {
    const [ctx, viewer, creator] = [testContext(), await asViewer(), await asCreator()];
    const waiting = await aStream(creator, { category: 'music', status: 'scheduled' });
    const live = await aStream(creator, { category: 'music' });
    await joinRoom(ctx, { id: waiting }, actorOf(viewer));
    await joinRoom(ctx, { id: live }, actorOf(creator));
    await joinRoom(ctx, { id: await aStream(await asCreator()) }, actorOf(viewer));
    await joinRoom(ctx, { id: live }, undefined);
    await ctx.settle();
    for (const { userId } of [viewer, creator])
      expect(await ctx.db.$count(watchedCategories, eq(watchedCategories.userId, userId))).toBe(0);
    await joinRoom(ctx, { id: live }, actorOf(viewer));
    await ctx.settle();
    expect(await seenAt(viewer.userId, 'music')).toBeTypeOf('number');
  });
});

describe('streams of followed creators', () => {
  it('are those that are live, the most watched first, in pages', async () => {
    const [ctx, viewer] = [testContext(), await asViewer()];
    const [small, big, idle, banned, stranger] = [
      await asCreator(),
      await asCreator(),
      await asCreator(),
      await asCreator(),
      await asCreator(),
    ];
    for (const { userId } of [small, big, idle, banned]) await followCreator(ctx, actorOf(viewer), userId);
    await ctx.db.update(users).set({ status: 'banned' }).where(eq(users.id, banned.userId));
    const made = [await aStream(big, { viewerCount: 9 }), await aStream(small, { viewerCount: 2 })];
    await aStream(idle, { status: 'ended' });
    await aStream(idle, { status: 'scheduled' });
    await aStream(banned);
    await aStream(stranger);
    const list = await viewer.get('viewer/following');
    expect(idsOf(list)).toEqual(made);
    expect(list.data.pagination).toMatchObject({ total: 2, page: 1 });
    expect(idsOf(await viewer.get('viewer/following?perPage=1&page=2'))).toEqual([made[1]]);
    expect((await guest.get('viewer/following')).status).toBe(401);
  });

  it('are none if the reader follows nobody, and none across a block', async () => {
    const [ctx, viewer, creator] = [testContext(), await asViewer(), await asCreator()];
    await aStream(creator);
    expect((await viewer.get('viewer/following')).data.pagination.total).toBe(0);
    await followCreator(ctx, actorOf(viewer), creator.userId);
    expect(idsOf(await viewer.get('viewer/following'))).toHaveLength(1);
    await block(ctx, creator.userId, viewer.userId);
    expect(idsOf(await viewer.get('viewer/following'))).toEqual([]);
  });
});

describe('the search of streams', () => {
  it('finds words of title, description and category, the newest first', async () => {
    const creator = await asCreator();
    const ended = await aStream(creator, { status: 'ended', title: 'Quizquiz ålder' });
    const live = await aStream(creator, { description: 'about the quizquiz' });
    await aStream(creator, { status: 'cancelled', title: 'quizquiz' });
    expect(idsOf(await guest.get('viewer/search?q=QUIZQ'))).toEqual([live, ended]);
    expect(idsOf(await guest.get('viewer/search?q=quizquiz%20alder'))).toEqual([ended]);
    expect(idsOf(await guest.get('viewer/search?q=quizquiz&status=live'))).toEqual([live]);
  });

  it('obeys blocks and bans', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    const id = await aStream(creator, { title: 'blockedquiz' });
    expect(idsOf(await viewer.get('viewer/search?q=blockedquiz'))).toEqual([id]);
    await block(testContext(), viewer.userId, creator.userId);
    expect(idsOf(await viewer.get('viewer/search?q=blockedquiz'))).toEqual([]);
    await testContext().db.update(users).set({ status: 'banned' }).where(eq(users.id, creator.userId));
    expect(idsOf(await guest.get('viewer/search?q=blockedquiz'))).toEqual([]);
  });
});
