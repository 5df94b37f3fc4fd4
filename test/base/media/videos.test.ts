/** What a phone writes into a video beside picture and sound is not in what anyone downloads, however they ask for it. */
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { box, CAMERA, ftyp, join, mdat, moov, PLACE, phoneMovie, SAMPLES, trak, udta } from '#test/support/boxes';
import { testContext } from '#test/support/context';
import { asViewer, type Person } from '#test/support/users';
import { findBlanks } from '@/domains/base/media/blanks';
import { findLink } from '@/domains/base/media/keys';

const read = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  exports.default.fetch(url, { method, headers });
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
const keyIn = (url: string) => new URL(url).pathname.slice('/media/'.length);

async function sent(author: Person, video: Uint8Array<ArrayBuffer>, contentType = 'video/mp4'): Promise<string> {
  const announced = { kind: 'post-video', contentType, bytes: video.length };
  const { id, url, headers } = (await author.post('media/uploads', announced)).data;
  expect((await exports.default.fetch(url, { method: 'PUT', headers, body: video })).status).toBe(200);
  return id;
}

function post(author: Person, uploadId: string, visibility = 'public') {
  const body = new FormData();
  for (const [name, value] of Object.entries({ text: 'A video', visibility, mediaUploadIds: uploadId }))
    body.set(name, value);
  return author.post('content/posts', body);
}

async function posted(video: Uint8Array<ArrayBuffer>, visibility?: string, contentType?: string) {
  const author = await asViewer();
  const { status, data } = await post(author, await sent(author, video, contentType), visibility);
  expect(status).toBe(201);
  return { author, id: data.id as string, url: data.media[0].url as string };
}

const VIDEOS = [
  ['MP4 that begins with its movie', join(ftyp, phoneMovie(), mdat), 'video/mp4'],
  ['MP4 that ends with it', join(ftyp, mdat, phoneMovie(), box('uuid', PLACE)), 'video/mp4'],
  ['QuickTime', join(box('ftyp', 'qt  \0\0\0\0qt  '), box('wide'), mdat, phoneMovie()), 'video/quicktime'],
] as const;

describe('a video from a phone', () => {
  it.each(VIDEOS)('tells neither place nor camera: %s', async (_, video, contentType) => {
    const { url } = await posted(video, 'public', contentType);
    const response = await read(url);
    expect(response.headers.get('content-length')).toBe(`${video.length}`);
    const seen = await bytesOf(response);
    expect(seen.length).toBe(video.length);
    for (const trace of [PLACE, CAMERA, 'ISO6709']) expect(seen.includes(trace), trace).toBe(false);
    expect(seen.includes(SAMPLES)).toBe(true);
    expect(seen.includes(mdat)).toBe(true);
    expect(seen.includes(box('free', new Uint8Array(udta().length - 8)))).toBe(true);
    // The store has it as it came.
    expect(Buffer.from((await (await env.MEDIA.get(keyIn(url)))?.arrayBuffer()) ?? []).equals(video)).toBe(true);
  });

  it('tells them no more where it came in the form of the post', async () => {
    const [, video] = VIDEOS[1];
    const body = new FormData();
    body.set('text', 'A video');
    body.set('files', new File([video], 'a.mp4'));
    const { status, data } = await (await asViewer()).post('content/posts', body);
    expect([status, data.media[0].type]).toEqual([201, 'video']);
    const seen = await bytesOf(await read(data.media[0].url));
    expect([seen.length, seen.includes(PLACE), seen.includes(SAMPLES)]).toEqual([video.length, false, true]);
  });

  it('tells them in no part of it, and the parts are the whole', async () => {
    const video = join(ftyp, moov(trak(), udta()), mdat, box('uuid', PLACE));
    const { url } = await posted(video);
    const whole = await bytesOf(await read(url));
    const size = video.length;
    const part = async (range: string, from: number, to: number) => {
      const response = await read(url, { range });
      expect([response.status, response.headers.get('content-length')]).toEqual([206, `${to - from}`]);
      expect((await bytesOf(response)).equals(whole.subarray(from, to)), range).toBe(true);
    };
    for (let cut = 1; cut < size; cut += 7) {
      await part(`bytes=0-${cut - 1}`, 0, cut);
      await part(`bytes=${cut}-`, cut, size);
    }
    const place = Buffer.from(video).indexOf(PLACE);
    await part(`bytes=${place}-${place + 4}`, place, place + 5);
    await part('bytes=-3', size - 3, size);
    const head = await read(url, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, `${size}`]);
    const etag = head.headers.get('etag') ?? '';
    expect((await read(url, { 'if-none-match': etag })).status).toBe(304);
  });

  it('is the same where it is long, and most of it is passed by', async () => {
    const samples = crypto.getRandomValues(new Uint8Array(60_000));
    const long = box('mdat', join(samples, samples, samples));
    const video = join(ftyp, long, phoneMovie(), long, box('uuid', PLACE), long);
    const { url } = await posted(video);
    const whole = await bytesOf(await read(url));
    expect(whole.length).toBe(video.length);
    for (const trace of [PLACE, CAMERA]) expect(whole.includes(trace)).toBe(false);
    expect(whole.subarray(0, ftyp.length + long.length).equals(join(ftyp, long))).toBe(true);
    expect(whole.subarray(-long.length).equals(long)).toBe(true);
    for (const [from, to] of [
      [100_000, 500_000],
      [ftyp.length + long.length + 20, video.length],
      [video.length - long.length - 10, video.length - long.length + 10],
    ]) {
      const response = await read(url, { range: `bytes=${from}-${(to ?? 0) - 1}` });
      expect((await bytesOf(response)).equals(whole.subarray(from, to)), `${from}-${to}`).toBe(true);
    }
    const hungUp = await read(url);
    await hungUp.body?.cancel();
    expect((await bytesOf(await read(url))).equals(whole)).toBe(true);
  });

  it('that is for followers is as private as a picture is, and tells them no more', async () => {
    const { author, id, url } = await posted(VIDEOS[0][1], 'followers');
    expect((await read(url.replace(/\?.*/, ''))).status).toBe(404);
    const response = await read(url, { range: 'bytes=0-' });
    expect(response.status).toBe(206);
    expect(response.headers.get('cache-control')).toMatch(/^private, max-age=\d+$/);
    expect((await bytesOf(response)).includes(PLACE)).toBe(false);
    // Deleted, a video is gone for those with a link as well.
    const object = await (await env.MEDIA.get(keyIn(url)))?.arrayBuffer();
    await author.delete(`content/posts/${id}`);
    await env.MEDIA.put(keyIn(url), object ?? '');
    const token = new URL(url).searchParams.get('token') ?? '';
    expect(await findLink(testContext(), keyIn(url), token)).toMatchObject({ secondsLeft: expect.any(Number) });
    expect((await read(url)).status).toBe(404);
  });

  it('from before anyone looked is looked at when it is read', async () => {
    const { url } = await posted(VIDEOS[1][1]);
    const seen = await bytesOf(await read(url));
    await env.DB.prepare('UPDATE media_files SET blanks = NULL WHERE key = ?').bind(keyIn(url)).run();
    expect((await bytesOf(await read(url))).equals(seen)).toBe(true);
  });
});

describe('a video is refused', () => {
  it.each([
    ['cut off', join(ftyp, phoneMovie(), mdat).slice(0, -1)],
    ['that lies about its boxes', join(ftyp, moov(box('trak', '', 1_000)), mdat)],
    ['that hides more than any camera', join(ftyp, moov(...Array.from({ length: 65 }, udta)))],
  ])('%s, and is not posted', async (_, video) => {
    const author = await asViewer();
    const refused = await post(author, await sent(author, video));
    expect([refused.status, refused.error.code]).toEqual([422, 'FILE_UNREADABLE']);
    expect((await author.get('content/posts')).data.items).toEqual([]);
  });
});

describe('the store', () => {
  it('that goes away while a video is looked at is 503', async () => {
    const { url } = await posted(VIDEOS[0][1]);
    const ctx = testContext();
    vi.spyOn(ctx.files, 'get').mockRejectedValue(new Error('We encountered an internal error. (10001)'));
    const file = { key: keyIn(url), contentType: 'video/mp4', bytes: VIDEOS[0][1].length };
    await expect(findBlanks(ctx, file)).rejects.toMatchObject({ code: 'MEDIA_STORE_UNAVAILABLE', status: 503 });
  });
});
