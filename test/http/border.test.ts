/** What every endpoint does with its input before it reads it: other names, ids in capitals, and words for what is wrong. */
import { exports } from 'cloudflare:workers';
import { z } from '@hono/zod-openapi';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { asPerformer } from '#test/support/performers';
import { aPost } from '#test/support/posts';
import { aPurchase } from '#test/support/purchases';
import { asCreator, asViewer } from '#test/support/users';
import { endpoints } from '@/app';
import { readFrame } from '@/contracts/room-wire';
import { readPerPage } from '@/http/envelope';
import { parse } from '@/http/validation';

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

  it('bounds a page as `perPage` does, and may not differ from it', async () => {
    const dj = await asCreator({ role: 'dj' });
    expect((await dj.get('dj/earnings?limit=5')).status).toBe(200);
    expect((await dj.get('dj/tracks?limit=3')).data.pagination.perPage).toBe(3);
    expect((await dj.get('social/blocks?limit=1')).data.pagination.perPage).toBe(1);
    expect((await dj.get('social/blocks?limit=101')).error.details).toEqual([
      { path: 'perPage', message: 'must be at most 100' },
    ]);
    expect((await dj.get('social/blocks?limit=2&perPage=2')).data.pagination.perPage).toBe(2);
    expect((await dj.get('social/blocks?limit=1&perPage=2')).error.details).toEqual([
      { path: 'limit', message: 'must not differ from perPage' },
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

it('an id in capitals is the same id in the address that a file is sent to', async () => {
  const upload = { kind: 'post-video', contentType: 'video/mp4', bytes: 3 };
  const { data } = await (await asViewer()).post('media/uploads', upload);
  const put = { method: 'PUT', headers: data.headers, body: 'abc' };
  const response = await exports.default.fetch(data.url.replace(data.id, data.id.toUpperCase()), put);
  expect(response.status).toBe(200);
});

it('an id in capitals is the same id on the page of a payment in development', async () => {
  const { id } = await aPurchase(await asViewer());
  const page = await exports.default.fetch(`http://localhost:8787/dev/checkout/${id.toUpperCase()}`);
  expect(page.status).toBe(200);
  await page.body?.cancel();
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

/** Every object and union that a request may have, with what is missing if it is empty. */
function shapesIn(schema: z.ZodType, name: string): [string, z.ZodType][] {
  if (schema instanceof z.ZodObject) {
    const fields: [string, unknown][] = Object.entries(schema.shape);
    return [[name, schema], ...fields.flatMap(([key, field]) => shapesIn(field as z.ZodType, `${name}.${key}`))];
  }
  if (schema instanceof z.ZodArray) return shapesIn(schema.element as z.ZodType, `${name}[]`);
  if (schema instanceof z.ZodRecord) return shapesIn(schema.valueType as z.ZodType, `${name}{}`);
  if (schema instanceof z.ZodPipe) return shapesIn(schema.in as z.ZodType, name);
  if (schema instanceof z.ZodUnion)
    return [[name, schema], ...schema.options.flatMap((option) => shapesIn(option as z.ZodType, name))];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return shapesIn(schema.unwrap() as z.ZodType, name);
  return [];
}

/** What one field needs depends on another one. */
const BY_OTHERS =
  /^(give |is needed without|is required, unless|must have either|must be `me`|either |must be a text, or )/;

describe('a field that is missing', () => {
  it('is required, in every request and at any depth', () => {
    const said = endpoints.flatMap(({ method, path, query, body, upload }) =>
      [query, body, upload?.schema, upload?.json].flatMap((schema) =>
        (schema ? shapesIn(schema, `${method} ${path}`) : []).flatMap(([name, shape]) => {
          try {
            parse(shape, {});
            return [];
          } catch (error) {
            const { details } = error as { details: { path: string; message: string }[] };
            return details.map((detail) => ({ name, ...detail }));
          }
        }),
      ),
    );
    expect(said.length).toBeGreaterThan(100);
    expect(said.filter(({ message }) => message !== 'is required' && !BY_OTHERS.test(message))).toEqual([]);
  });

  it('is required in a form, whether it is a text or a file', async () => {
    const creator = await asCreator();
    const form = new FormData();
    form.append('title', 'A shirt');
    const fields = (await creator.post('products', form)).error.details;
    expect(fields).toContainEqual({ path: 'priceMinor', message: 'is required' });
    for (const path of ['user/avatar', 'stream/thumbnail'])
      expect((await creator.post(path, new FormData())).error.details, path).toMatchObject([
        { message: 'is required' },
      ]);
  });

  it('is required in a frame of a room', () => {
    const id = '019a0b0c-0000-7abc-8def-0123456789ab';
    expect(readFrame('{"type":"send-message","text":"Hi"}')).toMatchObject({ message: 'id: is required' });
    expect(readFrame(`{"type":"send-message","id":"${id}"}`)).toMatchObject({ message: 'text: is required' });
    expect(readFrame('{}')).toMatchObject({ message: 'type: is required' });
  });
});

it('an entry of a list that is sent as a text is wrong, and not missing', async () => {
  for (const type of ['', 'foo', 'users,foo']) {
    const { status, error } = await client().get(`search?q=a&type=${type}`);
    const path = `type.${type.split(',').length - 1}`;
    const message = 'must be one of users, streams, products, posts';
    expect([status, error.details]).toEqual([422, [{ path, message }]]);
  }
});

describe('a parameter of a campaign', () => {
  it('is ignored where something is read, and only there', async () => {
    const viewer = await asViewer();
    const campaign = 'utm_source=mail&utm_medium=a&UTM_Campaign=b&utm_source=again';
    expect((await viewer.get(`stream/live?perPage=3&${campaign}`)).data.pagination.perPage).toBe(3);
    expect((await viewer.call('HEAD', `stream/live?${campaign}`)).status).toBe(200);
    expect((await viewer.get(`stream/live?utm=1`)).status).toBe(422);
    expect((await viewer.delete(`products/${viewer.userId}/wait?variantId=x&utm_source=mail`)).status).toBe(422);
  });
});
