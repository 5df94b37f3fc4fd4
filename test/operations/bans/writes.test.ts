/** A ban in the middle of a write: before the batch nothing is stored, and after it the answer is whole. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { png } from '#test/support/files';
import { standInForLiveKit } from '#test/support/livekit';
import { aPost } from '#test/support/posts';
import { actorOf, asCreator, asViewer, type Person } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { addComment } from '@/domains/content/posts/comments';
import { changePost, createPost } from '@/domains/content/posts/write-post';
import { createSession } from '@/domains/live/streams/sessions';
import { sendToSupport } from '@/domains/operations/support-chat/post';
import { changeOwnProfile } from '@/domains/people/profiles/own-profile';
import { uploadAvatar } from '@/domains/people/profiles/upload-avatar';

beforeEach(() => {
  standInForLiveKit();
});

const ban = ({ userId }: Person) =>
  env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(userId).run();
const REFUSED = { code: 'ACCOUNT_BANNED' };

function aForm(field: string, fields: Record<string, string> = {}): Request {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append(field, new File([png() as Uint8Array<ArrayBuffer>], 'a.png'));
  return new Request('https://footlight.test/', { method: 'POST', body: form });
}

/** The person is banned as soon as a batch that inserts into this table is committed. */
function banningAfter(person: Person, table: string): Context {
  const ctx = testContext();
  const count = () => env.DB.prepare(`SELECT count(*) AS rows FROM ${table}`).first<number>('rows');
  const batch: Context['db']['batch'] = async (statements) => {
    const before = await count();
    const results = await ctx.db.batch(statements);
    if ((await count()) !== before) await ban(person);
    return results;
  };
  const db = new Proxy(ctx.db, { get: (target, name) => (name === 'batch' ? batch : Reflect.get(target, name)) });
  return { ...ctx, db };
}

describe('a banned user whom the guard let through', () => {
  it('posts nothing, and keeps no file', async () => {
    const author = await asViewer();
    const postId = await aPost(author);
    await ban(author);
    const ctx = testContext();
    await expect(createPost(ctx, actorOf(author), aForm('files', { text: 'Hi' }))).rejects.toMatchObject(REFUSED);
    const files = env.DB.prepare('SELECT count(*) AS files FROM media_files WHERE owner_id = ?').bind(author.userId);
    expect(await files.first('files')).toBe(0);
    await expect(uploadAvatar(ctx, author.userId, aForm('avatar'))).rejects.toMatchObject(REFUSED);
    expect(await files.first('files')).toBe(0);
    await expect(changePost(ctx, actorOf(author), postId, { text: 'New' })).rejects.toMatchObject({
      code: 'POST_NOT_FOUND', // the post is hidden already
    });
    const { results } = await env.DB.prepare('SELECT text FROM posts WHERE author_id = ?').bind(author.userId).all();
    expect(results).toEqual([{ text: 'Hello' }]);
  });

  it('comments on nothing, changes no profile, and is told of the ban by the support chat', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const postId = await aPost(author);
    await ban(reader);
    const [ctx, actor] = [testContext(), actorOf(reader)];
    await expect(addComment(ctx, actor, { postId, text: 'Hi' })).rejects.toMatchObject(REFUSED);
    await expect(changeOwnProfile(ctx, actor, { bio: 'Hi' })).rejects.toMatchObject({ code: 'SESSION_ENDED' });
    await expect(sendToSupport(ctx, actor, { text: 'Hi' })).rejects.toMatchObject(REFUSED);
    const { results } = await env.DB.prepare('SELECT id FROM comments WHERE author_id = ?').bind(reader.userId).all();
    expect(results).toEqual([]);
  });
});

describe('a user who is banned just after the commit', () => {
  it('gets the answer to a post', async () => {
    const author = await asViewer();
    const post = await createPost(banningAfter(author, 'posts'), actorOf(author), aForm('files', { text: 'Hi' }));
    expect(post).toMatchObject({ text: 'Hi', authorId: author.userId, media: [{ type: 'image' }] });
  });

  it('gets the answer to a session', async () => {
    const creator = await asCreator();
    const actor = { ...actorOf(creator), role: 'creator', creatorStatus: 'APPROVED' } as const;
    const session = await createSession(banningAfter(creator, 'streams'), actor, { title: 'A show' });
    expect(session).toMatchObject({ title: 'A show', status: 'scheduled' });
  });
});
