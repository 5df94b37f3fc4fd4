import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { recordingContext } from '#test/support/outbox';
import { aPost } from '#test/support/posts';
import { actorOf, asStaff, asViewer, type Person } from '#test/support/users';
import { clearComment } from '@/domains/content/posts/clear';
import { addComment } from '@/domains/content/posts/comments';
import { likePost } from '@/domains/content/posts/like';
import { newId } from '@/shared/ids';

const guest = client();

const say = (person: Person, postId: string, text = 'Hello', parentId?: string) =>
  person.post('content/comments', { postId, text, ...(parentId ? { parentId } : {}) });

describe('a like', () => {
  it('is turned on and off, and says what it is then', async () => {
    const [id, reader] = [await aPost(await asViewer()), await asViewer()];
    expect(await reader.post(`content/posts/${id}/like`)).toMatchObject({
      status: 200,
      data: { liked: true, likeCount: 1 },
    });
    expect((await reader.get(`content/posts/${id}`)).data).toMatchObject({ liked: true, likeCount: 1 });
    expect((await guest.get(`content/posts/${id}`)).data).toMatchObject({ liked: false, likeCount: 1 });
    expect((await reader.post(`content/posts/${id}/like`)).data).toEqual({ liked: false, likeCount: 0 });
  });

  it('turned by two clicks at once is what it was', async () => {
    const [id, reader] = [await aPost(await asViewer()), await asViewer()];
    const clicks = await Promise.all([1, 2].map(() => reader.post(`content/posts/${id}/like`)));
    expect(clicks.map(({ data }) => data.likeCount).toSorted()).toEqual([0, 1]);
    expect((await reader.get(`content/posts/${id}`)).data).toMatchObject({ liked: false, likeCount: 0 });
  });

  it('that says what it shall be may be sent as often as one likes', async () => {
    const [id, reader, other] = [await aPost(await asViewer()), await asViewer(), await asViewer()];
    await other.post(`content/posts/${id}/like`);
    const clicks = await Promise.all([1, 2, 3].map(() => reader.post(`content/posts/${id}/like`, { liked: true })));
    for (const { data } of clicks) expect(data).toEqual({ liked: true, likeCount: 2 });
    for (const _ of [1, 2])
      expect((await reader.post(`content/posts/${id}/like`, { liked: false })).data).toEqual({
        liked: false,
        likeCount: 1,
      });
  });

  it('needs an account, an existing post and a valid body', async () => {
    const [id, reader] = [await aPost(await asViewer()), await asViewer()];
    expect((await guest.post(`content/posts/${id}/like`)).status).toBe(401);
    expect((await reader.post(`content/posts/${newId()}/like`)).error.code).toBe('POST_NOT_FOUND');
    expect((await reader.post(`content/posts/${id}/like`, { liked: 'yes' })).status).toBe(422);
  });

  it('of a post that is deleted at that moment leaves no row', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const id = await aPost(author);
    const [deleted, ...likes] = await Promise.all([
      author.delete(`content/posts/${id}`),
      reader.post(`content/posts/${id}/like`, { liked: true }),
      (await asViewer()).post(`content/posts/${id}/like`),
    ]);
    expect(deleted?.status).toBe(200);
    for (const { status } of likes) expect([200, 404]).toContain(status);
    // Looked up before it went, and written after.
    const ctx = testContext();
    const late = await aPost(author);
    const db = new Proxy(ctx.db, {
      get(target, name, receiver) {
        if (name !== 'batch') return Reflect.get(target, name, receiver);
        return async (batch: never) => {
          await env.DB.prepare('UPDATE posts SET removed_at = 1 WHERE id = ?').bind(late).run();
          return target.batch(batch);
        };
      },
    });
    await expect(likePost({ ...ctx, db }, actorOf(reader), late, undefined)).rejects.toMatchObject({
      code: 'POST_NOT_FOUND',
    });
    await expect(addComment({ ...ctx, db }, actorOf(reader), { postId: late, text: 'Late' })).rejects.toMatchObject({
      code: 'POST_NOT_FOUND',
    });
    for (const table of ['post_likes', 'comments']) {
      const { results } = await env.DB.prepare(`SELECT 1 FROM ${table} WHERE post_id = ?`).bind(late).all();
      expect(results).toEqual([]);
    }
  });

  it('tells the author, gathered, and nobody of their own', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const id = await aPost(author);
    const { ctx, events } = recordingContext();
    await likePost(ctx, actorOf(author), id, undefined);
    await likePost(ctx, actorOf(reader), id, undefined);
    await likePost(ctx, actorOf(reader), id, undefined);
    expect(events).toEqual([
      {
        kind: 'notify',
        notification: expect.objectContaining({
          userId: author.userId,
          kind: 'like',
          data: { postId: id },
          gather: { group: `like:post:${id}`, actorId: reader.userId },
        }),
      },
    ]);
  });
});

describe('a comment', () => {
  it('stands under its post, newest first, and replies oldest first', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const id = await aPost(author);
    const first = await say(reader, id, 'First 🎉');
    expect(first).toMatchObject({
      status: 201,
      data: { postId: id, parentId: null, text: 'First 🎉', author: { id: reader.userId }, likeCount: 0, liked: false },
    });
    const second = await say(author, id, 'Second');
    const replies = [await say(author, id, 'a', first.data.id), await say(reader, id, 'b', first.data.id)];
    const list = (await guest.get(`content/posts/${id}/comments`)).data.items;
    expect(list.map((one: { id: string }) => one.id)).toEqual([second.data.id, first.data.id]);
    expect(list[1].replyCount).toBe(2);
    const answers = (await author.get(`content/posts/${id}/comments?parentId=${first.data.id}`)).data.items;
    expect(answers).toEqual(replies.map(({ data }) => data));
    expect((await guest.get(`content/posts/${id}`)).data.commentCount).toBe(4);
  });

  it('is listed in pages that neither repeat nor leave out', async () => {
    const reader = await asViewer();
    const id = await aPost(reader);
    const written = [];
    for (let count = 0; count < 5; count += 1) written.unshift((await say(reader, id, `${count}`)).data.id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { data } = await reader.get(`content/posts/${id}/comments?perPage=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...data.items.map((one: { id: string }) => one.id));
      cursor = data.pagination.nextCursor;
      if (seen.length === 2) await say(reader, id, 'In between');
    }
    expect(seen).toEqual(written);
  });

  it('replies one level deep, and under the post that it names', async () => {
    const reader = await asViewer();
    const [id, other] = [await aPost(reader), await aPost(reader)];
    const comment = await say(reader, id);
    const reply = await say(reader, id, 'Reply', comment.data.id);
    expect((await say(reader, id, 'Deeper', reply.data.id)).error.code).toBe('REPLY_TO_REPLY');
    expect((await say(reader, other, 'Astray', comment.data.id)).error.code).toBe('COMMENT_NOT_FOUND');
    expect((await reader.get(`content/posts/${other}/comments?parentId=${comment.data.id}`)).status).toBe(404);
    await expect(
      env.DB.prepare(
        'INSERT INTO comments (id, post_id, parent_id, author_id, text, created_at) VALUES (?, ?, ?, ?, ?, 0)',
      )
        .bind(newId(), id, reply.data.id, reader.userId, 'Deeper')
        .run(),
    ).rejects.toThrow('COMMENT_PARENT_WRONG');
  });

  it.each([
    { text: '' },
    { text: '\u200b' },
    { text: 'a'.repeat(1_001) },
    { postId: 'x' },
    { parentId: 'x' },
    { extra: 1 },
  ])('is refused for %j', async (wrong) => {
    const reader = await asViewer();
    const body = { postId: await aPost(reader), text: 'Hello', ...wrong };
    expect((await reader.post('content/comments', body)).status).toBe(422);
  });

  it('needs an account and a post', async () => {
    const id = await aPost(await asViewer());
    expect((await guest.post('content/comments', { postId: id, text: 'Hello' })).status).toBe(401);
    expect((await say(await asViewer(), newId())).error.code).toBe('POST_NOT_FOUND');
  });

  it('is liked as a post is', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const id = await aPost(author);
    const { data } = await say(author, id);
    const like = `content/comments/${data.id}/like`;
    const clicks = await Promise.all([1, 2].map(() => reader.post(like, { liked: true })));
    for (const click of clicks) expect(click.data).toEqual({ liked: true, likeCount: 1 });
    expect((await reader.get(`content/posts/${id}/comments`)).data.items[0]).toMatchObject({
      liked: true,
      likeCount: 1,
    });
    expect((await reader.post(like)).data).toEqual({ liked: false, likeCount: 0 });
    expect((await guest.post(like)).status).toBe(401);
    expect((await reader.post(`content/comments/${newId()}/like`)).error.code).toBe('COMMENT_NOT_FOUND');
  });

  it('tells the author of the post, and of the comment replied to', async () => {
    const [author, one, other] = [await asViewer(), await asViewer(), await asViewer()];
    const id = await aPost(author);
    const { data } = await say(one, id);
    const { ctx, events } = recordingContext();
    await addComment(ctx, actorOf(other), { postId: id, parentId: data.id, text: 'x'.repeat(200) });
    const told = events.map((event) => event.kind === 'notify' && event.notification.userId);
    expect(told).toEqual([one.userId, author.userId]);
    events.length = 0;
    await addComment(ctx, actorOf(author), { postId: id, text: 'My own' });
    expect(events).toEqual([]);
  });

  it('under a post for followers is for followers', async () => {
    const author = await asViewer();
    const id = await aPost(author, { visibility: 'followers' });
    const { data } = await say(author, id);
    const stranger = await asViewer();
    expect((await stranger.get(`content/posts/${id}/comments`)).error.code).toBe('FOLLOWERS_ONLY');
    expect((await say(stranger, id)).error.code).toBe('FOLLOWERS_ONLY');
    expect((await stranger.post(`content/posts/${id}/like`)).error.code).toBe('FOLLOWERS_ONLY');
    expect((await stranger.post(`content/comments/${data.id}/like`)).error.code).toBe('COMMENT_NOT_FOUND');
    expect((await stranger.delete(`content/comments/${data.id}`)).error.code).toBe('COMMENT_NOT_FOUND');
  });
});

describe('deleting a comment', () => {
  it('takes its replies along, and the count with them', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const id = await aPost(author);
    const [kept, gone] = [await say(reader, id, 'Kept'), await say(reader, id, 'Gone')];
    const reply = await say(author, id, 'Reply', gone.data.id);
    await author.post(`content/comments/${reply.data.id}/like`);
    expect((await reader.delete(`content/comments/${gone.data.id}`)).status).toBe(200);
    expect((await guest.get(`content/posts/${id}`)).data.commentCount).toBe(1);
    expect((await guest.get(`content/posts/${id}/comments`)).data.items).toMatchObject([{ id: kept.data.id }]);
    expect((await guest.get(`content/posts/${id}/comments?parentId=${gone.data.id}`)).status).toBe(404);
    for (const refused of [
      await author.post(`content/comments/${reply.data.id}/like`),
      await author.delete(`content/comments/${reply.data.id}`),
      await say(author, id, 'Too late', gone.data.id),
      await reader.delete(`content/comments/${gone.data.id}`),
    ])
      expect(refused).toMatchObject({ status: 404, error: { code: 'COMMENT_NOT_FOUND' } });
    await clearComment(testContext(), gone.data.id);
    const { results } = await env.DB.prepare('SELECT id FROM comments WHERE post_id = ?').bind(id).all();
    expect(results).toEqual([{ id: kept.data.id }]);
  });

  it('twice at once counts once', async () => {
    const reader = await asViewer();
    const id = await aPost(reader);
    const { data } = await say(reader, id);
    const both = await Promise.all([1, 2].map(() => reader.delete(`content/comments/${data.id}`)));
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 404]);
    expect((await reader.get(`content/posts/${id}`)).data.commentCount).toBe(0);
  });

  it("is its author's, the post's author's, and of staff who may", async () => {
    const [author, reader, stranger] = [await asViewer(), await asViewer(), await asViewer()];
    const id = await aPost(author);
    const remove = async (person: Person) => person.delete(`content/comments/${(await say(reader, id)).data.id}`);
    expect((await remove(reader)).status).toBe(200);
    expect((await remove(author)).status).toBe(200);
    expect((await remove(stranger)).error.code).toBe('NOT_YOUR_COMMENT');
    expect((await remove(await asStaff('support'))).error.code).toBe('NOT_YOUR_COMMENT');
    const moderator = await asStaff('admin_l1');
    expect((await remove(moderator)).status).toBe(200);
    const { results } = await env.DB.prepare("SELECT staff_id FROM staff_log WHERE target_type = 'comment'").all();
    expect(results).toEqual([{ staff_id: moderator.userId }]);
  });
});
