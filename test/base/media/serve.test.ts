/** /media: what anyone may read, what only a signed link opens, and how a part of it is read. */
import { exports } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { testContext } from '#test/support/context';
import { gif, gifThatIsHtml, pdf, png } from '#test/support/files';
import { asStaff, asUser } from '#test/support/users';
import { commit } from '@/db/commit';
import { documentUrl, isOwnMediaUrl, mediaUrl } from '@/domains/base/media/keys';
import { forgetMedia, storeImage, storeUpload, UNNAMED_FOR_MS_MAX } from '@/domains/base/media/store';
import { mediaFiles } from '@/domains/base/media/tables';
import { sweepOutbox } from '@/queues/outbox';
import { MINUTE_MS } from '@/shared/time';

const read = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  exports.default.fetch(url, { method, headers });

async function storedImage(uploaded = png()) {
  const ctx = testContext();
  const { userId } = await asUser();
  const stored = await storeImage(ctx, userId, 'thumbnail', uploaded);
  await commit(ctx, stored.statements);
  const object = await ctx.files.get(stored.key);
  return { ctx, bytes: new Uint8Array((await object?.arrayBuffer()) ?? []), userId, ...stored };
}

async function storedDocument() {
  const ctx = testContext();
  const { userId } = await asUser();
  const { key, statements } = await storeUpload(ctx, { ownerId: userId, kind: 'identity-document', bytes: pdf() });
  await commit(ctx, statements);
  return { ctx, key };
}

async function linkTo(ctx: Parameters<typeof documentUrl>[0], key: string): Promise<string> {
  return documentUrl(ctx, key, { staffId: (await asStaff('admin_l3')).userId, applicationId: 'a' });
}

describe('a public file', () => {
  let image: Awaited<ReturnType<typeof storedImage>>;
  beforeAll(async () => {
    image = await storedImage();
  });

  it('is answered whole, for ever, as nothing that a browser would run', async () => {
    const response = await read(image.url);
    expect(response.status).toBe(200);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(image.bytes);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      'content-type': 'image/webp',
      'content-length': String(image.bytes.length),
      'content-disposition': 'inline',
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=31536000, s-maxage=300, immutable',
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^".+"$/),
    });
  });

  it('has no body for HEAD', async () => {
    const response = await read(image.url, {}, 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(image.bytes.length));
    expect(await response.text()).toBe('');
  });

  it('is 304 to a reader who has it', async () => {
    const etag = (await read(image.url, {}, 'HEAD')).headers.get('etag') ?? '';
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await read(image.url, { 'if-none-match': tag });
      expect(response.status, tag).toBe(304);
      expect(response.headers.get('etag')).toBe(etag);
      expect(await response.text()).toBe('');
    }
    expect((await read(image.url, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('is read in parts', async () => {
    const size = image.bytes.length;
    const parts: [string, number, number][] = [
      ['bytes=0-3', 0, 4],
      ['bytes=-5', size - 5, size],
      ['bytes=10-', 10, size],
    ];
    for (const [range, from, to] of parts) {
      const response = await read(image.url, { range });
      expect(response.status).toBe(206);
      expect(response.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${size}`);
      expect(response.headers.get('content-length')).toBe(String(to - from));
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(image.bytes.slice(from, to));
    }
  });

  it('is 416 for a part that it has not, and for several parts', async () => {
    for (const range of ['bytes=9999-', 'bytes=0-1,4-5']) {
      const response = await read(image.url, { range });
      expect(response.status, range).toBe(416);
      expect(response.headers.get('content-range')).toBe(`bytes */${image.bytes.length}`);
      expect(await response.json()).toMatchObject({ error: { code: 'RANGE_NOT_SATISFIABLE' } });
    }
  });

  it('is answered whole where the range is of another version', async () => {
    const etag = (await read(image.url, {}, 'HEAD')).headers.get('etag') ?? '';
    expect((await read(image.url, { range: 'bytes=0-3', 'if-range': '"other"' })).status).toBe(200);
    expect((await read(image.url, { range: 'bytes=0-3', 'if-range': etag })).status).toBe(206);
  });

  it('that was also a page is a picture alone, in a sandbox', async () => {
    const { url } = await storedImage(gifThatIsHtml());
    const response = await read(url);
    expect(response.headers.get('content-type')).toBe('image/webp');
    expect(Buffer.from(await response.arrayBuffer()).includes('<script>')).toBe(false);
    expect(response.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is gone, with its row, once it is forgotten', async () => {
    const { ctx, key, url } = await storedImage();
    const { statement, event } = forgetMedia(ctx, key);
    await commit(ctx, [statement], { events: [event] });
    await ctx.settle();
    expect((await read(url)).status).toBe(404);
    expect(await ctx.db.select().from(mediaFiles).where(eq(mediaFiles.key, key))).toEqual([]);
  });
});

describe('a private file', () => {
  it('is not there without a link, nor with that of another file', async () => {
    const [one, other] = [await storedDocument(), await storedDocument()];
    const url = mediaUrl(one.ctx.config, one.key);
    const token = new URL(await linkTo(other.ctx, other.key)).searchParams.get('token');
    for (const query of ['', '?token=', '?token=nonsense', `?token=${token}`]) {
      const response = await read(url + query);
      expect(response.status, query).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: 'FILE_NOT_FOUND' } });
    }
  });

  it('is served by its link as an attachment that must not be cached', async () => {
    const { ctx, key } = await storedDocument();
    const response = await read(await linkTo(ctx, key));
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(response.headers.get('content-disposition')).toBe('attachment');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(pdf());
  });

  it('is closed again after five minutes', async () => {
    const { ctx, key } = await storedDocument();
    const past = (minutes: number) => ({ ...ctx, now: () => Date.now() - minutes * MINUTE_MS });
    expect((await read(await linkTo(past(4), key))).status).toBe(200);
    expect((await read(await linkTo(past(5), key))).status).toBe(404);
  });
});

describe('a key', () => {
  it.each(['', 'nothing', 'thumbnail/', 'thumbnail/../identity-document', 'health', '%00', 'thumbnail/a-b'])(
    '%s names nothing',
    async (key) => {
      expect((await read(`http://localhost:8787/media/${key}`)).status).toBe(404);
    },
  );

  it('is never given twice and cannot be guessed', async () => {
    const [one, other] = [await storedImage(), await storedImage()];
    expect(one.key).toMatch(/^thumbnail\/[0-9a-f-]{36}-[\w-]{43}$/);
    expect(one.key).not.toBe(other.key);
  });

  it('in a URL of ours is told from any other URL', async () => {
    const { ctx, key, url } = await storedImage();
    const document = await storedDocument();
    expect(isOwnMediaUrl(ctx.config, url)).toBe(true);
    for (const other of [
      mediaUrl(ctx.config, document.key),
      `https://elsewhere.test/media/${key}`,
      `${ctx.config.mediaOrigin}.elsewhere.test/media/${key}`,
      `${url}/../x`,
      `${url}?x`,
      key,
      'javascript:alert(1)',
    ])
      expect(isOwnMediaUrl(ctx.config, other), other).toBe(false);
  });
});

describe('storing', () => {
  it('leaves nothing when the media store is away', async () => {
    const ctx = testContext();
    const { userId } = await asUser();
    vi.spyOn(ctx.files, 'put').mockRejectedValue(new Error('We encountered an internal error. (10001)'));
    await expect(storeImage(ctx, userId, 'thumbnail', png())).rejects.toMatchObject({
      code: 'MEDIA_STORE_UNAVAILABLE',
      status: 503,
    });
    expect(await ctx.db.select().from(mediaFiles).where(eq(mediaFiles.ownerId, userId))).toEqual([]);
  });

  it('deletes an object whose batch never came', async () => {
    const ctx = testContext();
    const { userId } = await asUser();
    const { key, statements } = await storeImage(ctx, userId, 'thumbnail', gif());
    expect(await ctx.files.head(key)).not.toBeNull();
    const later = { ...ctx, now: () => Date.now() + UNNAMED_FOR_MS_MAX + MINUTE_MS };
    await sweepOutbox(later);
    expect(await ctx.files.head(key)).toBeNull();
    await expect(commit(ctx, statements)).rejects.toThrow('DEMAND_NOT_MET');
  });

  it('keeps an object whose batch came', async () => {
    const { ctx, key } = await storedImage();
    await sweepOutbox({ ...ctx, now: () => Date.now() + UNNAMED_FOR_MS_MAX + MINUTE_MS });
    expect(await ctx.files.head(key)).not.toBeNull();
  });
});
