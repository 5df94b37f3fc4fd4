import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { png } from '#test/support/files';
import { giveCoins, once } from '#test/support/money';
import { aPost } from '#test/support/posts';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { clearKeptContent } from '@/domains/content/posts/clear-kept';
import { requeueClearing } from '@/domains/content/posts/sweep';
import { planHiding, planRemoval, planReturn, planUnhiding, type Target } from '@/domains/operations/reports/content';
import { clearKept } from '@/domains/operations/reports/sweep';

const guest = client();

async function carryOut(
  plan: typeof planRemoval,
  type: Target['type'],
  id: string,
  { streamId = null, decisionId = id }: { streamId?: string | null; decisionId?: string } = {},
) {
  const ctx = testContext();
  const { statements, events } = await plan(ctx, { type, id, streamId }, decisionId);
  await commit(ctx, statements, { events, evenIfUnchanged: true });
  await ctx.settle();
}

const comment = async (person: Person, postId: string, parentId?: string): Promise<string> =>
  (await person.post('content/comments', { postId, text: 'a comment', ...(parentId ? { parentId } : {}) })).data.id;

const found = async (q: string) => (await guest.get(`search?type=posts&q=${q}`)).data;

describe('a post that staff removed', () => {
  it('is gone for everyone, and comes back with likes, comments, files and in the search', async () => {
    const [author, fan] = [await asViewer(), await asViewer()];
    const form = new FormData();
    form.append('text', 'An unmistakable quokka');
    form.append('files', new File([png() as Uint8Array<ArrayBuffer>], 'a.png'));
    const post = (await author.post('content/posts', form)).data;
    await fan.post(`content/posts/${post.id}/like`);
    await comment(fan, post.id);
    const before = (await guest.get(`content/posts/${post.id}`)).data;
    const path = new URL(post.media[0].url).pathname;
    await carryOut(planRemoval, 'post', post.id);
    await carryOut(planRemoval, 'post', post.id);
    expect((await author.get(`content/posts/${post.id}`)).status).toBe(404);
    expect((await guest.get(path)).status).toBe(404);
    expect(JSON.stringify(await found('quokka'))).not.toContain(post.id);
    await requeueClearing(testContext());
    await carryOut(planReturn, 'post', post.id);
    await carryOut(planReturn, 'post', post.id);
    expect((await guest.get(`content/posts/${post.id}`)).data).toEqual(before);
    expect((await guest.get(path)).status).toBe(200);
    expect(JSON.stringify(await found('quokka'))).toContain(post.id);
  });

  it('is deleted with its files once no appeal can bring it back', async () => {
    const author = await asViewer();
    const id = await aPost(author);
    await carryOut(planRemoval, 'post', id);
    await clearKeptContent(testContext());
    expect(await env.DB.prepare('SELECT text FROM posts WHERE id = ?').bind(id).first('text')).toBe('Hello');
    await env.DB.prepare('UPDATE posts SET kept_until = 1 WHERE id = ?').bind(id).run();
    await clearKeptContent(testContext());
    const row = await env.DB.prepare('SELECT text, kept_until FROM posts WHERE id = ?').bind(id).first();
    expect(row ?? { text: '', kept_until: null }).toEqual({ text: '', kept_until: null });
    await carryOut(planReturn, 'post', id);
    expect((await guest.get(`content/posts/${id}`)).status).toBe(404);
  });

  it('that its author deleted does not come back', async () => {
    const author = await asViewer();
    const id = await aPost(author);
    await author.delete(`content/posts/${id}`);
    await carryOut(planRemoval, 'post', id);
    await carryOut(planReturn, 'post', id);
    expect((await guest.get(`content/posts/${id}`)).status).toBe(404);
  });

  it('where staff saw it is a decision that its author can appeal', async () => {
    const author = await asViewer();
    const id = await aPost(author, { text: 'Rude' });
    const staff = await asStaff('admin_l1');
    const answers = await Promise.all([staff.delete(`content/posts/${id}`), staff.delete(`content/posts/${id}`)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404]);
    const { results } = await env.DB.prepare('SELECT action, facts, subject_id FROM decisions WHERE target_id = ?')
      .bind(id)
      .all();
    expect(results).toEqual([{ action: 'remove', facts: 'Rude', subject_id: author.userId }]);
  });
});

describe('a hidden post', () => {
  it('leaves no notification about it', async () => {
    const [author, fan] = [await asViewer(), await asViewer()];
    const id = await aPost(author);
    await fan.post(`content/posts/${id}/like`);
    const text = await comment(fan, id).then(() => 'a comment');
    const notices = async () => (await author.get('user/notifications')).data.items;
    await vi.waitFor(async () => expect(JSON.stringify(await notices())).toContain(text));
    await vi.waitFor(async () => expect(await notices()).toHaveLength(2));
    await carryOut(planHiding, 'post', id);
    expect(await notices()).toEqual([]);
    await carryOut(planUnhiding, 'post', id);
    expect(await notices()).toEqual([]);
  });

  it('cannot be edited, and can be deleted', async () => {
    const author = await asViewer();
    const id = await aPost(author);
    await carryOut(planHiding, 'post', id);
    expect(await author.put(`content/posts/${id}`, { text: 'New' })).toMatchObject({
      status: 409,
      error: { code: 'POST_UNDER_REVIEW' },
    });
    expect((await author.delete(`content/posts/${id}`)).status).toBe(200);
    await carryOut(planUnhiding, 'post', id);
    expect((await guest.get(`content/posts/${id}`)).status).toBe(404);
  });
});

describe('comments that staff removed', () => {
  it('leave the counts, and come back to them with their replies', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const postId = await aPost(author);
    const top = await comment(reader, postId);
    const reply = await comment(author, postId, top);
    await comment(author, postId);
    const counts = async () =>
      env.DB.prepare(
        `SELECT comment_count AS comments, (SELECT reply_count FROM comments WHERE id = ?2) AS replies FROM posts WHERE id = ?1`,
      )
        .bind(postId, top)
        .first();
    await carryOut(planRemoval, 'comment', reply);
    expect(await counts()).toEqual({ comments: 2, replies: 0 });
    await carryOut(planRemoval, 'comment', top);
    expect(await counts()).toEqual({ comments: 1, replies: 0 });
    await carryOut(planReturn, 'comment', reply);
    expect(await counts()).toEqual({ comments: 1, replies: 1 });
    await carryOut(planReturn, 'comment', top);
    expect(await counts()).toEqual({ comments: 3, replies: 1 });
    expect((await guest.get(`content/posts/${postId}/comments`)).data.items).toHaveLength(2);
  });

  it('leave the notifications that quote them once they are hidden', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const id = await comment(reader, await aPost(author));
    const notices = async () => (await author.get('user/notifications')).data.items;
    await vi.waitFor(async () => expect(await notices()).toMatchObject([{ body: 'a comment' }]));
    await carryOut(planHiding, 'comment', id);
    expect(await notices()).toEqual([]);
  });

  it('are hidden with their replies during a review', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const postId = await aPost(author);
    const top = await comment(reader, postId);
    const reply = await comment(author, postId, top);
    await carryOut(planHiding, 'comment', top);
    expect((await guest.get(`content/posts/${postId}/comments`)).data.items).toEqual([]);
    expect((await guest.get(`content/posts/${postId}/comments?parentId=${top}`)).status).toBe(404);
    expect((await author.post(`content/comments/${reply}/like`)).status).toBe(404);
    expect((await reader.get(`content/posts/${postId}/comments`)).data.items).toMatchObject([
      { id: top, hidden: true },
    ]);
    await carryOut(planUnhiding, 'comment', top);
    expect((await guest.get(`content/posts/${postId}/comments`)).data.items).toMatchObject([{ id: top }]);
  });

  it('do not count while they are hidden, and nobody replies to them', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const postId = await aPost(author);
    const top = await comment(reader, postId);
    const reply = await comment(author, postId, top);
    await comment(author, postId, top);
    const counts = async () => [
      (await guest.get(`content/posts/${postId}`)).data.commentCount,
      await env.DB.prepare('SELECT reply_count FROM comments WHERE id = ?').bind(top).first('reply_count'),
    ];
    await carryOut(planHiding, 'comment', reply);
    expect(await counts()).toEqual([2, 1]);
    await carryOut(planHiding, 'comment', top);
    expect(await counts()).toEqual([0, 1]);
    expect((await reader.post('content/comments', { postId, parentId: top, text: 'mine' })).status).toBe(404);
    await carryOut(planUnhiding, 'comment', reply);
    expect(await counts()).toEqual([0, 2]);
    await carryOut(planRemoval, 'comment', top);
    expect(await counts()).toEqual([0, 2]);
    await carryOut(planReturn, 'comment', top);
    expect(await counts()).toEqual([3, 2]);
    await carryOut(planHiding, 'comment', reply);
    await carryOut(planRemoval, 'comment', reply);
    await carryOut(planUnhiding, 'comment', reply);
    expect(await counts()).toEqual([2, 1]);
  });
});

describe('a stream that staff removed', () => {
  it('is no longer announced in the lists of followers, nor is a hidden one', async () => {
    const [creator, fan] = [await asCreator(), await asViewer()];
    await fan.post(`social/follow/${creator.userId}`);
    const id = await anOpenStream(creator);
    await env.DB.prepare(
      `INSERT INTO broadcasts (id, creator_id, kind, title, body, data, created_at)
       VALUES (?1, ?2, 'live', 'Live', 'Rude title', '{}', ?3)`,
    )
      .bind(id, creator.userId, Date.now() + 1_000)
      .run();
    const listed = async () => JSON.stringify((await fan.get('user/notifications')).data.items);
    expect(await listed()).toContain('Rude title');
    await carryOut(planHiding, 'stream', id);
    expect(await listed()).not.toContain('Rude title');
  });

  it('ends, and comes back as an ended one', async () => {
    const creator = await asCreator();
    const id = await anOpenStream(creator);
    await carryOut(planRemoval, 'stream', id);
    expect((await guest.get(`stream/${id}`)).status).toBe(404);
    expect((await creator.get(`stream/${id}`)).data).toMatchObject({ status: 'ended', hidden: true });
    await carryOut(planUnhiding, 'stream', id);
    expect((await guest.get(`stream/${id}`)).status).toBe(404);
    await carryOut(planReturn, 'stream', id);
    expect((await guest.get(`stream/${id}`)).data).toMatchObject({ status: 'ended' });
  });
});

describe('the files of a stream and a profile', () => {
  const image = () => new File([png() as Uint8Array<ArrayBuffer>], 'a.png', { type: 'image/png' });
  const statusOf = async (path: string) => (await guest.get(path)).status;

  async function withAvatar(person: Person): Promise<string> {
    const form = new FormData();
    form.append('avatar', image());
    return new URL((await person.post('user/avatar', form)).data.avatarUrl).pathname;
  }

  it('close with a hidden profile, open again, and are deleted with what was removed', async () => {
    const user = await asViewer();
    const { userId } = user;
    const path = await withAvatar(user);
    expect(await statusOf(path)).toBe(200);
    await carryOut(planHiding, 'user', userId);
    expect(await statusOf(path)).toBe(404);
    await carryOut(planUnhiding, 'user', userId);
    expect(await statusOf(path)).toBe(200);
    await carryOut(planRemoval, 'user', userId);
    expect(await statusOf(path)).toBe(404);
    await carryOut(planReturn, 'user', userId);
    expect(await statusOf(path)).toBe(200);
    await carryOut(planRemoval, 'user', userId);
    await env.DB.prepare('UPDATE removed_profiles SET kept_until = 1 WHERE user_id = ?').bind(userId).run();
    await clearKept(testContext());
    const files = env.DB.prepare('SELECT count(*) AS n FROM media_files WHERE owner_id = ?').bind(userId);
    expect(await files.first('n')).toBe(0);
  });

  it('are deleted when a removed avatar returns to a profile that has another', async () => {
    const user = await asViewer();
    const removed = await withAvatar(user);
    await carryOut(planRemoval, 'user', user.userId);
    const other = await withAvatar(user);
    await carryOut(planReturn, 'user', user.userId);
    expect([await statusOf(removed), await statusOf(other)]).toEqual([404, 200]);
    const files = env.DB.prepare('SELECT count(*) AS n FROM media_files WHERE owner_id = ?').bind(user.userId);
    expect(await files.first('n')).toBe(1);
  });

  it('close with a hidden stream, and not those of somebody else', async () => {
    const [creator, other] = [await asCreator(), await asCreator()];
    const form = new FormData();
    form.append('thumbnail', image());
    const { thumbnail } = (await creator.post('stream/thumbnail', form)).data;
    const [own, borrowed] = [await anOpenStream(creator), await anOpenStream(other)];
    await env.DB.prepare('UPDATE streams SET thumbnail_url = ?1 WHERE id IN (?2, ?3)')
      .bind(thumbnail, own, borrowed)
      .run();
    const path = new URL(thumbnail).pathname;
    await carryOut(planHiding, 'stream', borrowed);
    expect(await statusOf(path)).toBe(200);
    await carryOut(planHiding, 'stream', own);
    expect(await statusOf(path)).toBe(404);
    await carryOut(planUnhiding, 'stream', own);
    expect(await statusOf(path)).toBe(200);
    await carryOut(planRemoval, 'stream', own);
    expect(await statusOf(path)).toBe(404);
    // The channel still has it.
    await env.DB.prepare('UPDATE streams SET kept_until = 1 WHERE id = ?').bind(own).run();
    await clearKept(testContext());
    const files = env.DB.prepare('SELECT count(*) AS n FROM media_files WHERE owner_id = ?').bind(creator.userId);
    expect(await files.first('n')).toBe(1);
  });
});

describe('a profile that staff removed', () => {
  it('loses its texts, and gets back those that its user did not set again', async () => {
    const author = await asViewer();
    await author.put('user/profile', { displayName: 'Rude name', bio: 'Rude bio' });
    await carryOut(planRemoval, 'user', author.userId);
    await carryOut(planRemoval, 'user', author.userId);
    expect((await guest.get(`users/${author.userId}`)).data).toMatchObject({ displayName: author.username, bio: '' });
    await author.put('user/profile', { displayName: 'Nice name' });
    await carryOut(planReturn, 'user', author.userId);
    expect((await guest.get(`users/${author.userId}`)).data).toMatchObject({
      displayName: 'Nice name',
      bio: 'Rude bio',
    });
    await clearKept(testContext());
  });

  it('loses and gets back those of a DJ too, which the evidence names', async () => {
    const [dj, reporter] = [await asCreator({ role: 'dj' }), await asViewer()];
    const texts = { stageName: 'Rude stage', bio: 'Rude set', genres: ['Rude'] };
    const [blank, page] = [{ stageName: dj.username, bio: '', genres: [] }, () => guest.get(`dj/profile/${dj.userId}`)];
    await dj.put('dj/profile', texts);
    await reporter.post('reports', { targetType: 'user', targetId: dj.userId, category: 'hate' });
    const row = await env.DB.prepare('SELECT evidence FROM reports WHERE target_id = ?').bind(dj.userId).first();
    const { text } = JSON.parse(String(row?.evidence));
    expect(text).toBe(`${dj.username} · Rude stage\n@${dj.username}\nRude set\nRude`);
    await carryOut(planRemoval, 'user', dj.userId);
    expect((await page()).data).toMatchObject(blank);
    await carryOut(planReturn, 'user', dj.userId);
    expect((await page()).data).toMatchObject(texts);
    await carryOut(planRemoval, 'user', dj.userId);
    await dj.put('dj/profile', { genres: ['House'] });
    await carryOut(planReturn, 'user', dj.userId);
    expect((await page()).data).toMatchObject({ ...texts, genres: ['House'] });
  });

  it('loses and gets back the bio of a creator, which is deleted once no appeal can bring it back', async () => {
    const creator = await asCreator({ role: 'dj' });
    await creator.put('creator/profile', { bio: 'Rude bio' });
    await creator.put('dj/profile', { genres: ['Rude'] });
    const bios = async () => [
      (await guest.get(`users/${creator.userId}`)).data.creator.bio,
      (await guest.get(`social/creator/${creator.username}`)).data.bio,
      (await guest.get(`dj/profile/${creator.userId}`)).data.bio,
    ];
    await carryOut(planRemoval, 'user', creator.userId);
    await carryOut(planRemoval, 'user', creator.userId);
    expect(await bios()).toEqual(['', '', '']);
    await clearKept(testContext());
    await carryOut(planReturn, 'user', creator.userId);
    expect(await bios()).toEqual(['Rude bio', 'Rude bio', 'Rude bio']);
    await carryOut(planRemoval, 'user', creator.userId);
    await env.DB.prepare('UPDATE removed_profiles SET kept_until = 1 WHERE user_id = ?').bind(creator.userId).run();
    await clearKept(testContext());
    await carryOut(planReturn, 'user', creator.userId);
    expect(await bios()).toEqual(['', '', '']);
    const kept = env.DB.prepare('SELECT count(*) AS n FROM removed_profiles WHERE user_id = ?');
    expect(await kept.bind(creator.userId).first('n')).toBe(0);
  });

  it('twice gets back the bio and the genres that the reversed decision removed', async () => {
    const creator = await asCreator({ role: 'dj' });
    const texts = async () => {
      const { bio, genres } = (await guest.get(`dj/profile/${creator.userId}`)).data;
      return [bio, ...genres];
    };
    for (const decisionId of ['first', 'second']) {
      await creator.put('creator/profile', { bio: `The ${decisionId} bio` });
      await creator.put('dj/profile', { genres: [`The ${decisionId} genre`] });
      await carryOut(planRemoval, 'user', creator.userId, { decisionId });
      await carryOut(planRemoval, 'user', creator.userId, { decisionId }); // repeated
    }
    expect(await texts()).toEqual(['']);
    await carryOut(planReturn, 'user', creator.userId, { decisionId: 'first' });
    expect(await texts()).toEqual(['The first bio', 'The first genre']);
    await carryOut(planReturn, 'user', creator.userId, { decisionId: 'second' });
    expect(await texts()).toEqual(['The first bio', 'The first genre']);
  });
});

describe("a gift's words that staff removed", () => {
  it('are shown to nobody, and come back to everyone, in the room too', async () => {
    const [creator, sender, reporter] = [await asCreator(), await asViewer(), await asViewer()];
    await giveCoins(sender.userId, 100);
    const streamId = await anOpenStream(creator);
    const { id } = (await sender.post('payment/tip', { coins: 10, streamId, message: 'Rude words' }, once())).data;
    const seen = async () => [
      (await creator.get('payment/gifts-received')).data.items[0].message,
      (await sender.get('payment/gifts-sent')).data.items[0].message,
    ];
    const body = { targetType: 'gift', targetId: id, category: 'hate' };
    await vi.waitFor(async () => expect((await reporter.post('reports', body)).status).toBe(201));
    const row = await env.DB.prepare('SELECT evidence, stream_id FROM reports WHERE target_id = ?').bind(id).first();
    expect(row).toMatchObject({ evidence: expect.stringContaining('Rude words'), stream_id: streamId });
    await carryOut(planHiding, 'gift', id, { streamId });
    expect(await seen()).toEqual([null, 'Rude words']);
    await carryOut(planRemoval, 'gift', id, { streamId });
    expect(await seen()).toEqual([null, null]);
    expect(await testContext().rooms(streamId).saidAround(id, 1)).toBe(null);
    await carryOut(planReturn, 'gift', id, { streamId });
    expect(await seen()).toEqual(['Rude words', 'Rude words']);
    const inRoom = () => testContext().rooms(streamId).saidAround(id, 1);
    expect(await inRoom()).not.toBe(null);
    // What staff deleted stays deleted when a report about it is dismissed.
    await (await asStaff('admin_l1')).delete(`sessions/${streamId}/chat/${id}`);
    await vi.waitFor(async () => expect(await inRoom()).toBe(null));
    await carryOut(planUnhiding, 'gift', id, { streamId });
    expect(await inRoom()).toBe(null);
  });
});

describe('a message that staff delete where they see it', () => {
  it('is one decision, and keeps its text for an appeal', async () => {
    const [creator, author, staff] = [await asCreator(), await asViewer(), await asStaff('admin_l1')];
    const streamId = await anOpenStream(creator);
    const said = (await author.post(`sessions/${streamId}/chat`, { text: 'rude' })).data;
    for (let times = 0; times < 2; times += 1)
      expect((await staff.delete(`sessions/${streamId}/chat/${said.id}`)).status).toBe(200);
    const { results } = await env.DB.prepare('SELECT id, facts FROM decisions WHERE target_id = ?')
      .bind(said.id)
      .all<{ id: string }>();
    expect(results).toMatchObject([{ facts: 'rude' }]);
    const decisionId = results[0]?.id ?? '';
    const shown = async () =>
      (await testContext().rooms(streamId).history(null, 9)).messages.find(({ id }) => id === said.id);
    await vi.waitFor(async () => expect(await shown()).toMatchObject({ text: '', deleted: true }));
    // Lifting a review's hiding does not bring it back.
    await carryOut(planUnhiding, 'message', said.id, { streamId });
    expect(await shown()).toMatchObject({ text: '', deleted: true });
    await carryOut(planReturn, 'message', said.id, { streamId, decisionId });
    await vi.waitFor(async () => expect(await shown()).toMatchObject({ text: 'rude', seq: said.seq }));
  });
});
