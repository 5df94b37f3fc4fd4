/** A file that was announced as another type than its bytes show: it is taken for what it is, within its family. */
import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { html, photo, picture } from '#test/support/files';
import { heic, movieOf } from '#test/support/odd-files';
import { asCreator, asUser, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { claimUploads } from '@/domains/base/media/claim-upload';
import { signedMediaUrl } from '@/domains/base/media/keys';

/** Announces the file and sends it. */
async function sent(person: Person, bytes: Uint8Array, changes: { kind?: string; contentType: string }) {
  const body = { kind: 'post-video', bytes: bytes.length, ...changes };
  const { status, data } = await person.post('media/uploads', body);
  expect(status).toBe(201);
  const put = { method: 'PUT', headers: data.headers, body: bytes as Uint8Array<ArrayBuffer> };
  expect((await exports.default.fetch(data.url, put)).status).toBe(200);
  return data.id as string;
}

describe('an announced type', () => {
  it.each([
    ['post-video', 'video/webm;codecs=vp9,opus', 'video/webm'],
    ['post-video', ' Video/MP4 ', 'video/mp4'],
    ['ticket-file', 'text/plain; charset=UTF-8', 'text/plain'],
  ])('of a %s may be %j, and is sent as %s', async (kind, contentType, sentAs) => {
    const { status, data } = await (await asUser()).post('media/uploads', { kind, contentType, bytes: 10 });
    expect([status, data?.headers]).toEqual([201, { 'Content-Type': sentAs }]);
  });

  it('of an archive may be the one that Windows knows', async () => {
    const upload = { kind: 'product-file', contentType: 'application/x-zip-compressed', bytes: 10 };
    expect(await (await asCreator()).post('media/uploads', upload)).toMatchObject({
      status: 201,
      data: { headers: { 'Content-Type': 'application/zip' } },
    });
  });
});

describe('a claimed file', () => {
  it.each([
    ['video/mp4', 'qt  ', 'video/quicktime'],
    ['video/quicktime', 'isom', 'video/mp4'],
    ['video/mp4', 'M4V ', 'video/mp4'],
    ['video/webm', 'M4VP', 'video/mp4'],
    ['video/x-m4v', 'M4VH', 'video/mp4'],
    ['video/3gpp', '3gp5', 'video/mp4'],
  ])('takes a file announced as %s whose brand is %s as %s, and serves it so', async (announced, brand, real) => {
    const ctx = testContext();
    const person = await asUser();
    const bytes = movieOf(brand);
    const id = await sent(person, bytes, { contentType: announced });
    const [video] = await claimUploads(ctx, person.userId, 'post-video', [id]);
    expect(video?.contentType).toBe(real);
    await commit(ctx, video?.statements ?? []);
    const response = await exports.default.fetch(await signedMediaUrl(ctx, video?.key ?? ''));
    expect([response.status, response.headers.get('content-type')]).toEqual([200, real]);
    await response.body?.cancel();
  });

  it.each([
    ['image/png', photo(), 'image/jpeg'],
    ['image/jpg', photo(), 'image/jpeg'],
    ['image/gif', picture(5, 5), 'image/png'],
    ['text/plain', picture(5, 5), undefined],
    ['application/pdf', html(), undefined],
    ['image/png', html(), undefined],
    ['image/png', heic(), undefined],
  ])('decides by the bytes among types of the same family: %s', async (contentType, bytes, real) => {
    const person = await asUser();
    const id = await sent(person, bytes, { kind: 'ticket-file', contentType });
    const claimed = claimUploads(testContext(), person.userId, 'ticket-file', [id]);
    if (real) await expect(claimed).resolves.toMatchObject([{ contentType: real }]);
    else await expect(claimed).rejects.toMatchObject({ code: 'FILE_TYPE_NOT_ALLOWED' });
  });
});
