import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aStream } from '#test/support/streams';
import { actorOf, asCreator, asViewer } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { blockUser } from '@/domains/people/social/block';
import { followCreator } from '@/domains/people/social/follow';
import { MINUTE_MS } from '@/shared/time';

const guest = client();

interface Item {
  user: { id: string };
}
const idsOf = ({ data }: { data: { items: Item[] } }) => data.items.map(({ user }) => user.id);

/** A word that no other test's creators have in their names. */
const aWord = () => `w${crypto.randomUUID().slice(0, 8)}`;

async function named(displayName: string, profile?: { bio?: string; categories?: string[] }) {
  const creator = await asCreator();
  await testContext().db.update(users).set({ displayName }).where(eq(users.id, creator.userId));
  if (profile) expect((await creator.put('creator/profile', profile)).status).toBe(200);
  return creator;
}

describe('GET /social/creators', () => {
  it("shows cards with the creators' own descriptions", async () => {
    const word = aWord();
    const creator = await named(`Anna ${word}`, { bio: 'I cook.', categories: ['cooking', 'talk'] });
    const { status, data } = await guest.get(`social/creators?q=${word}`);
    expect(status).toBe(200);
    expect(data.items).toEqual([
      {
        user: expect.objectContaining({ id: creator.userId, displayName: `Anna ${word}`, followerCount: 0 }),
        bio: 'I cook.',
        categories: ['cooking', 'talk'],
      },
    ]);
    expect(data.pagination).toMatchObject({ total: 1, page: 1 });
  });

  it('leaves out viewers, the banned and the blocked', async () => {
    const word = aWord();
    const [shown, banned, blocker] = [await named(word), await named(word), await named(word)];
    const [reader, viewer] = [await asViewer(), await asViewer()];
    const ctx = testContext();
    await ctx.db.update(users).set({ displayName: word }).where(eq(users.id, viewer.userId));
    await ctx.db.update(users).set({ status: 'banned' }).where(eq(users.id, banned.userId));
    await blockUser(ctx, blocker.userId, reader.userId);
    const mine = await reader.get(`social/creators?q=${word}`);
    expect(idsOf(mine)).toEqual([shown.userId]);
    expect(mine.data.pagination.total).toBe(1);
    expect(idsOf(await guest.get(`social/creators?q=${word}`)).toSorted()).toEqual(
      [shown.userId, blocker.userId].toSorted(),
    );
  });

  it('is filtered by category, also after a creator changed them', async () => {
    const word = aWord();
    const [cook, dancer] = [
      await named(word, { categories: ['cooking', 'talk'] }),
      await named(word, { categories: ['dance'] }),
    ];
    await named(word);
    const of = async (category: string) => idsOf(await guest.get(`social/creators?q=${word}&category=${category}`));
    expect(await of('cooking')).toEqual([cook.userId]);
    expect(await of('dance')).toEqual([dancer.userId]);
    await dancer.put('creator/profile', { categories: ['cooking'] });
    expect(await of('dance')).toEqual([]);
    expect((await of('cooking')).toSorted()).toEqual([cook.userId, dancer.userId].toSorted());
  });

  it('is sorted by followers, by age, or by who is live with how many', async () => {
    const word = aWord();
    const [older, newer, live, hidden] = [await named(word), await named(word), await named(word), await named(word)];
    const ctx = testContext();
    await followCreator(ctx, actorOf(await asViewer()), newer.userId);
    await followCreator(ctx, actorOf(await asViewer()), newer.userId);
    await followCreator(ctx, actorOf(await asViewer()), older.userId);
    await aStream(live, { viewerCount: 3 });
    await aStream(older, { viewerCount: 9 });
    await aStream(hidden, { visibility: 'private' });
    const by = async (sort: string) => idsOf(await guest.get(`social/creators?q=${word}&sort=${sort}`));
    expect(await by('followers')).toEqual([newer.userId, older.userId, hidden.userId, live.userId]);
    expect(await by('newest')).toEqual([hidden.userId, live.userId, newer.userId, older.userId]);
    expect(await by('live')).toEqual([older.userId, live.userId]);
  });

  it('comes in pages', async () => {
    const word = aWord();
    const made = [await named(word), await named(word), await named(word)].map(({ userId }) => userId);
    const path = `social/creators?q=${word}&sort=newest&perPage=2`;
    const [first, second] = [await guest.get(path), await guest.get(`${path}&page=2`)];
    expect([...idsOf(first), ...idsOf(second)]).toEqual(made.toReversed());
    expect(first.data.pagination).toMatchObject({ total: 3, totalPages: 2 });
  });

  it.each([
    ['category=sorcery', 'category'],
    ['sort=best', 'sort'],
    ['page=0', 'page'],
    ['colour=red', 'colour'],
  ])('refuses %s with its path', async (query, field) => {
    const { status, error } = await guest.get(`social/creators?${query}`);
    expect([status, error.details]).toMatchObject([422, [{ path: field }]]);
  });

  it.each(['""', 'a AND b', 'NEAR(x', 'username:x', "';--"])('takes %s for words', async (words) => {
    expect((await guest.get(`social/creators?q=${encodeURIComponent(words)}`)).status).toBe(200);
  });
});

describe("a creator's page", () => {
  it('shows who they are, what is live and their relation to the reader', async () => {
    const [creator, viewer] = [await named('Anna', { bio: 'I cook.', categories: ['cooking'] }), await asViewer()];
    const id = await aStream(creator, { title: 'Soup', viewerCount: 4 });
    await creator.put('payment/tiers', { tiers: [{ name: 'Gold', coinsPerMonth: 500 }] });
    const links = [{ label: 'Site', url: 'https://example.org/' }];
    await testContext().db.update(users).set({ links }).where(eq(users.id, creator.userId));
    await viewer.post(`social/follow/${creator.userId}`);
    const pasted = encodeURIComponent(` @${creator.username}\u200b\n`);
    expect((await viewer.get(`social/creator/${pasted}`)).status).toBe(200);
    const { status, data } = await viewer.get(`social/creator/${creator.username.toUpperCase()}`);
    expect(status).toBe(200);
    expect(data).toMatchObject({
      user: { id: creator.userId, displayName: 'Anna', isLive: true },
      bio: 'I cook.',
      categories: ['cooking'],
      links,
      followerCount: 1,
      followingCount: 0,
      stream: { id, title: 'Soup', viewerCount: 4 },
      following: true,
      followedBy: false,
      subscribed: false,
      tiers: [{ name: 'Gold', coinsPerMonth: 500 }],
    });
    expect((await guest.get(`social/creator/${creator.username}`)).data).toMatchObject({
      following: false,
      followedBy: false,
      subscribed: false,
    });
  });

  it('announces the next scheduled stream, and none that is private or long past', async () => {
    const creator = await asCreator();
    const stream = async () => (await guest.get(`social/creator/${creator.username}`)).data.stream?.id ?? null;
    const at = (minutes: number) => Date.now() + minutes * MINUTE_MS;
    expect(await stream()).toBeNull();
    await aStream(creator, { status: 'scheduled', scheduledFor: at(-600) });
    await aStream(creator, { status: 'scheduled' });
    await aStream(creator, { status: 'ended' });
    await aStream(creator, { visibility: 'private', status: 'scheduled', scheduledFor: at(1) });
    expect(await stream()).toBeNull();
    await aStream(creator, { status: 'scheduled', scheduledFor: at(90) });
    const next = await aStream(creator, { status: 'scheduled', scheduledFor: at(30) });
    expect(await stream()).toBe(next);
    const live = await aStream(creator);
    expect(await stream()).toBe(live);
  });

  it('is 404 for viewers and for unknown, banned and blocked users', async () => {
    const [creator, viewer, blocked] = [await asCreator(), await asViewer(), await asViewer()];
    const path = `social/creator/${creator.username}`;
    await blockUser(testContext(), creator.userId, blocked.userId);
    expect((await blocked.get(path)).error.code).toBe('USER_NOT_FOUND');
    expect((await blocked.get(`payment/tiers/${creator.userId}`)).error.code).toBe('USER_NOT_FOUND');
    for (const name of [viewer.username, 'nobody_at_all', '%00', 'x'.repeat(400)])
      expect((await guest.get(`social/creator/${name}`)).error.code, name).toBe('USER_NOT_FOUND');
    expect((await guest.get(path)).status).toBe(200);
    await testContext().db.update(users).set({ status: 'banned' }).where(eq(users.id, creator.userId));
    expect((await guest.get(path)).status).toBe(404);
  });
});
