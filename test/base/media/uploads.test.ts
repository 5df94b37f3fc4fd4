/** POST /media/uploads and what follows: the file is sent by the signed URL, claimed once, or deleted. */
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { html, mp4, padded, picture, R2_KEYS } from '#test/support/files';
import { asCreator, asUser, type Person } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { OPEN_UPLOADS_MAX, UPLOAD_MS } from '@/domains/base/media/begin-upload';
import { claimUploads } from '@/domains/base/media/claim-upload';
import { newKey, signedMediaUrl } from '@/domains/base/media/keys';
import { storeImage } from '@/domains/base/media/store';
import { sweepOrphans, sweepUploads } from '@/domains/base/media/sweep';
import { DAY_MS, MINUTE_MS } from '@/shared/time';

const VIDEO = mp4();

const claimVideo = async (ctx: Context, ownerId: string, id: string) => {
  const [video] = await claimUploads(ctx, ownerId, 'post-video', [id]);
  if (!video) throw new Error('Nothing was claimed');
  return video;
};

interface Announced {
  id: string;
  url: string;
  headers: Record<string, string>;
}

async function announce(person: Pick<Person, 'post'>, changes: Record<string, unknown> = {}): Promise<Announced> {
  const body = { kind: 'post-video', contentType: 'video/mp4', bytes: VIDEO.length, ...changes };
  const { status, data } = await person.post('media/uploads', body);
  expect(status).toBe(201);
  return data;
}

const send = ({ url, headers }: Announced, bytes: Uint8Array = VIDEO, changes: Record<string, string> = {}) =>
  exports.default.fetch(url, {
    method: 'PUT',
    headers: { ...headers, ...changes },
    body: bytes as Uint8Array<ArrayBuffer>,
  });

const codeOf = async (response: Response) => ((await response.json()) as { error: { code: string } }).error.code;

const keyOf = async ({ id }: Announced) =>
  (await env.DB.prepare('SELECT key FROM media_uploads WHERE id = ?').bind(id).first<{ key: string }>())?.key ?? '';

async function sent(person: Person, bytes = VIDEO): Promise<Announced> {
  const upload = await announce(person, { bytes: bytes.length });
  expect((await send(upload, bytes)).status).toBe(200);
  return upload;
}

describe('announcing a large file', () => {
  it('answers where to send it, how, and until when', async () => {
    const upload = await announce(await asUser());
    expect(upload).toMatchObject({
      method: 'PUT',
      url: expect.stringContaining(`/media/uploads/${upload.id}?token=`),
      headers: { 'Content-Type': 'video/mp4' },
      bytes: VIDEO.length,
    });
  });

  it.each([
    ['a kind that is not large', { kind: 'avatar' }],
    ['a type that is no video', { contentType: 'text/html' }],
    ['no bytes', { bytes: 0 }],
    ['less than none', { bytes: -1 }],
    ['part of a byte', { bytes: 1.5 }],
    ['words for a number', { bytes: '10' }],
    ['a key of its own', { key: 'identity-document/x' }],
  ])('is 422 for %s', async (_, changes) => {
    const body = { kind: 'post-video', contentType: 'video/mp4', bytes: 10, ...changes };
    expect((await (await asUser()).post('media/uploads', body)).status).toBe(422);
  });

  it('of the kind track is for DJs alone', async () => {
    const body = { kind: 'track', contentType: 'audio/wav', bytes: 10 };
    for (const person of [await asUser(), await asCreator({ role: 'performer' })])
      expect(await person.post('media/uploads', body)).toMatchObject({
        status: 403,
        error: { code: 'UPLOAD_FOR_DJS' },
      });
    expect((await (await asCreator({ role: 'dj' })).post('media/uploads', body)).status).toBe(201);
  });

  it.each([
    ['image', 'image/png'],
    ['product-file', 'application/zip'],
  ])('of the kind %s is for creators alone', async (kind, contentType) => {
    const body = { kind, contentType, bytes: 10 };
    const refused = await (await asUser()).post('media/uploads', body);
    expect([refused.status, refused.error.code]).toEqual([403, 'UPLOAD_FOR_CREATORS']);
    for (const role of ['performer', 'dj'] as const)
      expect((await (await asCreator({ role })).post('media/uploads', body)).status).toBe(201);
  });

  it('is refused while too many are open', async () => {
    const person = await asUser();
    for (let opened = 0; opened < OPEN_UPLOADS_MAX; opened += 1) await announce(person);
    const body = { kind: 'post-video', contentType: 'video/mp4', bytes: 10 };
    const refused = await person.post('media/uploads', body);
    expect([refused.status, refused.error.code]).toEqual([409, 'TOO_MANY_UPLOADS']);
  });

  it('gives an address at R2 itself where that is configured: once, of this type and length', async () => {
    const person = await asUser();
    const upload = await announce(clientWith(R2_KEYS, person.headers) as Person);
    const url = new URL(upload.url);
    expect(url.origin).toBe('https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com');
    expect(url.pathname).toBe(`/footlight-media/${await keyOf(upload)}`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      'X-Amz-Date': expect.stringMatching(/^\d{8}T\d{6}Z$/),
      'X-Amz-Expires': '7200',
      'X-Amz-SignedHeaders': 'content-length;content-type;host;if-none-match',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(upload.headers).toEqual({ 'Content-Type': 'video/mp4', 'If-None-Match': '*' });
    expect(upload.url).not.toContain('a-secret-access-key');
  });
});

describe('sending it', () => {
  it('stores it, once', async () => {
    const upload = await sent(await asUser());
    const object = await env.MEDIA.head(await keyOf(upload));
    expect([object?.size, object?.httpMetadata?.contentType]).toEqual([VIDEO.length, 'video/mp4']);
    const again = await send(upload, padded(VIDEO, VIDEO.length).fill(7, 100));
    expect([again.status, await codeOf(again)]).toEqual([409, 'UPLOAD_USED']);
    expect((await env.MEDIA.head(await keyOf(upload)))?.etag).toBe(object?.etag);
  });

  it.each([
    ['fewer bytes', VIDEO.subarray(0, -1)],
    ['more bytes', padded(VIDEO, VIDEO.length + 1)],
    ['no bytes', new Uint8Array()],
  ])('is 422 with %s than announced, and stores nothing', async (_, bytes) => {
    const upload = await announce(await asUser());
    const refused = await send(upload, bytes);
    expect([refused.status, await codeOf(refused)]).toEqual([422, 'UPLOAD_SIZE_DIFFERS']);
    expect(await env.MEDIA.head(await keyOf(upload))).toBeNull();
    expect((await send(upload)).status).toBe(200);
  });

  it.each([
    ['fewer', -10],
    ['more', 10],
  ])('counts the bytes itself where the length is not said: %s', async (_, difference) => {
    const upload = await announce(await asUser(), { bytes: VIDEO.length - difference });
    const body = new Blob([VIDEO as Uint8Array<ArrayBuffer>]).stream();
    const refused = await exports.default.fetch(upload.url, { method: 'PUT', headers: upload.headers, body });
    expect([refused.status, await codeOf(refused)]).toEqual([422, 'UPLOAD_SIZE_DIFFERS']);
    expect(await env.MEDIA.head(await keyOf(upload))).toBeNull();
  });

  it('is 415 as another type', async () => {
    const refused = await send(await announce(await asUser()), VIDEO, { 'content-type': 'text/html' });
    expect([refused.status, await codeOf(refused)]).toEqual([415, 'FILE_TYPE_NOT_ALLOWED']);
  });

  it("is 404 without the URL's token, or with that of another upload", async () => {
    const person = await asUser();
    const [one, other] = [await announce(person), await announce(person)];
    const bare = one.url.replace(/\?.*/, '');
    const foreign = `${bare}${new URL(other.url).search}`;
    for (const url of [bare, `${bare}?token=x`, `${bare}?token=${person.accessToken}`, foreign]) {
      const refused = await send({ ...one, url });
      expect([refused.status, await codeOf(refused)]).toEqual([404, 'UPLOAD_NOT_FOUND']);
    }
  });
});

describe('claiming it', () => {
  it('makes it a file of its owner, once', async () => {
    const ctx = testContext();
    const person = await asUser();
    const upload = await sent(person);
    const claims = await Promise.all([1, 2].map(() => claimVideo(ctx, person.userId, upload.id)));
    const outcomes = await Promise.allSettled(claims.map(({ statements }) => commit(ctx, statements)));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(refused?.reason.message).toContain('DEMAND_NOT_MET');
    await expect(claimVideo(ctx, person.userId, upload.id)).rejects.toMatchObject({ code: 'UPLOAD_USED' });
    const response = await exports.default.fetch(await signedMediaUrl(ctx, claims[0]?.key ?? ''), {
      headers: { range: 'bytes=0-7' },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([206, 'video/mp4']);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(VIDEO.slice(0, 8));
  });

  it('is for its owner alone', async () => {
    const upload = await sent(await asUser());
    const { userId } = await asUser();
    await expect(claimVideo(testContext(), userId, upload.id)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
  });

  it('is refused before it was sent, and after its time', async () => {
    const person = await asUser();
    const ctx = testContext();
    const [open, late] = [await announce(person), await sent(person)];
    await expect(claimVideo(ctx, person.userId, open.id)).rejects.toMatchObject({ code: 'UPLOAD_INCOMPLETE' });
    const then = { ...ctx, now: () => Date.now() + UPLOAD_MS };
    await expect(claimVideo(then, person.userId, late.id)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
  });

  it('looks at the bytes, not at what was announced', async () => {
    const person = await asUser();
    for (const bytes of [html(), picture(5, 5), new Uint8Array(100)]) {
      const upload = await sent(person, bytes);
      await expect(claimVideo(testContext(), person.userId, upload.id)).rejects.toMatchObject({
        code: 'FILE_TYPE_NOT_ALLOWED',
      });
    }
  });

  it('is 503 while the media store is away', async () => {
    const person = await asUser();
    const upload = await sent(person);
    const ctx = testContext();
    vi.spyOn(ctx.files, 'get').mockRejectedValue(new Error('We encountered an internal error. (10001)'));
    await expect(claimVideo(ctx, person.userId, upload.id)).rejects.toMatchObject({ code: 'MEDIA_STORE_UNAVAILABLE' });
  });
});

describe('the sweep', () => {
  const later = (ms: number) => {
    const ctx = testContext();
    return { ...ctx, now: () => Date.now() + ms, settle: ctx.settle };
  };

  it('deletes what was not claimed in time, and leaves what was', async () => {
    const person = await asUser();
    const [unused, used] = [await sent(person), await sent(person)];
    const keys = [await keyOf(unused), await keyOf(used)] as const;
    await commit(testContext(), (await claimVideo(testContext(), person.userId, used.id)).statements);
    await sweepUploads(testContext());
    expect(await env.MEDIA.head(keys[0])).not.toBeNull();
    const ctx = later(UPLOAD_MS + 11 * MINUTE_MS);
    await sweepUploads(ctx);
    await ctx.settle();
    expect([await keyOf(unused), await keyOf(used)]).toEqual(['', '']);
    expect(await env.MEDIA.head(keys[0])).toBeNull();
    expect(await env.MEDIA.head(keys[1])).not.toBeNull();
  });

  it('finds objects without a row, variants included, after a day, and leaves the rest', async () => {
    const ctx = testContext();
    const person = await asUser();
    const kept = await storeImage(ctx, person.userId, 'avatar', picture(800, 800));
    await commit(ctx, kept.statements);
    const orphan = newKey('avatar');
    const open = await keyOf(await sent(person));
    const others = ['exports/of-another', 'room-logs/1.ndjson'];
    // Rooms' logs had people's words once.
    const gone = [orphan, `${orphan}-128`, 'rooms/1.ndjson'];
    for (const name of [...gone, ...others]) await env.MEDIA.put(name, 'x');
    const all = [...gone, ...others, kept.key, `${kept.key}-320`, open];
    const present = async () => {
      const found = await Promise.all(all.map((name) => env.MEDIA.head(name)));
      return all.filter((_, index) => found[index]);
    };
    await env.DB.prepare("UPDATE media_sweep SET after_name = ''").run();
    await sweepOrphans(ctx);
    expect(await present()).toEqual(all);
    await env.DB.prepare("UPDATE media_sweep SET after_name = ''").run();
    await sweepOrphans(later(DAY_MS + MINUTE_MS));
    expect(await present()).toEqual(all.slice(gone.length));
  });

  it('goes through the bucket in pages, and begins again at its end', async () => {
    const ctx = testContext();
    const listed: (string | undefined)[] = [];
    const pages = [
      { objects: [{ key: 'a', uploaded: new Date() }], truncated: true },
      { objects: [], truncated: false },
      { objects: [], truncated: false },
    ];
    vi.spyOn(ctx.files, 'list').mockImplementation(async (options) => {
      listed.push(options?.startAfter);
      return pages[listed.length - 1] as never; // of a list, what the sweep reads
    });
    await env.DB.prepare("UPDATE media_sweep SET after_name = ''").run();
    for (const _ of pages) await sweepOrphans(ctx);
    expect(listed).toEqual([undefined, 'a', undefined]);
  });
});
