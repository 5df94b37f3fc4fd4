/** The files of a post are for those who see the post: of a public one for anyone, of another by the links they got. */
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { travel } from '#test/support/accounts';
import { client } from '#test/support/api';
import { requestWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { asReviewer, banned } from '#test/support/decisions';
import { picture, png } from '#test/support/files';
import { asCreator, asViewer, type Person } from '#test/support/users';
import { sweepOutbox } from '@/queues/outbox';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';
import { makeCountingD1, readCounts, resetCounts } from '../../../scripts/bench/counting-d1';

const guest = client();
const read = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  exports.default.fetch(url, { method, headers });
const bare = (url: string) => url.replace(/\?.*/, '');

interface Shown {
  id: string;
  media: { url: string }[];
}
const urlIn = ({ media }: Shown, position = 0) => media[position]?.url ?? 'none';

async function posted(author: Person, visibility: string, files = [png()]): Promise<Shown> {
  const body = new FormData();
  body.set('text', 'Pictures');
  body.set('visibility', visibility);
  for (const bytes of files) body.append('files', new File([bytes as Uint8Array<ArrayBuffer>], 'a.png'));
  const { status, data } = await author.post('content/posts', body);
  expect(status).toBe(201);
  return data;
}

async function followed() {
  const [creator, follower] = [await asCreator(), await asViewer()];
  await follower.post(`social/follow/${creator.userId}`);
  // By the session: an access token is over long before the links are.
  const session = client({ authorization: `Bearer ${follower.sessionToken}` });
  const shown = async (id: string): Promise<Shown> => (await session.get(`content/posts/${id}`)).data;
  return { creator, follower, shown };
}

async function expectGone(url: string) {
  const response = await read(url);
  expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 'FILE_NOT_FOUND' } }]);
}

describe('a picture of a public post', () => {
  it("is anyone's, and asked for again after minutes", async () => {
    const url = urlIn(await posted(await asViewer(), 'public'));
    expect(url).toBe(bare(url));
    const response = await read(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('public, max-age=300, must-revalidate');
    expect((await read(url, { 'if-none-match': response.headers.get('etag') ?? '' })).status).toBe(304);
  });

  it('is closed while its author is banned or suspended', async () => {
    const [author, staff] = [await asViewer(), await asReviewer('admin_l2')];
    const url = urlIn(await posted(author, 'public'));
    await banned(staff.userId, author.userId, Date.now() + HOUR_MS);
    await expectGone(url);
    await env.DB.prepare("UPDATE users SET status = 'active', banned_until = NULL WHERE id = ?")
      .bind(author.userId)
      .run();
    expect((await read(url)).status).toBe(200);
  });

  it('is gone from its URL as soon as the post is, even while the store still has it', async () => {
    const author = await asViewer();
    const post = await posted(author, 'public');
    const key = new URL(urlIn(post)).pathname.slice('/media/'.length);
    const object = await (await env.MEDIA.get(key))?.arrayBuffer();
    await author.delete(`content/posts/${post.id}`);
    await env.MEDIA.put(key, object ?? '');
    await expectGone(urlIn(post));
  });
});

describe('a picture of a post for followers', () => {
  it('is not there without a link, and opens by the one that a follower got', async () => {
    const { creator, follower, shown } = await followed();
    const post = await posted(creator, 'followers');
    const url = urlIn(await shown(post.id));
    await expectGone(bare(url));
    for (const query of ['', 'nonsense', follower.accessToken]) await expectGone(`${bare(url)}?token=${query}`);
    const response = await read(url);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/webp']);
  });

  it('is linked wherever the post is shown', async () => {
    const { creator, follower } = await followed();
    const post = await posted(creator, 'followers');
    const lists = [
      await creator.get('content/posts'),
      await follower.get(`content/users/${creator.userId}/posts`),
      await follower.get('content/feed'),
    ].map(({ data }) => data.items);
    const found = (await creator.get('search?type=posts&q=pictures')).data.posts.items;
    for (const items of [...lists, found]) {
      const item = items.find(({ id }: Shown) => id === post.id);
      expect((await read(urlIn(item))).status).toBe(200);
    }
    expect((await read(urlIn(post))).status).toBe(200);
  });

  it('has one URL for an hour, is kept by its reader alone, and is closed after two', async () => {
    const { creator, shown } = await followed();
    const { id } = await posted(creator, 'followers');
    const hour = Date.now() - (Date.now() % HOUR_MS) + HOUR_MS;
    const goTo = (time: number) => travel(time - Date.now());
    goTo(hour);
    const url = urlIn(await shown(id));
    expect((await read(url)).headers.get('cache-control')).toBe('private, max-age=7200');
    goTo(hour + 59 * MINUTE_MS);
    expect(urlIn(await shown(id))).toBe(url);
    expect((await read(url)).headers.get('cache-control')).toBe('private, max-age=3660');
    goTo(hour + 60 * MINUTE_MS);
    expect(urlIn(await shown(id))).not.toBe(url);
    expect((await read(url)).status).toBe(200);
    goTo(hour + 120 * MINUTE_MS);
    await expectGone(url);
  });

  it('does not open by the link of another', async () => {
    const { creator, shown } = await followed();
    const { id } = await posted(creator, 'followers', [png(), png()]);
    const { media } = await shown(id);
    const [one, other] = media.map(({ url }) => url);
    await expectGone(`${bare(one ?? '')}${new URL(other ?? '').search}`);
  });

  it('comes in its widths, in parts, and not twice, by the same link', async () => {
    const { creator, shown } = await followed();
    const { id } = await posted(creator, 'followers', [picture(800, 400)]);
    const url = urlIn(await shown(id));
    const whole = new Uint8Array(await (await read(url)).arrayBuffer());
    const narrow = await read(`${url}&w=320`);
    expect(narrow.status).toBe(200);
    expect((await narrow.arrayBuffer()).byteLength).toBeLessThan(whole.length);
    await expectGone(`${bare(url)}?w=320`);

    const head = await read(url, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, `${whole.length}`, '']);
    const part = await read(url, { range: 'bytes=4-9' });
    expect(part.status).toBe(206);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(whole.slice(4, 10));
    const again = await read(url, { 'if-none-match': head.headers.get('etag') ?? '' });
    expect([again.status, again.headers.get('cache-control')]).toEqual([
      304,
      expect.stringMatching(/^private, max-age=\d+$/),
    ]);
    for (const [method, headers] of [
      ['HEAD', {}],
      ['GET', { range: 'bytes=4-9' }],
      ['GET', { 'if-none-match': head.headers.get('etag') ?? '' }],
    ] as const)
      expect((await read(bare(url), headers, method)).status).toBe(404);
  });

  it('costs a statement without a link and none with one', async () => {
    const { creator, shown } = await followed();
    const { id } = await posted(creator, 'followers');
    const url = urlIn(await shown(id));
    const DB = makeCountingD1(env.DB);
    for (const [link, status, statements, rowsRead] of [
      [url, 200, 0, 0],
      [bare(url), 404, 1, 2],
    ] as const) {
      resetCounts();
      expect((await requestWith({ DB }, new Request(link))).status).toBe(status);
      expect(readCounts()).toMatchObject({ statements, rowsRead, rowsWritten: 0 });
    }
  });

  it('leaves the store with the post', async () => {
    const { creator, shown } = await followed();
    const { id } = await posted(creator, 'subscribers');
    const url = urlIn((await creator.get(`content/posts/${id}`)).data);
    expect((await shown(id)) ?? null).toBeNull();
    await creator.delete(`content/posts/${id}`);
    await sweepOutbox({ ...testContext(), now: () => Date.now() + MINUTE_MS });
    await expectGone(url);
  });
});

describe('another visibility', () => {
  it('closes the pictures to all who have no link, and opens them again', async () => {
    const { creator, shown } = await followed();
    const post = await posted(creator, 'public', [png(), png()]);
    const urls = post.media.map(({ url }) => url);
    for (const visibility of ['followers', 'subscribers']) {
      await creator.put(`content/posts/${post.id}`, { visibility });
      for (const url of urls) await expectGone(url);
    }
    const { data } = await creator.put(`content/posts/${post.id}`, { visibility: 'followers' });
    expect((await read(urlIn(data, 1))).status).toBe(200);
    expect((await read(urlIn(await shown(post.id), 1))).status).toBe(200);

    await creator.put(`content/posts/${post.id}`, { visibility: 'public' });
    expect((await shown(post.id)).media.map(({ url }) => url)).toEqual(urls);
    for (const url of urls) expect((await read(url)).status).toBe(200);
    // A link from before says until when its reader may keep the file, and no more.
    expect((await read(urlIn(data))).headers.get('cache-control')).toContain('private');
  });

  it('is of one post alone', async () => {
    const creator = await asCreator();
    const [one, other] = [await posted(creator, 'public'), await posted(creator, 'public')];
    await creator.put(`content/posts/${one.id}`, { visibility: 'followers', text: 'Other words' });
    await expectGone(urlIn(one));
    expect((await read(urlIn(other))).status).toBe(200);
  });

  it('of whoever is not its author changes nothing', async () => {
    const post = await posted(await asCreator(), 'public');
    expect((await (await asViewer()).put(`content/posts/${post.id}`, { visibility: 'followers' })).status).toBe(403);
    expect((await guest.put(`content/posts/${post.id}`, { visibility: 'followers' })).status).toBe(401);
    expect((await read(urlIn(post))).status).toBe(200);
  });
});

describe('the files of posts from before', () => {
  it('were closed by the migration where the post was not public', async () => {
    const creator = await asCreator();
    const [open, closed] = [await posted(creator, 'public'), await posted(creator, 'followers')];
    await env.DB.prepare('UPDATE media_files SET private = 0 WHERE owner_id = ?').bind(creator.userId).run();
    expect((await read(bare(urlIn(closed)))).status).toBe(200);
    const migration = env.MIGRATIONS.find(({ name }) => name.startsWith('0026'));
    const closing = migration?.queries.find((query) => query.includes('UPDATE media_files'));
    await env.DB.prepare(closing ?? '').run();
    await expectGone(bare(urlIn(closed)));
    expect((await read(urlIn(open))).status).toBe(200);
  });
});
