/** What a reader may not find takes no place from what they may, and where it does, the search can be gone on with. */
import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aPost } from '#test/support/posts';
import { aStream } from '#test/support/streams';
import { aSubscriber, aTier } from '#test/support/subscriptions';
import { actorOf, asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { AUDIENCE_MARK, audienceWord } from '@/db/fts';
import { users } from '@/domains/base/users/tables';
import { FOUND_CREATORS_MAX } from '@/domains/base/visibility/posts';
import { clearPost } from '@/domains/content/posts/clear';
import { hidePosts } from '@/domains/content/posts/hide';
import { posts } from '@/domains/content/posts/tables';
import { streams } from '@/domains/live/streams/tables';
import { block } from '@/domains/people/social/block';
import { followCreator } from '@/domains/people/social/follow';

type Reader = Pick<Person, 'get'>;
type Type = 'users' | 'streams' | 'posts';
interface Page {
  readonly items: { id: string }[];
  readonly pagination: { nextCursor: string | null };
}

const guest = client();
const aWord = () => `v${crypto.randomUUID().replaceAll('-', '')}`.slice(0, 20);
/** As many as are looked at for a page of one, and one more. */
const CROWD = Array.from({ length: 11 });

async function find(type: Type, q: string, reader: Reader = guest, more: object = {}): Promise<Page> {
  const { status, data } = await reader.get(`search?${new URLSearchParams({ type, q, perPage: '1', ...more })}`);
  expect(status).toBe(200);
  return data[type];
}

/** Page after page to the end. */
async function findAll(type: Type, q: string, reader: Reader = guest, perPage = 1): Promise<string[]> {
  const found: string[] = [];
  let more: object = {};
  for (let pages = 0; pages < 60; pages += 1) {
    const { items, pagination } = await find(type, q, reader, { perPage: String(perPage), ...more });
    found.push(...items.map(({ id }) => id));
    if (pagination.nextCursor === null) return found;
    more = { cursor: pagination.nextCursor };
  }
  throw new Error('no end');
}
/** Compares the index with the rows that it was made of, word for word. */
const checkIndex = (index: 'users_fts' | 'streams_fts') =>
  testContext().db.run(sql.raw(`INSERT INTO ${index} (${index}, rank) VALUES ('integrity-check', 1)`));
const firstOf = async (...asked: Parameters<typeof find>) => (await find(...asked)).items.map(({ id }) => id);

describe('streams', () => {
  it.each([
    ['called off', { status: 'cancelled' }],
    ['private', { status: 'ended', visibility: 'private' }],
  ] as const)('that are %s hide no other', async (_, given) => {
    const [word, shown, hiding] = [aWord(), await asCreator(), await asCreator()];
    const id = await aStream(shown, { title: word });
    for (const _one of CROWD) await aStream(hiding, { title: word, ...given });
    expect(await firstOf('streams', word)).toEqual([id]);
    expect(await firstOf('streams', word, await asViewer())).toEqual([id]);
    const list = await guest.get(`sessions?q=${word}`);
    expect(list.data.items).toMatchObject([{ id }]);
  });

  it('are found no more from when they are called off or made private, and again when they are opened', async () => {
    const [ctx, word, creator, staff] = [testContext(), aWord(), await asCreator(), await asStaff('support')];
    const id = await aStream(creator, { title: word, status: 'scheduled' });
    const change = async (values: Partial<typeof streams.$inferInsert>) => {
      await ctx.db.update(streams).set(values).where(eq(streams.id, id));
      await checkIndex('streams_fts');
    };
    const finders = async () =>
      Promise.all([guest, creator, staff].map(async (reader) => (await firstOf('streams', word, reader)).length));
    expect(await finders()).toEqual([1, 1, 1]);
    await change({ visibility: 'private' });
    expect(await finders()).toEqual([0, 1, 1]);
    await change({ visibility: 'followers' });
    expect(await finders()).toEqual([1, 1, 1]);
    await change({ status: 'cancelled' });
    expect(await finders()).toEqual([0, 0, 0]);
    const off = await guest.get(`sessions?status=cancelled&q=${word}`);
    expect(off.data.items).toMatchObject([{ id }]);
    for (const values of [{ title: 'Other' }, { description: word }, { category: 'music' }] as const)
      await change(values);
    await ctx.db.delete(streams).where(eq(streams.id, id));
    await checkIndex('streams_fts');
  });
});

describe('posts', () => {
  it.each(['followers', 'subscribers'] as const)('for %s hide no other from whoever is none', async (visibility) => {
    const [word, shown, hiding, reader] = [aWord(), await asCreator(), await asCreator(), await asViewer()];
    const id = await aPost(shown, { text: word });
    for (const _one of CROWD) await aPost(hiding, { text: word, visibility });
    for (const somebody of [guest, reader]) expect(await firstOf('posts', word, somebody)).toEqual([id]);
  });

  it('for followers and subscribers are found by those, however many others have', async () => {
    const [ctx, word, author, other] = [testContext(), aWord(), await asCreator(), await asCreator()];
    const forFollowers = await aPost(author, { text: word, visibility: 'followers' });
    const forSubscribers = await aPost(author, { text: word, visibility: 'subscribers' });
    for (const _one of CROWD) await aPost(other, { text: word, visibility: 'followers' });
    const [follower, subscriber] = [await asViewer(), await aSubscriber(author, await aTier(author), 100)];
    await followCreator(ctx, actorOf(follower), author.userId);
    expect(await findAll('posts', word, follower)).toEqual([forFollowers]);
    expect(await findAll('posts', word, subscriber)).toEqual([forSubscribers, forFollowers]);
    expect(await findAll('posts', word, author)).toEqual([forSubscribers, forFollowers]);
  });

  it.each([
    ['older', 1],
    ['newer', 0],
  ] as const)('for subscribers are found by whoever subscribes to a hundred others, %s: %i', async (age, found) => {
    const [ctx, word, author] = [testContext(), aWord(), await asCreator()];
    await aPost(author, { text: word, visibility: 'subscribers' });
    const subscriber = await aSubscriber(author, await aTier(author), 100);
    await ctx.db.run(sql`
      WITH RECURSIVE others (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM others WHERE n < ${FOUND_CREATORS_MAX})
      INSERT INTO subscriptions (id, subscriber_id, creator_id, tier_id, coins_per_month, status, months, started_at,
        period_ends_at, idempotency_key, body_hash, created_at)
      SELECT ${age === 'older' ? '00' : 'f'} || n || id, subscriber_id, 'other' || n, tier_id, 1, 'active', 1, 0, 0,
        'other' || n, '', 0
      FROM subscriptions CROSS JOIN others WHERE subscriber_id = ${subscriber.userId} AND creator_id = ${author.userId}`);
    expect((await find('posts', word, subscriber)).items).toHaveLength(found);
  });

  it('are found by whom they are for after an edit', async () => {
    const [ctx, word, author] = [testContext(), aWord(), await asCreator()];
    const id = await aPost(author, { text: word });
    const change = (values: Partial<typeof posts.$inferInsert>) =>
      ctx.db.update(posts).set(values).where(eq(posts.id, id));
    await change({ visibility: 'followers' });
    expect(await firstOf('posts', word)).toEqual([]);
    expect(await firstOf('posts', word, author)).toEqual([id]);
    await change({ visibility: 'public', text: `${word} again` });
    expect(await firstOf('posts', `${word} again`)).toEqual([id]);
  });

  it('stand in the index with the words they have now, and with none from when they are removed', async () => {
    const [ctx, old, word, author] = [testContext(), aWord(), aWord(), await asCreator()];
    const change = (id: string, values: Partial<typeof posts.$inferInsert>) =>
      ctx.db.update(posts).set(values).where(eq(posts.id, id));
    // Past every condition on the row: the index is asked alone. FTS5 cannot check this one, which lacks removed rows.
    const count = async (words: string) =>
      (await ctx.db.get<{ n: number }>(sql`SELECT count(*) AS n FROM posts_fts WHERE posts_fts MATCH ${words}`))?.n;
    const countAudience = (letter: string) => count(`"${AUDIENCE_MARK}${audienceWord(letter, author.userId)}"`);
    const counts = async () => Promise.all([count(old), count(word), countAudience('f'), countAudience('s')]);
    const anEditedPost = async () => {
      const id = await aPost(author, { text: old });
      expect(await counts()).toEqual([1, 0, 0, 0]);
      await change(id, { text: word, visibility: 'followers' });
      expect(await counts()).toEqual([0, 1, 1, 0]);
      await change(id, { visibility: 'subscribers' });
      expect(await counts()).toEqual([0, 1, 0, 1]);
      return id;
    };
    const hidden = await anEditedPost();
    await change(hidden, { removedAt: ctx.now() });
    expect(await counts()).toEqual([0, 0, 0, 0]);
    await change(hidden, { text: old, visibility: 'followers' });
    expect(await counts()).toEqual([0, 0, 0, 0]);
    await ctx.db.delete(posts).where(eq(posts.id, hidden));
    const erased = await anEditedPost();
    await commit(ctx, [hidePosts(ctx, [erased])]);
    expect(await counts()).toEqual([0, 0, 0, 0]);
    await clearPost(ctx, erased);
    expect(await counts()).toEqual([0, 0, 0, 0]);
    await ctx.db.delete(posts).where(eq(posts.id, await anEditedPost()));
    expect(await counts()).toEqual([0, 0, 0, 0]);
  });

  it('of the banned leave a short page that can be gone on from', async () => {
    const [ctx, word, shown, banned] = [testContext(), aWord(), await asCreator(), await asCreator()];
    const ids = [await aPost(shown, { text: word }), await aPost(shown, { text: word })];
    for (const _one of [...CROWD, ...CROWD]) await aPost(banned, { text: word });
    await ctx.db.update(users).set({ status: 'banned' }).where(eq(users.id, banned.userId));
    expect((await find('posts', word)).pagination.nextCursor).not.toBeNull();
    expect(await findAll('posts', word)).toEqual(ids.toReversed());
  });

  it('past a block leave a short page that can be gone on from', async () => {
    const [word, shown, blocking, reader] = [aWord(), await asCreator(), await asCreator(), await asViewer()];
    const id = await aPost(shown, { text: `${word}s` });
    for (const _one of CROWD) await aPost(blocking, { text: word });
    await block(testContext(), blocking.userId, reader.userId);
    expect(await findAll('posts', word, reader)).toEqual([id]);
  });
});

describe('users', () => {
  it('who are banned hide no other', async () => {
    const [ctx, word] = [testContext(), aWord()];
    const rename = async (person: Person, status: 'active' | 'banned') => {
      await ctx.db.update(users).set({ displayName: word, status }).where(eq(users.id, person.userId));
      await checkIndex('users_fts');
    };
    const shown = await asViewer();
    await rename(shown, 'active');
    for (const _one of CROWD) await rename(await asViewer(), 'banned');
    expect(await firstOf('users', word)).toEqual([shown.userId]);
    await rename(shown, 'banned');
    expect(await firstOf('users', word)).toEqual([]);
  });
});

describe('whom a row is for', () => {
  it('is nothing that a reader could begin to write', async () => {
    const [ctx, author] = [testContext(), await asCreator()];
    for (const visibility of ['public', 'followers', 'subscribers'] as const) await aPost(author, { visibility });
    await aStream(author, { visibility: 'private' });
    await aStream(author, { status: 'cancelled' });
    const banned = await asViewer();
    await ctx.db.update(users).set({ status: 'banned' }).where(eq(users.id, banned.userId));
    const owned = ['c', 'f', 's'].map((letter) => audienceWord(letter, author.userId));
    for (const word of ['everybod', 'nobod', 'cancelle', 'staf', ...owned])
      for (const index of ['users_fts', 'streams_fts', 'posts_fts']) {
        const table = sql.raw(index);
        const count = async (words: string) =>
          (await ctx.db.get<{ n: number }>(sql`SELECT count(*) AS n FROM ${table} WHERE ${table} MATCH ${words}`))?.n;
        expect(await count(`audience : "${word}"*`), `${index} ${word}`).toBe(0);
      }
  });
});

it.each([1, 2, 3])('pages of %i go on past what is ranked at once, none twice and none left out', async (perPage) => {
  const [word, author] = [aWord(), await asCreator()];
  const ids: string[] = [];
  for (let n = 0; n < 45; n += 1) ids.push(await aPost(author, { text: n % 3 === 0 ? `${word}ish` : word }));
  const found = await findAll('posts', word, guest, perPage);
  expect(found.toSorted()).toEqual(ids.toSorted());
});

it('what comes while somebody pages on moves nothing', async () => {
  const [word, author] = [aWord(), await asCreator()];
  const ids: string[] = [];
  for (let n = 0; n < 15; n += 1) ids.push(await aPost(author, { text: n % 2 === 0 ? `${word}ish` : word }));
  const found: string[] = [];
  let more: object = {};
  for (let pages = 0; pages < 20; pages += 1) {
    const { items, pagination } = await find('posts', word, guest, more);
    found.push(...items.map(({ id }) => id));
    if (pagination.nextCursor === null) break;
    more = { cursor: pagination.nextCursor };
    await aPost(author, { text: pages % 2 === 0 ? `${word}ish` : word });
  }
  expect(found.toSorted()).toEqual(ids.toSorted());
});
