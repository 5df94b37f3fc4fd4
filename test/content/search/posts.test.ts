import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { actorOf, asCreator, asStaff, asViewer } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { posts } from '@/domains/content/posts/tables';
import { block } from '@/domains/people/social/block';
import { followCreator } from '@/domains/people/social/follow';
import { newId } from '@/shared/ids';

const guest = client();
const aWord = () => `w${crypto.randomUUID().replaceAll('-', '')}`.slice(0, 20);

async function aPost(authorId: string, text: string, given: Partial<typeof posts.$inferInsert> = {}): Promise<string> {
  const ctx = testContext();
  const id = newId();
  await ctx.db.insert(posts).values({ id, authorId, text, visibility: 'public', createdAt: ctx.now(), ...given });
  return id;
}

async function find(q: string, reader: Pick<typeof guest, 'get'> = guest, more = '') {
  const { status, data } = await reader.get(`search?type=posts&q=${encodeURIComponent(q)}${more}`);
  expect(status).toBe(200);
  return data.posts as {
    items: { id: string; text: string; highlights: { field: string; parts: { text: string; hit: boolean }[] }[] }[];
    pagination: { nextCursor: string | null };
  };
}
const idsOf = async (...asked: Parameters<typeof find>) => (await find(...asked)).items.map(({ id }) => id);

test('posts are found only where they are asked for, with the words around what was found', async () => {
  const [word, author] = [aWord(), await asCreator()];
  const filler = 'lorem ipsum dolor '.repeat(60);
  const id = await aPost(author.userId, `${filler}Déjà ${word} ${filler}`);
  expect((await guest.get(`search?q=${word}`)).data).not.toHaveProperty('posts');
  const [item, ...others] = (await find(`deja ${word}`)).items;
  expect(others).toEqual([]);
  expect(item).toMatchObject({ id, authorId: author.userId, author: { id: author.userId }, media: [], liked: false });
  const [{ field, parts } = { field: '', parts: [] }] = item?.highlights ?? [];
  expect(field).toBe('text');
  expect(parts.filter(({ hit }) => hit).map(({ text }) => text)).toEqual(['Déjà', word]);
  expect(parts.map(({ text }) => text).join('').length).toBeLessThan(300);
});

test('a post is found by those who may read it', async () => {
  const [word, author, stranger, follower, staff] = [
    aWord(),
    await asCreator(),
    await asViewer(),
    await asViewer(),
    await asStaff('support'),
  ];
  await followCreator(testContext(), actorOf(follower), author.userId);
  const open = await aPost(author.userId, `${word} open`);
  const forFollowers = await aPost(author.userId, `${word} close`, { visibility: 'followers' });
  const forSubscribers = await aPost(author.userId, `${word} closer`, { visibility: 'subscribers' });
  expect(await idsOf(word)).toEqual([open]);
  expect(await idsOf(word, stranger)).toEqual([open]);
  expect(await idsOf(word, follower)).toEqual([forFollowers, open]);
  for (const insider of [author, staff])
    expect(await idsOf(word, insider)).toEqual([forSubscribers, forFollowers, open]);
});

test('nobody finds posts past a block, of the banned, or removed', async () => {
  const [word, author, blocked] = [aWord(), await asCreator(), await asViewer()];
  const ctx = testContext();
  const id = await aPost(author.userId, `${word} here`);
  await block(ctx, author.userId, blocked.userId);
  expect(await idsOf(word, blocked)).toEqual([]);
  expect(await idsOf(word)).toEqual([id]);
  const gone = await aPost(author.userId, `${word} gone`);
  await ctx.db.update(posts).set({ removedAt: ctx.now() }).where(eq(posts.id, gone));
  expect(await idsOf(word)).toEqual([id]);
  await ctx.db.update(users).set({ status: 'banned' }).where(eq(users.id, author.userId));
  expect(await idsOf(word)).toEqual([]);
});

test('an edited post is found by its new words alone', async () => {
  const [before, after, author] = [aWord(), aWord(), await asCreator()];
  const id = await aPost(author.userId, before);
  await testContext().db.update(posts).set({ text: after }).where(eq(posts.id, id));
  expect(await idsOf(before)).toEqual([]);
  expect(await idsOf(after)).toEqual([id]);
});

test('what a reader may not see takes no place on a page', async () => {
  const [word, author] = [aWord(), await asCreator()];
  const seen: string[] = [];
  for (let n = 0; n < 4; n++) {
    seen.unshift(await aPost(author.userId, `${word} ${n}`));
    await aPost(author.userId, `${word} hidden`, { visibility: 'followers' });
  }
  const first = await find(word, guest, '&perPage=2');
  expect(first.items).toHaveLength(2);
  const rest = await idsOf(word, guest, `&perPage=2&cursor=${first.pagination.nextCursor}`);
  expect([...first.items.map(({ id }) => id), ...rest]).toEqual(seen);
});
