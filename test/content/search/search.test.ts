import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aStream } from '#test/support/streams';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { block } from '@/domains/people/social/block';
import { encodeCursor } from '@/http/envelope';

const guest = client();

/** A word that no other test has. */
const aWord = () => `w${crypto.randomUUID().replaceAll('-', '')}`.slice(0, 20);
const path = (query: Record<string, string | number>) =>
  `search?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`;
const titles = (streams: { items: { title: string }[] }) => streams.items.map(({ title }) => title);
const ids = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);

async function named(displayName: string, username?: string): Promise<Person> {
  const person = await asUser();
  await testContext()
    .db.update(users)
    .set({ displayName, ...(username ? { username } : {}) })
    .where(eq(users.id, person.userId));
  return person;
}

async function findStreams(q: string, reader = guest) {
  const { status, data } = await reader.get(path({ q, type: 'streams' }));
  expect(status).toBe(200);
  return data.streams;
}

test('a guest finds users and streams, a page of each, and asks for fewer types or more', async () => {
  const word = aWord();
  const creator = await asCreator();
  const [id, person] = [await aStream(creator, { title: `About ${word}` }), await named(`The ${word}`)];
  const { status, data } = await guest.get(path({ q: word }));
  expect(status).toBe(200);
  expect(Object.keys(data)).toEqual(['users', 'streams']);
  expect(data.users).toMatchObject({
    items: [{ id: person.userId, displayName: `The ${word}`, isLive: false }],
    pagination: { nextCursor: null, perPage: 20 },
  });
  expect(data.streams.items).toMatchObject([{ id, creator: { id: creator.userId }, status: 'live' }]);
  expect(data.streams.items[0]).not.toHaveProperty('earnings');
  expect(Object.keys((await guest.get(path({ q: word, type: 'streams,streams' }))).data)).toEqual(['streams']);
});

test('an unfinished last word finds, an unfinished one before it does not', async () => {
  const word = aWord();
  await aStream(await asCreator(), { title: `${word} sunrise` });
  expect(titles(await findStreams(`${word} sunr`))).toHaveLength(1);
  expect(titles(await findStreams(`sunr ${word}`))).toHaveLength(0);
  expect(titles(await findStreams(`${word} moon`))).toHaveLength(0);
});

test.each([
  ['café', 'CAFE'],
  ['Senor', 'señor'],
  ['Žižek', 'zizek'],
  ['ışık', 'IŞIK'],
  ['İstanbul', 'istanbul'],
  ['Istanbul', 'İSTANBUL'],
  ['ışık', 'ışık'],
  ['日本語の音楽', '日本'],
  ['東京 音楽祭', '音楽'],
  ['موسيقى هادئة', 'موسيق'],
  ['שלום עולם', 'עולם'],
  ['हिन्दी गाने', 'हिन्दी'],
  ['🎸 guitar', '🎸 guitar'],
])('%j is found by %j', async (title, q) => {
  const id = await aStream(await asCreator(), { title });
  expect(ids(await findStreams(q))).toContain(id);
});

test('without spaces between them, every word may be unfinished', async () => {
  const id = await aStream(await asCreator(), { title: '京都散歩 桜満開' });
  expect(ids(await findStreams('京都 桜'))).toContain(id);
});

test('what is found is told in parts of plain text, whatever stands around it', async () => {
  const word = aWord();
  const filler = 'lorem ipsum dolor sit amet '.repeat(30);
  await aStream(await asCreator(), {
    title: `<b>Café</b> & ${word}`,
    description: `${filler}“${word}” <script>alert(1)</script> ${filler}`,
  });
  const [item] = (await findStreams(`cafe ${word}`)).items;
  expect(item.highlights[0]).toEqual({
    field: 'title',
    parts: [
      { text: '<b>', hit: false },
      { text: 'Café', hit: true },
      { text: '</b> & ', hit: false },
      { text: word, hit: true },
    ],
  });
  const [, { field, parts }] = item.highlights;
  expect(field).toBe('description');
  expect(parts.filter(({ hit }: { hit: boolean }) => hit)).toEqual([{ text: word, hit: true }]);
  const text = parts.map((part: { text: string }) => part.text).join('');
  expect(text.length).toBeLessThan(300);
  expect(text).toMatch(/^….*…$/);
});

test('a title counts for more than a description, a whole word for more than a beginning', async () => {
  const word = aWord();
  const creator = await asCreator();
  const given = { status: 'ended' as const };
  await aStream(creator, { ...given, title: `${word} here` });
  await aStream(creator, { ...given, title: `${word}ish here` });
  expect(titles(await findStreams(word))).toEqual([`${word} here`, `${word}ish here`]);
  await aStream(creator, { ...given, title: 'elsewhere', description: `${word} here` });
  expect(titles(await findStreams(word))[0]).toBe(`${word} here`);
  expect(titles(await findStreams(`${word} here`))).toEqual([`${word} here`, 'elsewhere']);
});

test('of whole words the denser title comes first, of equal ones the newer, and beginnings after them all', async () => {
  const word = aWord();
  const creator = await asCreator();
  const given = { status: 'ended' as const };
  await aStream(creator, { ...given, title: 'elsewhere', description: `a ${word} in many other words` });
  await aStream(creator, { ...given, title: `${word}ish` });
  await aStream(creator, { ...given, title: `${word} with four more words` });
  await aStream(creator, { ...given, title: `older ${word}` });
  await aStream(creator, { ...given, title: `newer ${word}` });
  expect(titles(await findStreams(word))).toEqual([
    ...[`newer ${word}`, `older ${word}`, `${word} with four more words`],
    ...['elsewhere', `${word}ish`],
  ]);
});

test('an unfinished word is told where it was found', async () => {
  const word = aWord();
  await aStream(await asCreator(), { title: `The ${word}ing`, description: `and ${word}ed` });
  const [item] = (await findStreams(word)).items;
  const hits = item.highlights.map(({ parts }: { parts: { text: string; hit: boolean }[] }) =>
    parts.filter(({ hit }) => hit),
  );
  expect(hits).toEqual([[{ text: `${word}ing`, hit: true }], [{ text: `${word}ed`, hit: true }]]);
});

test('whoever has exactly this username comes first, with an at sign or without', async () => {
  const word = aWord();
  await named(word, `${word}_and_more`);
  const exact = await named('Somebody else', word);
  await named(`${word} ${word}`);
  for (const q of [word, `@${word.toUpperCase()}`]) {
    const { data } = await guest.get(path({ q, type: 'users' }));
    expect(data.users.items).toHaveLength(3);
    expect(data.users.items[0]).toMatchObject({
      id: exact.userId,
      highlights: [{ field: 'username', parts: [{ text: word, hit: true }] }],
    });
  }
});

test('pages go on by the rank, none twice and none left out', async () => {
  const word = aWord();
  const creator = await asCreator();
  for (const n of [1, 2, 3, 4, 5]) await aStream(creator, { title: `${word} ${n}`, status: 'ended' });
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { data }: { data: { streams: { items: { title: string }[]; pagination: { nextCursor: string | null } } } } =
      await guest.get(path({ q: word, type: 'streams', perPage: 2, ...(cursor ? { cursor } : {}) }));
    seen.push(...titles(data.streams));
    cursor = data.streams.pagination.nextCursor;
  }
  expect(seen).toEqual([5, 4, 3, 2, 1].map((n) => `${word} ${n}`));
});

test('users page on after the exact one', async () => {
  const word = aWord();
  const people = [await named('x', word), await named(`${word} b`), await named(`${word} c`)];
  const first = (await guest.get(path({ q: word, type: 'users', perPage: 1 }))).data.users;
  const cursor = first.pagination.nextCursor;
  const rest = (await guest.get(path({ q: word, type: 'users', perPage: 5, cursor }))).data.users;
  expect([...ids(first), ...ids(rest)]).toEqual([people[0], people[2], people[1]].map((person) => person?.userId));
  expect(rest.pagination.nextCursor).toBeNull();
});

test('a cursor that is forged, of other words or of another list is 422', async () => {
  const forged = encodeCursor('streams_fts jazz', ['0 OR 1', 1]);
  for (const cursor of ['nonsense', encodeCursor('streams_fts rock', [-1, 1]), encodeCursor('x', []), forged])
    expect((await guest.get(path({ q: 'jazz', type: 'streams', cursor }))).error.code).toBe('CURSOR_INVALID');
  const several = await guest.get(path({ q: 'jazz', cursor: encodeCursor('streams_fts jazz', [-1, 1]) }));
  expect(several.status).toBe(422);
});

test.each([
  ['operators', 'AND OR NOT NEAR(a b, 2) -c title:x ^d'],
  ['quotes', `"'"" * "`],
  ['a quoted operator', '" OR "a'],
  ['emoji', '💥🎉'],
  ['punctuation', '*()^:+-{}'],
  ['a percent sign and a backslash', '%_\\'],
  ['lone surrogates and joiners', '\u200d\ufeff'],
  ['marks without letters', '\u0301 \u093e'],
  ['a mark after a word', 'jazz \u0301'],
  ['Turkish letters only', 'ışİğ '.repeat(20)],
  ['half a character', '\ud83d'],
  ['a hundred characters', 'x'.repeat(100)],
  ['a hundred words of one letter', 'a '.repeat(50)],
  ['right to left', 'مرحبا'],
])('%s are words or nothing, and no syntax', async (_, q) => {
  const { status, data } = await guest.get(path({ q }));
  expect(status).toBe(200);
  expect(Array.isArray(data.users.items) && Array.isArray(data.streams.items)).toBe(true);
});

test.each([
  ['no words', {}],
  ['empty words', { q: '' }],
  ['spaces', { q: '   ' }],
  ['500 characters', { q: 'x'.repeat(500) }],
  ['NUL', { q: 'a\u0000b' }],
  ['a forged mark', { q: 'a\u0002b' }],
  ['a type that is not there', { q: 'a', type: 'users,emails' }],
  ['an empty type', { q: 'a', type: '' }],
  ['too large a page', { q: 'a', perPage: 101 }],
  ['an unknown field', { q: 'a', page: 2 }],
])('%s is 422', async (_, query) => {
  expect((await guest.get(path(query))).error).toMatchObject({ code: 'VALIDATION_FAILED' });
});

test('a text with no word in it finds nothing', async () => {
  await aStream(await asCreator(), { title: '💥' });
  const { data } = await guest.get(path({ q: '💥' }));
  expect([data.users.items, data.streams.items]).toEqual([[], []]);
});

test('a block hides both from each other, and neither from staff', async () => {
  const word = aWord();
  const [creator, viewer, staff] = [await asCreator(), await asViewer(), await asStaff('support')];
  const ctx = testContext();
  await ctx.db.update(users).set({ displayName: word }).where(eq(users.id, creator.userId));
  await aStream(creator, { title: word });
  const found = async (reader: Pick<Person, 'get'>) => {
    const { data } = await reader.get(path({ q: word }));
    return [data.users.items.length, data.streams.items.length];
  };
  expect(await found(viewer)).toEqual([1, 1]);
  await block(ctx, creator.userId, viewer.userId);
  expect(await found(viewer)).toEqual([0, 0]);
  expect(await found(staff)).toEqual([1, 1]);
  const other = await asViewer();
  await block(ctx, other.userId, creator.userId);
  expect(await found(other)).toEqual([0, 0]);
});

test('who is banned or deleted is not found, nor what they stream', async () => {
  const word = aWord();
  for (const status of ['banned', 'deleted'] as const) {
    const creator = await asCreator();
    await testContext().db.update(users).set({ status, displayName: word }).where(eq(users.id, creator.userId));
    await aStream(creator, { title: word });
  }
  const { data } = await guest.get(path({ q: word }));
  expect([data.users.items, data.streams.items]).toEqual([[], []]);
});

test('a private stream is found by its creator alone, and one that was called off by nobody', async () => {
  const word = aWord();
  const creator = await asCreator();
  await aStream(creator, { title: `${word} private`, visibility: 'private' });
  await aStream(creator, { title: `${word} off`, status: 'cancelled' });
  expect(titles(await findStreams(word))).toEqual([]);
  expect(titles(await findStreams(word, await asCreator()))).toEqual([]);
  expect(titles(await findStreams(word, creator))).toEqual([`${word} private`]);
});

test('a renamed user is found by the new name alone', async () => {
  const [before, after] = [aWord(), aWord()];
  const person = await named(before);
  await testContext().db.update(users).set({ displayName: after }).where(eq(users.id, person.userId));
  expect((await guest.get(path({ q: before }))).data.users.items).toEqual([]);
  expect(ids((await guest.get(path({ q: after }))).data.users)).toEqual([person.userId]);
});
