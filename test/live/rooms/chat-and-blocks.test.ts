/** History over HTTP leaves out what a block hides, for each reader by themselves, although its pages are shared. */
import type { SQL } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { plansOf } from '#test/support/plans';
import { anOpenStream } from '#test/support/streams';
import { actorOf, asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import type { Visibility } from '@/contracts/room-command';
import { blockedAmong } from '@/domains/base/visibility/people';
import { block, unblock } from '@/domains/people/social/block';
import { encodeCursor } from '@/http/envelope';

const guest = client();
type Reader = Pick<Person, 'get'>;

const textsOf = async (reader: Reader, path: string) => {
  const { status, data, headers } = await reader.get(path);
  expect(status).toBe(200);
  return {
    texts: data.items.map(({ text }: { text: string }) => text),
    cursor: data.pagination.nextCursor as string | null,
    cache: headers.get('cache-control'),
  };
};

test.each<Visibility>(['public', 'followers'])(
  'the history of a %s stream hides both sides of a block from each other, and from nobody else',
  async (visibility) => {
    const [creator, one, other, third] = [await asCreator(), await asViewer(), await asViewer(), await asViewer()];
    for (const person of [one, other, third]) await person.post(`social/follow/${creator.userId}`);
    const id = await anOpenStream(creator, { visibility });
    for (const person of [one, other, third])
      expect((await person.post(`sessions/${id}/chat`, { text: person.username })).status).toBe(201);
    const all = [third.username, other.username, one.username];
    await block(testContext(), one.userId, other.userId);
    const older = encodeCursor('chat', [1_000]);
    // The same pages for all of them, the first time made for the creator.
    for (const path of ['stream/chat', 'sessions'].map((name) =>
      name === 'sessions' ? `sessions/${id}/chat` : `${name}/${id}`,
    ))
      for (const query of ['', `?cursor=${older}`]) {
        const read = async (reader: Reader) => (await textsOf(reader, `${path}${query}`)).texts;
        expect(await read(creator)).toEqual(all);
        expect(await read(one)).toEqual([third.username, one.username]);
        expect(await read(other)).toEqual([third.username, other.username]);
        expect(await read(third)).toEqual(all);
        expect(await read(await asStaff('admin_l1'))).toEqual(all);
        if (visibility === 'public') expect(await read(guest)).toEqual(all);
      }
    await unblock(testContext(), one.userId, other.userId);
    expect((await textsOf(one, `stream/chat/${id}?cursor=${older}`)).texts).toEqual(all);
  },
);

test('what someone said does not reach the other side of a block in an answer to it', async () => {
  const [creator, one, other, third] = [await asCreator(), await asViewer(), await asViewer(), await asViewer()];
  const id = await anOpenStream(creator);
  const said = await one.post(`sessions/${id}/chat`, { text: 'My secret' });
  const reply = { text: 'Really?', replyTo: said.data.id.toUpperCase() };
  const { data } = await third.post('stream/chat/message', { streamId: id, ...reply });
  expect(data.replyTo).toMatchObject({ id: said.data.id, userId: one.userId, text: 'My secret' });
  await block(testContext(), one.userId, other.userId);
  const read = async (reader: Reader) => (await reader.get(`sessions/${id}/chat`)).data.items;
  expect((await read(third))[0]).toEqual(data);
  expect((await read(one))[0]).toEqual(data);
  const [shown, ...others] = await read(other);
  expect(others).toEqual([]);
  expect(shown).toMatchObject({ text: 'Really?' });
  expect(shown).not.toHaveProperty('replyTo');
});

test('a page that a block leaves empty still has a next page', async () => {
  const [creator, me, loud] = [await asCreator(), await asViewer(), await asViewer()];
  const id = await anOpenStream(creator);
  await me.post(`sessions/${id}/chat`, { text: 'mine' });
  for (const text of ['1', '2', '3']) await loud.post(`sessions/${id}/chat`, { text });
  await block(testContext(), me.userId, loud.userId);
  const pages: string[][] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Awaited<ReturnType<typeof textsOf>> = await textsOf(
      me,
      `stream/chat/${id}?perPage=2${cursor && `&cursor=${cursor}`}`,
    );
    pages.push(page.texts);
    cursor = page.cursor;
  }
  expect(pages).toEqual([[], ['mine']]);
});

test('chat for signed-in readers is not cached, so that blocks apply at once, and chat for guests may be', async () => {
  const [viewer, id] = [await asViewer(), await anOpenStream(await asCreator())];
  const older = `stream/chat/${id}?cursor=${encodeCursor('chat', [5])}`;
  expect((await textsOf(viewer, older)).cache).toBe('private, no-cache');
  expect((await textsOf(guest, older)).cache).toBe('public, max-age=60');
});

test('the blocks of a page take one statement by keys, and none for guests, for staff or for one’s own messages', async () => {
  const reader = actorOf({ userId: 'u', email: '' });
  const [plan] = await plansOf(async (ctx) => ctx.db.all(blockedAmong(reader, ['a', 'b', 'u']) as SQL)); // there is somebody
  expect(plan?.match(/SEARCH blocks USING (PRIMARY KEY|.*INDEX .*) \(blocker_id=\? AND blocked_id=\?\)/g)).toHaveLength(
    2,
  );
  const staff = { ...reader, staff: { rank: 'support', granted: [], denied: [], country: null } } as const;
  for (const [viewer, ids] of [
    [undefined, ['a']],
    [staff, ['a']],
    [reader, ['u']],
    [reader, []],
  ] as const)
    expect(blockedAmong(viewer, ids)).toBeUndefined();
});
