import { env, exports } from 'cloudflare:workers';
import { describe, expect, it, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { html, mp4, png, svg } from '#test/support/files';
import { aPost } from '#test/support/posts';
import { aSubscriber, aTier } from '#test/support/subscriptions';
import { actorOf, asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import { clearPost } from '@/domains/content/posts/clear';
import { createPost } from '@/domains/content/posts/write-post';
import { newId } from '@/shared/ids';

const guest = client();

function postForm(words: Record<string, string>, files: readonly Uint8Array[] = []): FormData {
  const body = new FormData();
  for (const [name, value] of Object.entries(words)) body.append(name, value);
  for (const bytes of files) body.append('files', new File([bytes as Uint8Array<ArrayBuffer>], '../../etc/passwd.png'));
  return body;
}

const write = (author: Person, words: Record<string, string>, files: readonly Uint8Array[] = []) =>
  author.post('content/posts', postForm(words, files));

const rowsOf = async (table: string, postId: string) =>
  (await env.DB.prepare(`SELECT count(*) AS count FROM ${table} WHERE post_id = ?`)
    .bind(postId)
    .first<number>('count')) ?? 0;

describe('a new post', () => {
  it('is shown with its author, and to anyone', async () => {
    const author = await asViewer();
    const { status, data } = await write(author, { text: '  Grüße 👋🏽\nzweite Zeile  ' });
    expect(status).toBe(201);
    expect(data).toMatchObject({
      authorId: author.userId,
      author: { username: author.username },
      text: 'Grüße 👋🏽\nzweite Zeile',
      visibility: 'public',
      media: [],
      likeCount: 0,
      commentCount: 0,
      liked: false,
      editedAt: null,
    });
    const { following, ...card } = data.author;
    expect(following).toBe(false);
    expect((await guest.get(`content/posts/${data.id}`)).data).toEqual({ ...data, author: card });
    expect((await author.get('content/posts')).data.items).toEqual([data]);
  });

  it('has pictures in the order of the form, under names of our own', async () => {
    const author = await asViewer();
    const { status, data } = await write(author, { text: 'Two' }, [png(), png()]);
    expect(status).toBe(201);
    expect(data.media).toMatchObject([
      { type: 'image', contentType: 'image/webp', width: 1, height: 1 },
      { type: 'image', contentType: 'image/webp', width: 1, height: 1 },
    ]);
    expect(JSON.stringify(data)).not.toContain('passwd');
    const picture = await guest.get(new URL(data.media[1].url).pathname);
    expect(picture.status).toBe(200);
  });

  it.each([
    ['no words', { text: ' \n ' }],
    ['nothing to be seen', { text: '\u200b\u2060\ufe0f' }],
    ['no text at all', { visibility: 'public' }],
    ['2,001 characters', { text: '👋'.repeat(2_001) }],
    ['control characters', { text: 'a\u0000b' }],
    ['a visibility that there is not', { text: 'a', visibility: 'private' }],
    ['a field that is not known', { text: 'a', title: 'b' }],
    ['an upload that is no id', { text: 'a', mediaUploadIds: 'x' }],
    ['a file sent as words', { text: 'a', files: 'no file' }],
  ])('is refused for %s', async (_, words) => {
    expect(await write(await asViewer(), words as Record<string, string>)).toMatchObject({
      status: 422,
      error: { code: 'VALIDATION_FAILED' },
    });
  });

  it('may have 2,000 characters, however many bytes they are', async () => {
    expect((await write(await asViewer(), { text: '👋'.repeat(2_000) })).status).toBe(201);
  });

  it.each([
    ['eleven pictures', Array.from({ length: 11 }, () => png()), 422],
    ['an empty part', [new Uint8Array()], 422],
    ['a good picture and a vector graphic', [png(), svg()], 415],
    ['a page', [html()], 415],
  ])('is refused for %s, and leaves nothing behind', async (_, files, status) => {
    const author = await asViewer();
    expect((await write(author, { text: 'Pictures' }, files)).status).toBe(status);
    expect((await author.get('content/posts')).data.items).toEqual([]);
    const { results } = await env.DB.prepare('SELECT key FROM media_files WHERE owner_id = ?')
      .bind(author.userId)
      .all();
    expect(results).toEqual([]);
  });

  it('has videos that were sent before, each of them once', async () => {
    const author = await asViewer();
    const video = mp4();
    const announced = await author.post('media/uploads', {
      kind: 'post-video',
      contentType: 'video/mp4',
      bytes: video.length,
    });
    const { id, url, headers } = announced.data;
    const early = await write(author, { text: 'Too early', mediaUploadIds: id });
    expect(early.error.code).toBe('UPLOAD_INCOMPLETE');
    const sent = await exports.default.fetch(url, { method: 'PUT', headers, body: video as Uint8Array<ArrayBuffer> });
    expect(sent.status).toBe(200);
    expect((await write(await asViewer(), { text: 'Not mine', mediaUploadIds: id })).status).toBe(404);
    const post = await write(author, { text: 'A video', mediaUploadIds: id }, [png()]);
    expect(post.data.media).toMatchObject([
      { type: 'image' },
      { type: 'video', contentType: 'video/mp4', width: null, height: null },
    ]);
    expect((await write(author, { text: 'Again', mediaUploadIds: id })).error.code).toBe('UPLOAD_USED');
    await author.delete(`content/posts/${post.data.id}`);
    expect((await guest.get(new URL(post.data.media[1].url).pathname)).status).toBe(404);
  });

  it('takes a video that several posts name at once into one of them', async () => {
    const author = await asViewer();
    const video = mp4();
    const file = { kind: 'post-video', contentType: 'video/mp4', bytes: video.length };
    for (let round = 0; round < 5; round += 1) {
      const { id, url, headers } = (await author.post('media/uploads', file)).data;
      await exports.default.fetch(url, { method: 'PUT', headers, body: video as Uint8Array<ArrayBuffer> });
      const answers = await Promise.all(['a', 'b', 'c'].map((text) => write(author, { text, mediaUploadIds: id })));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    }
  });

  it('is not there if the store fails in the middle, and what was stored is on its way out', async () => {
    const author = await asViewer();
    const ctx = testContext();
    const stored: string[] = [];
    const files = new Proxy(ctx.files, {
      get(target, name) {
        if (name === 'put')
          return async (key: string, ...rest: [never]) => {
            if (stored.length > 0) throw new Error('R2 is away');
            stored.push(key);
            return target.put(key, ...rest);
          };
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const request = new Request('http://localhost/', { method: 'POST', body: postForm({ text: 'a' }, [png(), png()]) });
    await expect(createPost({ ...ctx, files }, actorOf(author), request)).rejects.toMatchObject({
      status: 503,
      code: 'MEDIA_STORE_UNAVAILABLE',
    });
    expect((await author.get('content/posts')).data.items).toEqual([]);
    const { results } = await env.DB.prepare(
      "SELECT event ->> 'key' AS key FROM outbox WHERE event ->> 'kind' = 'delete-media'",
    ).all<{ key: string }>();
    expect(results.map(({ key }) => key)).toContain(stored[0]);
  });

  it('does not take an upload of somebody else, or one twice', async () => {
    const [author, id] = [await asViewer(), newId()];
    expect(await write(author, { text: 'a', mediaUploadIds: id })).toMatchObject({
      status: 404,
      error: { code: 'UPLOAD_NOT_FOUND' },
    });
    const twice = postForm({ text: 'a', mediaUploadIds: id });
    twice.append('mediaUploadIds', id);
    expect((await author.post('content/posts', twice)).status).toBe(422);
  });

  it('is a form, by an account', async () => {
    expect((await (await asViewer()).post('content/posts', { text: 'a' })).status).toBe(415);
    expect((await guest.post('content/posts', postForm({ text: 'a' }))).status).toBe(401);
  });
});

describe('who sees a post', () => {
  async function seenBy(people: Readonly<Record<string, { get: Person['get'] }>>, authorId: string, postId: string) {
    const seen: Record<string, unknown> = {};
    for (const [name, person] of Object.entries(people)) {
      const { status, error } = await person.get(`content/posts/${postId}`);
      const list = await person.get(`content/users/${authorId}/posts`);
      const listed = list.data?.items.some(({ id }: { id: string }) => id === postId) ?? false;
      expect(listed).toBe(status === 200);
      seen[name] = error?.code ?? status;
    }
    return seen;
  }

  it('is for the visibility to say', async () => {
    const creator = await asCreator();
    const subscriber = await aSubscriber(creator, await aTier(creator), 1_000);
    const [follower, stranger, staff] = [await asViewer(), await asViewer(), await asStaff('support')];
    await follower.post(`social/follow/${creator.userId}`);
    const people = { creator, subscriber, follower, stranger, staff, guest };
    expect(await seenBy(people, creator.userId, await aPost(creator, { visibility: 'followers' }))).toEqual({
      creator: 200,
      subscriber: 200,
      follower: 200,
      stranger: 'FOLLOWERS_ONLY',
      staff: 200,
      guest: 'FOLLOWERS_ONLY',
    });
    expect(await seenBy(people, creator.userId, await aPost(creator, { visibility: 'subscribers' }))).toEqual({
      creator: 200,
      subscriber: 200,
      follower: 'SUBSCRIBERS_ONLY',
      stranger: 'SUBSCRIBERS_ONLY',
      staff: 200,
      guest: 'SUBSCRIBERS_ONLY',
    });
  });

  it('a block hides both from each other, whatever they would do', async () => {
    const [author, blocked] = [await asCreator(), await asCreator()];
    const [post, theirs] = [await aPost(author), await aPost(blocked)];
    const said = await blocked.post('content/comments', { postId: post, text: 'Before' });
    await author.post(`social/block/${blocked.userId}`);
    for (const [reader, of, id] of [
      [blocked, author, post],
      [author, blocked, theirs],
    ] as const) {
      const gone = { status: 404, error: { code: 'POST_NOT_FOUND' } };
      expect(await reader.get(`content/posts/${id}`)).toMatchObject(gone);
      expect(await reader.get(`content/posts/${id}/comments`)).toMatchObject(gone);
      expect(await reader.post(`content/posts/${id}/like`)).toMatchObject(gone);
      expect(await reader.post('content/comments', { postId: id, text: 'After' })).toMatchObject(gone);
      expect((await reader.get(`content/users/${of.userId}/posts`)).error.code).toBe('POST_AUTHOR_NOT_FOUND');
      const feed = await reader.get('content/feed/public?perPage=100');
      expect(feed.data.items.map(({ authorId }: { authorId: string }) => authorId)).not.toContain(of.userId);
    }
    expect((await author.get(`content/posts/${post}/comments`)).data.items).toEqual([]);
    // What one wrote oneself one may take back.
    expect((await blocked.delete(`content/comments/${said.data.id}`)).status).toBe(200);
  });

  it('of a banned author, nobody', async () => {
    const author = await asViewer();
    const post = await aPost(author);
    await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(author.userId).run();
    expect((await guest.get(`content/posts/${post}`)).status).toBe(404);
    expect((await guest.get(`content/users/${author.userId}/posts`)).status).toBe(404);
    const feed = await guest.get('content/feed/public?perPage=100');
    expect(feed.data.items.map(({ id }: { id: string }) => id)).not.toContain(post);
  });
});

describe('editing', () => {
  it('sets `editedAt` only if the text changes', async () => {
    const author = await asViewer();
    const id = await aPost(author);
    expect((await author.put(`content/posts/${id}`, { visibility: 'followers' })).data).toMatchObject({
      visibility: 'followers',
      text: 'Hello',
      editedAt: null,
    });
    expect((await author.put(`content/posts/${id}`, { text: 'Hello' })).data.editedAt).toBeNull();
    const edited = await author.put(`content/posts/${id}`, { text: 'Good bye' });
    expect(edited.data).toMatchObject({ text: 'Good bye', visibility: 'followers', editedAt: expect.any(String) });
    expect((await author.get(`content/posts/${id}`)).data).toEqual(edited.data);
  });

  it("is the author's, and not of staff either", async () => {
    const id = await aPost(await asViewer());
    for (const other of [await asViewer(), await asStaff('owner')])
      expect(await other.put(`content/posts/${id}`, { text: 'Mine' })).toMatchObject({
        status: 403,
        error: { code: 'NOT_YOUR_POST' },
      });
    expect((await guest.put(`content/posts/${id}`, { text: 'Mine' })).status).toBe(401);
    expect((await (await asViewer()).put(`content/posts/${newId()}`, { text: 'Mine' })).status).toBe(404);
  });

  it.each([{ text: '' }, { text: 'a'.repeat(2_001) }, { visibility: 'private' }, { likeCount: 5 }])(
    'refuses %j',
    async (changes) => {
      const author = await asViewer();
      expect((await author.put(`content/posts/${await aPost(author)}`, changes)).status).toBe(422);
    },
  );
});

describe('deleting', () => {
  it('takes a post away with media, likes and comments', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const { data } = await write(author, { text: 'Short-lived xylophone' }, [png()]);
    await reader.post(`content/posts/${data.id}/like`);
    const comment = await reader.post('content/comments', { postId: data.id, text: 'Nice' });
    await author.post('content/comments', { postId: data.id, parentId: comment.data.id, text: 'Thanks' });
    await author.post(`content/comments/${comment.data.id}/like`);
    expect((await author.delete(`content/posts/${data.id}`)).status).toBe(200);

    expect((await author.get(`content/posts/${data.id}`)).status).toBe(404);
    expect((await author.get('content/posts')).data.items).toEqual([]);
    expect((await reader.post(`content/posts/${data.id}/like`)).status).toBe(404);
    expect((await author.delete(`content/posts/${data.id}`)).status).toBe(404);
    const found = await env.DB.prepare(
      "SELECT count(*) AS count FROM posts_fts WHERE posts_fts MATCH 'xylophone'",
    ).first();
    expect(found).toEqual({ count: 0 });
    expect((await guest.get(new URL(data.media[0].url).pathname)).status).toBe(404);

    await clearPost(testContext(), data.id);
    await clearPost(testContext(), data.id);
    for (const table of ['post_media', 'post_likes', 'comments']) expect(await rowsOf(table, data.id)).toBe(0);
    expect(await env.DB.prepare('SELECT id FROM posts WHERE id = ?').bind(data.id).first()).toBeNull();
  });

  it('clears nothing that is not hidden', async () => {
    const author = await asViewer();
    const id = await aPost(author);
    await author.post(`content/posts/${id}/like`);
    await clearPost(testContext(), id);
    expect((await author.get(`content/posts/${id}`)).data.likeCount).toBe(1);
  });

  it("is the author's, and of staff who may, and then it is logged", async () => {
    const id = await aPost(await asViewer());
    expect((await (await asViewer()).delete(`content/posts/${id}`)).error.code).toBe('NOT_YOUR_POST');
    expect((await (await asStaff('support')).delete(`content/posts/${id}`)).error.code).toBe('NOT_YOUR_POST');
    const moderator = await asStaff('admin_l1');
    expect((await moderator.delete(`content/posts/${id}`)).status).toBe(200);
    const log = await env.DB.prepare(
      "SELECT staff_id, action FROM staff_log WHERE target_type = 'post' AND target_id = ?",
    )
      .bind(id)
      .first();
    expect(log).toEqual({ staff_id: moderator.userId, action: 'post.delete' });
  });

  it('goes on in another task where there is much to clear', async () => {
    const author = await asViewer();
    const id = await aPost(author);
    await env.DB.prepare(
      `INSERT INTO comments (id, post_id, author_id, text, created_at)
       WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 11000)
       SELECT ?1 || n, ?1, ?2, 'a', 0 FROM n`,
    )
      .bind(id, author.userId)
      .run();
    const sent: unknown[] = [];
    const ctx = testContext();
    const tasks = { ...ctx.queues.tasks, send: async (task: unknown) => void sent.push(task) };
    await env.DB.prepare('UPDATE posts SET removed_at = 1 WHERE id = ?').bind(id).run();
    const busy = { ...ctx, queues: { ...ctx.queues, tasks: tasks as unknown as typeof ctx.queues.tasks } }; // send is all that is used
    await clearPost(busy, id);
    expect(sent).toEqual([{ type: 'clear-post', postId: id }]);
    expect(await rowsOf('comments', id)).toBeGreaterThan(0);
    await clearPost(busy, id);
    expect(sent).toHaveLength(1);
    expect(await rowsOf('comments', id)).toBe(0);
  });
});

test('a name that is no id is a post that is not there', async () => {
  expect((await guest.get('content/posts/nonsense')).status).toBe(404);
});

describe('a post without text', () => {
  const picture = () => new File([png() as Uint8Array<ArrayBuffer>], 'a.png');
  const details = (message: string) => [{ path: 'text', message }];

  it.each([undefined, '', ' \n ', '\u200b'])('is taken with a picture: %j', async (text) => {
    const author = await asViewer();
    const form = new FormData();
    if (text !== undefined) form.set('text', text);
    form.set('files', picture());
    const { status, data } = await author.post('content/posts', form);
    expect([status, data?.text, data?.media.length]).toEqual([201, '', 1]);
    expect((await author.get(`content/posts/${data.id}`)).data.text).toBe('');
  });

  it('is taken with an uploaded video, whose upload is looked for first', async () => {
    const form = new FormData();
    form.set('mediaUploadIds', crypto.randomUUID());
    expect((await (await asViewer()).post('content/posts', form)).error.code).toBe('UPLOAD_NOT_FOUND');
  });

  it('may become one by an edit, if it has a picture', async () => {
    const author = await asViewer();
    const form = new FormData();
    form.set('text', 'A cat');
    form.set('files', picture());
    const { id } = (await author.post('content/posts', form)).data;
    const changed = await author.put(`content/posts/${id}`, { text: '' });
    expect([changed.status, changed.data?.text, typeof changed.data?.editedAt]).toEqual([200, '', 'string']);
    const bare = await aPost(author);
    expect((await author.put(`content/posts/${bare}`, { text: ' ' })).error).toMatchObject({
      message: 'A post needs a text, an image or a video. Add one of them.',
      details: details('must not be empty'),
    });
  });

  it('is refused with a sentence if it has nothing else', async () => {
    const author = await asViewer();
    const send = async (text?: string) => {
      const form = new FormData();
      if (text !== undefined) form.set('text', text);
      form.set('visibility', 'public');
      return (await author.post('content/posts', form)).error;
    };
    const message = 'A post needs a text, an image or a video. Add one of them.';
    expect(await send()).toMatchObject({ message, details: details('is required') });
    expect(await send('\u200b')).toMatchObject({ message, details: details('must not be empty') });
  });
});
