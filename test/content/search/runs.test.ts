/** Parts of runs in scripts without spaces, and letters without their marks, in the searches that have a place of their own. */

import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aPost } from '#test/support/posts';
import { aProduct, asSeller } from '#test/support/shop';
import { aTrack } from '#test/support/tracks';
import { aRoom } from '#test/support/user-rooms';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import { INDEXED_LETTERS } from '@/shared/indexed-text';

const guest = client();
const TEXT = '東京都音楽祭 ёлка';
const TYPED = ['音楽', '祭', 'елка', '京都 ёлка'];
const unique = () => `q${crypto.randomUUID().slice(0, 8)}`;
const found = async (by: Pick<typeof guest, 'get'>, path: string, q: string) =>
  (await by.get(`${path}q=${encodeURIComponent(q)}`)).data;

it('products are found by a part of a run, with the words marked as they were written', async () => {
  const word = unique();
  await aProduct((await asSeller()).userId, { title: `${word} ${TEXT}` });
  for (const typed of TYPED)
    for (const path of ['products?', 'search/products?'])
      expect((await found(guest, path, `${word} ${typed}`)).items, `${path} ${typed}`).toHaveLength(1);
  const { products } = await found(guest, 'search?type=products&', `${word} 音楽 елка`);
  expect(products.items[0].highlights).toEqual([
    {
      field: 'title',
      parts: [
        { text: word, hit: true },
        { text: ' 東京都', hit: false },
        { text: '音楽', hit: true },
        { text: '祭 ', hit: false },
        { text: 'ёлка', hit: true },
      ],
    },
  ]);
});

it('tracks, rooms and FAQs are found by a part of a run', async () => {
  const word = unique();
  const title = `${word} ${TEXT}`;
  const [dj, host, staff] = [await asCreator({ role: 'dj' }), await asViewer(), await asStaff('owner')];
  await aTrack(dj, undefined, { title });
  await aRoom(host, { title });
  await staff.post('support/faqs', {
    category: 'search',
    language: 'ja',
    question: title,
    answer: 'A',
    published: true,
  });
  for (const typed of TYPED) {
    expect((await found(dj, 'dj/tracks?', `${word} ${typed}`)).items, typed).toHaveLength(1);
    expect((await found(guest, 'rooms?', `${word} ${typed}`)).items, typed).toHaveLength(1);
    expect((await found(guest, 'support/faqs/search?', `${word} ${typed}`)).items, typed).toHaveLength(1);
  }
});

it('a long post in Chinese shows the part around its words', async () => {
  const author = await asViewer();
  await aPost(author, { text: `${'天气很好，'.repeat(300)}直播演唱会${'明天再见。'.repeat(20)}` });
  const { posts } = await found(guest, 'search?type=posts&', '演唱会');
  const parts: { text: string; hit: boolean }[] = posts.items[0].highlights[0].parts;
  expect(parts.filter(({ hit }) => hit)).toEqual([{ text: '演唱会', hit: true }]);
  expect(parts.map(({ text }) => text).join('')).toMatch(/^….*直播演唱会明天.*…$/);
});

it('letters that are written in parts are found as the letters they make', async () => {
  const word = unique();
  const text = 'ガラス 한국어를 синий';
  await (await asViewer()).put('user/profile', { displayName: `${word} ${text.normalize('NFD')}` });
  for (const typed of ['ガラス', '국어', 'синий', 'синий'.normalize('NFD')])
    expect((await found(guest, 'users?', `${word} ${typed}`)).items, typed).toHaveLength(1);
});

it('a search no longer finds what a text said before, or a post that was deleted', async () => {
  const author = await asViewer();
  const postId = await aPost(author, { text: '古い歌詞集' });
  const items = async (q: string) => (await found(guest, 'search?type=posts&', q)).posts.items;
  expect(await items('歌詞')).toHaveLength(1);
  await author.put(`content/posts/${postId}`, { text: '新しい楽譜集' });
  expect([await items('歌詞'), (await items('楽譜')).length]).toEqual([[], 1]);
  await author.delete(`content/posts/${postId}`);
  expect(await items('楽譜')).toEqual([]);
});

it('the index spells letters as the search does', async () => {
  const rows = await testContext().db.all<{ letter: string; indexed: string }>(sql`SELECT * FROM search_letters`);
  expect(new Map(rows.map(({ letter, indexed }) => [letter, indexed]))).toEqual(INDEXED_LETTERS);
});
