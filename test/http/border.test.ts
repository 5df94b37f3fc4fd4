/** What every endpoint does with its input before it reads it: other names, ids in capitals, and words for what is wrong. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { asPerformer } from '#test/support/performers';
import { aPost } from '#test/support/posts';
import { asCreator, asViewer } from '#test/support/users';
import { endpoints } from '@/app';
import { readPerPage } from '@/http/envelope';

describe('`limit`', () => {
  it('is `perPage` in every list', async () => {
    const { body: document } = await client().get('openapi.json');
    const lists = endpoints.filter(({ method, path }) =>
      document.paths[path]?.[method]?.parameters?.some(({ name }: { name: string }) => name === 'perPage'),
    );
    expect(lists.length).toBeGreaterThan(50);
    for (const { query, path } of lists)
      expect([path, query && readPerPage(query, { limit: '5' })]).toEqual([path, { perPage: '5' }]);
  });

  it('bounds a page as `perPage` does, and is unknown where there are no pages or both are sent', async () => {
    const dj = await asCreator({ role: 'dj' });
    expect((await dj.get('dj/earnings?limit=5')).status).toBe(200);
    expect((await dj.get('dj/tracks?limit=3')).data.pagination.perPage).toBe(3);
    expect((await dj.get('social/blocks?limit=1')).data.pagination.perPage).toBe(1);
    expect((await dj.get('social/blocks?limit=101')).error.details).toEqual([
      { path: 'perPage', message: 'must be at most 100' },
    ]);
    expect((await dj.get('social/blocks?limit=1&perPage=2')).error.details).toEqual([
      { path: 'limit', message: 'is not known here' },
    ]);
  });
});

describe('an id in capitals', () => {
  it('is the same id, in a path, a query and a body', async () => {
    const [performer, viewer] = [await asPerformer(), await asViewer()];
    const [id, other] = [performer.userId.toUpperCase(), viewer.userId.toUpperCase()];
    expect((await viewer.get(`users/${id}`)).data.id).toBe(performer.userId);
    expect((await viewer.get(`performer/profile/${id}`)).status).toBe(200);
    const postId = await aPost(performer);
    const comment = await viewer.post('content/comments', { postId: postId.toUpperCase(), text: viewer.userId });
    const reply = { postId, parentId: comment.data.id.toUpperCase(), text: other };
    expect((await viewer.post('content/comments', reply)).data).toMatchObject({ postId, text: other });
    const replies = await viewer.get(
      `content/posts/${postId.toUpperCase()}/comments?parentId=${comment.data.id.toUpperCase()}`,
    );
    expect(replies.data.items).toHaveLength(1);
    expect((await performer.post('performer/block-user', { userId: other })).status).toBe(200);
    expect((await performer.get('performer/blocked-users')).data.items).toMatchObject([{ id: viewer.userId }]);
  });
});

it('an id in capitals is the same id in a form, and in a body that its handler reads itself', async () => {
  const dj = await asCreator({ role: 'dj' });
  const announce = async (kind: string, contentType: string) =>
    (await dj.post('media/uploads', { kind, contentType, bytes: 100 })).data.id.toUpperCase();
  // Found, but not sent yet.
  const refused = { status: 409, error: { code: 'UPLOAD_INCOMPLETE' } };
  expect(await dj.post('dj/upload-track', { uploadId: await announce('track', 'audio/wav') })).toMatchObject(refused);
  const form = new FormData();
  form.append('text', 'A video');
  form.append('mediaUploadIds', await announce('post-video', 'video/mp4'));
  expect(await dj.post('content/posts', form)).toMatchObject(refused);
});

describe('what is wrong with a field', () => {
  it.each([
    ['other types', { coins: 'ten', recipientId: 1 }, { coins: 'must be a number', recipientId: 'must be text' }],
    ['part of a coin', { coins: 1.5, recipientId: 'x' }, { coins: 'must be a whole number' }],
    ['nothing', {}, { coins: 'is required' }],
    ['less than a coin', { coins: 0, recipientId: 'x' }, { coins: 'must be at least 1' }],
  ])('is said in plain English: %s', async (_, body, expected) => {
    const viewer = await asViewer();
    const headers = { 'idempotency-key': 'a-key' };
    const { error } = await viewer.post('payment/tip', body, { headers });
    const details = error.details as { path: string; message: string }[]; // every 422 has them
    const said = Object.fromEntries(details.map(({ path, message }) => [path, message]));
    expect(said).toMatchObject(expected);
  });

  it('names what an upload or a report may be', async () => {
    const viewer = await asViewer();
    const { error } = await viewer.post('media/uploads', { kind: 'avatar', contentType: 'video/mp4' });
    expect(error.details).toEqual([
      { path: 'kind', message: 'must be one of post-video, ticket-file, track, product-file, image' },
      { path: 'bytes', message: 'is required' },
    ]);
  });
});
