import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { aPost } from '#test/support/posts';
import { asCreator, asViewer, type Person } from '#test/support/users';
import { encodeCursor } from '@/http/envelope';
import { firstIdAt, newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

const guest = client();
type Reader = { get: Person['get'] };

const idsOf = (items: { id: string }[]) => items.map(({ id }) => id);

/** The first pages of a list; `meanwhile` happens after the first. */
async function readPages(
  reader: Reader,
  path: string,
  perPage: number,
  { meanwhile, pagesMax = 100 }: { meanwhile?: () => Promise<unknown>; pagesMax?: number } = {},
) {
  const pages: string[][] = [];
  for (let cursor: string | null = ''; cursor !== null && pages.length < pagesMax; ) {
    const join = path.includes('?') ? '&' : '?';
    const { data }: Awaited<ReturnType<Reader['get']>> = await reader.get(
      `${path}${join}perPage=${perPage}${cursor && `&cursor=${cursor}`}`,
    );
    pages.push(idsOf(data.items));
    cursor = data.pagination.nextCursor;
    if (pages.length === 1) await meanwhile?.();
  }
  return pages;
}

describe('the public feed', () => {
  it('gives every public post once, newest first, while new ones arrive', async () => {
    const author = await asViewer();
    const posts: string[] = [];
    for (let count = 0; count < 7; count += 1) posts.unshift(await aPost(author));
    await aPost(author, { visibility: 'followers' });
    const pages = await readPages(guest, 'content/feed/public', 3, { meanwhile: () => aPost(author) });
    const seen = pages.flat();
    expect(seen.slice(0, 7)).toEqual(posts);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('by trending puts what people like and talk about above what is six hours newer a doubling', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const hour = 3_600_000;
    const start = Date.now() + 1_000 * DAY_MS; // above whatever else there is
    const quiet = await aPost(author, { createdAt: start });
    const loved = await aPost(author, { createdAt: start - 5 * hour });
    const old = await aPost(author, { createdAt: start - 7 * hour });
    const discussed = await aPost(author, { createdAt: start - 7 * hour });
    await reader.post(`content/posts/${loved}/like`);
    await reader.post(`content/posts/${old}/like`);
    await reader.post('content/comments', { postId: discussed, text: 'Hm' });
    const { data } = await guest.get('content/feed/public?sort=trending&perPage=4');
    expect(idsOf(data.items)).toEqual([discussed, loved, quiet, old]);
    await reader.post(`content/posts/${loved}/like`, { liked: false });
    const after = await guest.get('content/feed/public?sort=trending&perPage=4');
    expect(idsOf(after.data.items)).toEqual([discussed, quiet, old, loved]);
    const pages = await readPages(guest, 'content/feed/public?sort=trending', 2);
    expect(pages.flat().slice(0, 4)).toEqual([discussed, quiet, old, loved]);
    expect(new Set(pages.flat()).size).toBe(pages.flat().length);
  });

  it('goes on behind those whom the reader does not see', async () => {
    const [loud, other, reader] = [await asViewer(), await asViewer(), await asViewer()];
    const below = await aPost(other);
    for (let count = 0; count < 12; count += 1) await aPost(loud);
    await reader.post(`social/block/${loud.userId}`);
    const pages = await readPages(reader, 'content/feed/public', 1, { pagesMax: 4 });
    expect(pages[0]).toEqual([]); // the window was all theirs
    expect(pages.flat()[0]).toBe(below);
  });

  it.each([
    ['of the other order', encodeCursor('content.trending', [1, newId()])],
    ['of another list', encodeCursor('content.own', [newId()])],
    ['with an id that is none', encodeCursor('content.recent', ["' OR 1=1"])],
    ['that is noise', 'AAAA'],
  ])('refuses a cursor %s', async (_, cursor) => {
    expect(await guest.get(`content/feed/public?cursor=${cursor}`)).toMatchObject({
      status: 422,
      error: { code: 'CURSOR_INVALID' },
    });
  });

  it.each(['sort=hot', 'perPage=0', 'perPage=101', 'page=2'])('refuses %s', async (query) => {
    expect((await guest.get(`content/feed/public?${query}`)).status).toBe(422);
  });
});

describe("a user's posts", () => {
  it('have a cursor of their own', async () => {
    const [one, other] = [await asViewer(), await asViewer()];
    for (const author of [one, one, other, other]) await aPost(author);
    const { data } = await guest.get(`content/users/${one.userId}/posts?perPage=1`);
    const { nextCursor } = data.pagination;
    expect((await guest.get(`content/users/${one.userId}/posts?cursor=${nextCursor}`)).data.items).toHaveLength(1);
    expect((await guest.get(`content/users/${other.userId}/posts?cursor=${nextCursor}`)).status).toBe(422);
    expect((await one.get(`content/posts?cursor=${nextCursor}`)).status).toBe(422);
    expect((await guest.get(`content/users/${newId()}/posts`)).error.code).toBe('POST_AUTHOR_NOT_FOUND');
  });

  it('that are mine are listed whoever else may see them', async () => {
    const author = await asViewer();
    const posts: string[] = [];
    for (const visibility of ['public', 'followers', 'subscribers'] as const)
      posts.unshift(await aPost(author, { visibility }));
    expect(await readPages(author, 'content/posts', 2)).toEqual([posts.slice(0, 2), posts.slice(2)]);
    expect((await guest.get('content/posts')).status).toBe(401);
  });
});

describe('my feed', () => {
  it('is followed creators first, then others, each post once', async () => {
    const [reader, one, other, stranger] = [await asViewer(), await asCreator(), await asCreator(), await asViewer()];
    const unfollowed = await aPost(stranger);
    const followed: string[] = [];
    for (const author of [one, other, one, one, other]) followed.unshift(await aPost(author));
    followed.unshift(await aPost(one, { visibility: 'followers' }));
    await aPost(one, { visibility: 'subscribers' });
    await aPost(reader);
    await aPost(one, { id: firstIdAt(Date.now() - 31 * DAY_MS).replace(/0{12}$/, newId().slice(-12)) });
    for (const creator of [one, other]) await reader.post(`social/follow/${creator.userId}`);

    const newer = await asViewer();
    const pages = await readPages(reader, 'content/feed', 4, { meanwhile: () => aPost(one) });
    expect(pages[0]).toEqual(followed.slice(0, 4));
    const seen = pages.flat();
    expect(seen.slice(0, 6)).toEqual(followed);
    expect(seen).toContain(unfollowed);
    expect(new Set(seen).size).toBe(seen.length);
    const { results } = await env.DB.prepare(
      `SELECT id FROM posts WHERE author_id IN (?1, ?2, ?3) AND id NOT IN (SELECT value FROM json_each(?4))`,
    )
      .bind(one.userId, other.userId, reader.userId, JSON.stringify(followed))
      .all<{ id: string }>();
    // One's own, what is for subscribers, what is older than 30 days, and what came meanwhile.
    for (const { id } of results) expect(seen).not.toContain(id);
    expect((await newer.get('content/feed')).data.items.length).toBeGreaterThan(0);
  });

  it('begins with others where nobody is followed', async () => {
    const [reader, stranger] = [await asViewer(), await asViewer()];
    const post = await aPost(stranger, { createdAt: Date.now() + 2_000 * DAY_MS });
    expect((await reader.get('content/feed')).data.items[0].id).toBe(post);
    expect((await guest.get('content/feed')).status).toBe(401);
  });

  it('is the same whether many are followed or few', async () => {
    const reader = await asViewer();
    const creators = [];
    for (let count = 0; count < 6; count += 1) creators.push(await asCreator());
    const posts: string[] = [];
    for (let count = 0; count < 12; count += 1) posts.unshift(await aPost(creators[(count * 5) % 6] as Person));
    for (const creator of creators) await reader.post(`social/follow/${creator.userId}`);
    // Six are few for a page of five, and many for a page of one.
    for (const perPage of [5, 1]) {
      const seen = (await readPages(reader, 'content/feed', perPage, { pagesMax: 13 })).flat();
      expect(seen.slice(0, 12)).toEqual(posts);
      expect(new Set(seen).size).toBe(seen.length);
    }
  });

  it('finds followed creators far below what others post', async () => {
    const reader = await asViewer();
    const creators = [];
    for (let count = 0; count < 6; count += 1) creators.push(await asCreator());
    const rare = [await aPost(creators[0] as Person), await aPost(creators[3] as Person)].toReversed();
    const loud = await asViewer();
    for (let count = 0; count < 15; count += 1) await aPost(loud);
    for (const creator of creators) await reader.post(`social/follow/${creator.userId}`);
    const { data } = await reader.get('content/feed?perPage=1');
    expect(idsOf(data.items)).toEqual(rare.slice(0, 1));
    const next = await reader.get(`content/feed?perPage=1&cursor=${data.pagination.nextCursor}`);
    expect(idsOf(next.data.items)).toEqual(rare.slice(1));
  });

  it('leaves out a followed creator who was banned', async () => {
    const [reader, creator] = [await asViewer(), await asCreator()];
    const post = await aPost(creator);
    await reader.post(`social/follow/${creator.userId}`);
    expect(idsOf((await reader.get('content/feed')).data.items)).toContain(post);
    await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(creator.userId).run();
    expect(idsOf((await reader.get('content/feed')).data.items)).not.toContain(post);
  });

  it.each([
    encodeCursor('content.recent', [newId()]),
    encodeCursor('content.feed', ['recommended', 'x', newId()]),
    encodeCursor('content.feed', ['followed']),
  ])('refuses the cursor %s', async (cursor) => {
    expect((await (await asViewer()).get(`content/feed?cursor=${cursor}`)).error.code).toBe('CURSOR_INVALID');
  });
});
