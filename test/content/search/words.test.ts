/** One rule for the words of every list that is searched by them, whichever door it has. */
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aPost } from '#test/support/posts';
import { aStream } from '#test/support/streams';
import { asCreator } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { encodeCursor } from '@/http/envelope';

const guest = client();

/** Each with its list in what it answers, and whether it may be asked without words. */
const DOORS = [
  { path: 'users?', optional: true },
  { path: 'social/creators?', optional: true },
  { path: 'sessions?', optional: true },
  { path: 'stream/live?', optional: true },
  { path: 'viewer/live?', optional: true },
  { path: 'viewer/search?', optional: false },
  { path: 'search?type=users&', list: 'users', optional: false },
  { path: 'search?type=streams&', list: 'streams', optional: false },
  { path: 'search?type=posts&', list: 'posts', optional: false },
] as const;

/** A text, and what people type to find it: part of a run, or letters without their marks. */
const TYPED = [
  ['東京都音楽祭', '音楽'],
  ['東京都音楽祭', '祭'],
  ['東京都音楽祭', '東京 音楽祭'],
  ['今夜直播唱歌', '直播'],
  ['ライブコンサート', 'コンサート'],
  ['한국어를', '국어'],
  ['สวัสดีชาวโลก', 'ชาว'],
  ['新品iPhone手机壳', 'iphone手机'],
  ['ёлка', 'елка'],
  ['Τραγούδι', 'τραγουδι'],
  ['Łódź', 'lodz'],
  ['Straße', 'strasse'],
  ['Smørrebrød', 'smorrebrod'],
  ['ışık', 'isik'],
  ['ISIK', 'ışık'],
  ['مُحَمَّد أحمد', 'محمد احمد'],
] as const;

async function find(door: (typeof DOORS)[number], q: string): Promise<{ status: number; items: unknown[] }> {
  const { status, data } = await guest.get(`${door.path}q=${encodeURIComponent(q)}`);
  return { status, items: ('list' in door ? data?.[door.list] : data)?.items };
}

/** Found by every door, by any of these words. */
async function somethingCalled(words: string): Promise<void> {
  const creator = await asCreator();
  await testContext().db.update(users).set({ displayName: words }).where(eq(users.id, creator.userId));
  await aStream(creator, { title: words });
  await aPost(creator, { text: words });
}

beforeAll(() => somethingCalled('"*"() 😀 ___'));

describe.each(DOORS)('$path', (door) => {
  it.each(['"', '*', '()', '😀', '___', '" OR "', '\u200d\ufeff', '\u200f'])(
    'finds nothing by %j, in which there is no word',
    async (q) => {
      expect(await find(door, q)).toEqual({ status: 200, items: [] });
    },
  );

  it.each(['', '   '])('takes %j for no words', async (q) => {
    const { status, items } = await find(door, q);
    if (door.optional) expect([status, items.length > 0]).toEqual([200, true]);
    else expect(status).toBe(422);
  });

  it('finds by the beginning of a word, but by a single letter the word of that letter alone', async () => {
    const word = `q${crypto.randomUUID().slice(0, 8)}`;
    await somethingCalled(`${word} zebra`);
    await somethingCalled(`${word} z`);
    for (const [q, found] of [
      [word.slice(0, 6), 2],
      [`${word} zeb`, 1],
      [`${word} ze`, 1],
      [`${word} z`, 1],
    ] as const)
      expect((await find(door, q)).items, q).toHaveLength(found);
  });

  it.each([
    ['ＡＤＡ', 'ADA'],
    ['𝓐𝓭𝓪', 'Ada'],
    ['ﬁre', 'fire'],
    ['x²', 'x2'],
    ['Ⅻ', 'XII'],
    ['½', '1/2'],
    ['ｶﾅ', 'カナ'],
    ['x² ＡＤＡ', 'x2 ADA'],
  ])('finds %j, and what is written %j, by the former', async (styled, plain) => {
    const word = `q${crypto.randomUUID().slice(0, 8)}`;
    await somethingCalled(`${word} ${styled}`);
    expect((await find(door, `${word} ${styled}`)).items).toHaveLength(1);
    await somethingCalled(`${word} ${plain}`);
    expect((await find(door, `${word} ${styled}`)).items).toHaveLength(2);
    expect((await find(door, `${word} ${plain}`)).items).toHaveLength(1);
  });

  it.each(TYPED)('finds %j by %j', async (text, typed) => {
    const word = `q${crypto.randomUUID().slice(0, 8)}`;
    await somethingCalled(`${word} ${text}`);
    expect((await find(door, `${word} ${typed}`)).items).toHaveLength(1);
    expect((await find(door, `${word} ${text}`)).items).toHaveLength(1);
  });

  it.each([
    ['йод', 'иод'],
    ['日本音楽', '本日'],
    ['日本 音楽', '日音'],
    ['ดี', 'ดู'],
  ])('does not find %j by %j', async (text, typed) => {
    const word = `q${crypto.randomUUID().slice(0, 8)}`;
    await somethingCalled(`${word} ${text}`);
    expect((await find(door, `${word} ${typed}`)).items).toEqual([]);
  });

  it.each([
    ['10,000 characters', 'x'.repeat(10_000)],
    ['101 characters', 'x'.repeat(101)],
    ['NUL', 'a\u0000b'],
    ['a bidirectional override', 'a\u202eb'],
    ['two lines', 'a\nb'],
  ])('refuses %s', async (_, q) => {
    expect((await find(door, q)).status).toBe(422);
  });

  it('takes halves of characters for none', async () => {
    const list = await guest.get(`${door.path}q=%ED%A0%80`);
    expect(list.status).toBe(200);
  });

  it.each(['perPage=0', 'perPage=101', 'perPage=1.5', 'perPage=x', 'unknown=1', 'q=a&q=b'])(
    'refuses %s',
    async (query) => {
      expect((await guest.get(`${door.path}q=jazz&${query}`)).status).toBe(422);
    },
  );

  it.each(['page=0', 'page=-1', 'page=1e9', 'page=', 'page[]=1'])('has no page for %s', async (query) => {
    expect((await guest.get(`${door.path}q=jazz&${query}`)).status).toBe(422);
  });

  it('has nothing on a page far behind the last', async () => {
    if ('list' in door) return;
    const { status, data } = await guest.get(`${door.path}q=jazz&page=10000&perPage=100`);
    expect([status, data.items]).toEqual([200, []]);
  });
});

it.each([
  ['search?type=users&q=jazz', 'streams_fts jazz'],
  ['search?type=streams&q=jazz', 'users_fts jazz'],
  ['search?type=posts&q=jazz', 'posts_fts rock'],
])('%s refuses a cursor of another list', async (path, list) => {
  const cursor = encodeCursor(list, [-1, 1]);
  expect((await guest.get(`${path}&cursor=${cursor}`)).error.code).toBe('CURSOR_INVALID');
  for (const forged of ['x'.repeat(501), '%00', '%ED%A0%80', Buffer.from('[]').toString('base64url')])
    expect((await guest.get(`${path}&cursor=${forged}`)).status).toBe(422);
});
