/** POST /user/avatar, POST /viewer/avatar: one's own picture, and what is left of the one before. */
import { env, exports } from 'cloudflare:workers';
import { imageSize } from 'image-size';
import { describe, expect, it } from 'vitest';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { cutOff, form, gifThatIsHtml, html, jpeg, padded, pdf, photo, picture, png, svg } from '#test/support/files';
import {
  apng,
  gifOf,
  gifWithBlocks,
  gifWithoutTrailer,
  gifWithTail,
  heic,
  jpegWithDecoy,
  jpegWithFill,
  pngWithTail,
  twoJpegs,
} from '#test/support/odd-files';
import { asUser, type Person } from '#test/support/users';
import { PICTURES } from '@/contracts/file-kinds';
import { commit } from '@/db/commit';
import { findKeyIn } from '@/domains/base/media/keys';
import { storeImage, UNNAMED_FOR_MS_MAX } from '@/domains/base/media/store';
import { sweepOutbox } from '@/queues/outbox';
import { MINUTE_MS } from '@/shared/time';

const upload = (person: Pick<Person, 'post'>, bytes: Uint8Array, door = 'user') =>
  person.post(`${door}/avatar`, form('avatar', bytes));
const avatarOf = async ({ userId }: Person) =>
  (
    await env.DB.prepare('SELECT avatar_url AS url FROM users WHERE id = ?')
      .bind(userId)
      .first<{ url: string | null }>()
  )?.url;
const filesOf = async ({ userId }: Person) =>
  (await env.DB.prepare('SELECT key, bytes FROM media_files WHERE owner_id = ?').bind(userId).all<{ key: string }>())
    .results;
const objectsOf = async (key: string) =>
  (await env.MEDIA.list({ prefix: key })).objects.map((object) => object.key.slice(key.length)).toSorted();
const keyOf = (url: string) => findKeyIn(testContext().config, url) ?? '';
const read = async (url: string) => {
  const { headers } = await exports.default.fetch(url, { method: 'HEAD' });
  const object = await env.MEDIA.get(keyOf(url));
  return { headers, bytes: new Uint8Array((await object?.arrayBuffer()) ?? []) };
};
const pixels = async (url: string) => {
  return imageSize(new Uint8Array(await (await exports.default.fetch(url)).arrayBuffer()));
};

describe("a user's avatar", () => {
  it.each(['user', 'viewer'])('is set by /%s/avatar and shown on the user', async (door) => {
    const person = await asUser();
    const { status, data } = await upload(person, picture(800, 400), door);
    expect(status).toBe(200);
    expect(data).toMatchObject({ width: 640, height: 320 });
    expect((await person.get('auth/me')).data.avatarUrl).toBe(data.avatarUrl);
    expect((await read(data.avatarUrl)).headers.get('content-type')).toBe('image/webp');
  });

  it('comes in the widths of its kind, by ?w, and is never enlarged', async () => {
    const person = await asUser();
    const large = (await upload(person, picture(800, 400))).data.avatarUrl;
    expect(await objectsOf(keyOf(large))).toEqual(['', '-128', '-320']);
    const widths = { '': 640, '?w=1': 128, '?w=128': 128, '?w=129': 320, '?w=640': 640, '?w=9999': 640, '?w=x': 640 };
    for (const [query, width] of Object.entries(widths)) expect((await pixels(large + query)).width, query).toBe(width);
    const small = (await upload(person, picture(200, 10))).data;
    expect(small).toMatchObject({ width: 200, height: 10 });
    expect(await objectsOf(keyOf(small.avatarUrl))).toEqual(['', '-128']);
    expect((await pixels(`${small.avatarUrl}?w=320`)).width).toBe(200);
  });

  it('is turned upright and loses the place and camera in its metadata', async () => {
    expect(Buffer.from(photo()).includes('FootlightCam')).toBe(true);
    const { data } = await upload(await asUser(), photo());
    expect(data).toMatchObject({ width: 8, height: 16 });
    const stored = Buffer.from((await read(data.avatarUrl)).bytes);
    for (const trace of ['FootlightCam', 'Exif', 'EXIF', 'XMP ']) expect(stored.includes(trace), trace).toBe(false);
  });

  it('is stored as an image only, even if the file is also a web page', async () => {
    const { status, data } = await upload(await asUser(), gifThatIsHtml());
    expect(status).toBe(200);
    expect(Buffer.from((await read(data.avatarUrl)).bytes).includes('<script>')).toBe(false);
  });

  it.each([
    ['an animated PNG', apng()],
    ['a PNG with bytes behind its end', pngWithTail()],
    ['a GIF with bytes behind its trailer', gifWithTail()],
    ['a GIF without a trailer', gifWithoutTrailer()],
    ['a GIF with comments', gifWithBlocks()],
    ['a GIF whose screen has no size', gifOf([0, 0])],
    ['a JPEG with fill bytes', jpegWithFill()],
    ['two JPEGs in one file', twoJpegs()],
    ['a JPEG with a frame in its comment', jpegWithDecoy()],
    ['12,000 pixels wide', picture(12_000, 100, 1)],
  ])('may be %s', async (_, bytes) => {
    expect((await upload(await asUser(), bytes)).status).toBe(200);
  });

  it('replaces the one before, which is deleted', async () => {
    const person = await asUser();
    const first = (await upload(person, picture(800, 800))).data.avatarUrl;
    const second = (await upload(person, picture(700, 700))).data.avatarUrl;
    expect(await avatarOf(person)).toBe(second);
    expect((await filesOf(person)).map(({ key }) => key)).toEqual([keyOf(second)]);
    await sweepOutbox({ ...testContext(), now: () => Date.now() + MINUTE_MS });
    expect(await objectsOf(keyOf(first))).toEqual([]);
    expect(await objectsOf(keyOf(second))).toEqual(['', '-128', '-320']);
  });

  it("is not deleted if it is not the user's own file", async () => {
    const [owner, other] = [await asUser(), await asUser()];
    const url = (await upload(owner, png())).data.avatarUrl;
    await env.DB.prepare('UPDATE users SET avatar_url = ? WHERE id = ?').bind(url, other.userId).run();
    expect((await upload(other, png())).status).toBe(200);
    expect((await filesOf(owner)).map(({ key }) => key)).toEqual([keyOf(url)]);
  });

  it('is one of two that are sent at once, and the other leaves nothing behind', async () => {
    const person = await asUser();
    const answers = await Promise.all([upload(person, png()), upload(person, png()), upload(person, png())]);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    for (const { status, error } of answers)
      if (status !== 200) expect([status, error.code]).toEqual([409, 'UPLOAD_CONFLICT']);
    expect((await filesOf(person)).map(({ key }) => key)).toEqual([keyOf((await avatarOf(person)) ?? '')]);
  });
});

describe('an avatar is refused', () => {
  it.each([
    ['SVG', svg(), 415, 'FILE_TYPE_NOT_ALLOWED'],
    ['HTML', html(), 415, 'FILE_TYPE_NOT_ALLOWED'],
    ['a document', pdf(), 415, 'FILE_TYPE_NOT_ALLOWED'],
    ['empty', new Uint8Array(), 422, 'FILE_UNREADABLE'],
    ['cut off', cutOff(picture(20, 20)), 422, 'FILE_UNREADABLE'],
    ['a bomb', png(0x7fffffff, 0x7fffffff), 413, 'FILE_TOO_LARGE'],
    ['of more than 12,000 pixels a side', picture(12_001, 1, 1), 413, 'FILE_TOO_LARGE'],
    ['HEIC, which is not read here', heic(), 503, 'IMAGES_UNAVAILABLE'],
    ['whole to look at and no picture inside', jpeg(), 422, 'FILE_UNREADABLE'],
    ['too large', padded(png(), PICTURES.avatar.bytesMax + 1), 413, 'FILE_TOO_LARGE'],
    ['far too large', padded(png(), PICTURES.avatar.bytesMax + 100_000), 413, 'BODY_TOO_LARGE'],
  ])('when it is %s', async (_, bytes, status, code) => {
    const person = await asUser();
    const refused = await upload(person, bytes);
    expect([refused.status, refused.error.code]).toEqual([status, code]);
    expect(await avatarOf(person)).toBeNull();
    expect(await filesOf(person)).toEqual([]);
  });

  it('without a file, with two, or with another field name', async () => {
    const person = await asUser();
    const two = form('avatar', png());
    two.append('avatar', new File([png() as Uint8Array<ArrayBuffer>], 'b.png'));
    for (const body of [new FormData(), two, form('picture', png()), form('avatar', png(), { role: 'admin' })])
      expect((await person.post('user/avatar', body)).status).toBe(422);
    expect(await avatarOf(person)).toBeNull();
  });

  it('when the media store fails halfway, and nothing is left behind', async () => {
    const person = await asUser();
    const names: string[] = [];
    const failing = Object.assign(Object.create(env.MEDIA), {
      put: async (name: string, bytes: Uint8Array) => {
        names.push(name);
        if (name.endsWith('-320')) throw new Error('We encountered an internal error. (10001)');
        return env.MEDIA.put(name, bytes);
      },
    });
    const refused = await upload(clientWith({ MEDIA: failing }, person.headers) as Person, picture(800, 800));
    expect([refused.status, refused.error.code]).toEqual([503, 'MEDIA_STORE_UNAVAILABLE']);
    expect(await avatarOf(person)).toBeNull();
    expect(await filesOf(person)).toEqual([]);
    await sweepOutbox({ ...testContext(), now: () => Date.now() + UNNAMED_FOR_MS_MAX + MINUTE_MS });
    expect(await objectsOf(names.toSorted()[0] ?? 'none')).toEqual([]);
  });

  it('when images cannot be processed', async () => {
    const person = await asUser();
    const away = {
      input() {
        throw new Error('The Images service is away');
      },
    };
    const refused = await upload(clientWith({ IMAGES: away }, person.headers) as Person, png());
    expect([refused.status, refused.error.code]).toEqual([503, 'IMAGES_UNAVAILABLE']);
    expect(await filesOf(person)).toEqual([]);
  });

  it('but never because of its file name, which is ignored', async () => {
    const person = await asUser();
    const body = form('avatar', png(), {}, '../../identity-document/x.svg');
    const { status, data } = await person.post('user/avatar', body);
    expect(status).toBe(200);
    expect(data.avatarUrl).toMatch(/\/media\/avatar\/[0-9a-f-]{36}-[\w-]{43}$/);
  });
});

describe('a picture of a post', () => {
  it('has its size, three widths and one row', async () => {
    const ctx = testContext();
    const person = await asUser();
    const stored = await storeImage(ctx, person.userId, 'post-image', picture(3_000, 1_500));
    await commit(ctx, stored.statements);
    expect(stored).toMatchObject({ width: 2_048, height: 1_024, contentType: 'image/webp' });
    expect(await objectsOf(stored.key)).toEqual(['', '-1280', '-320']);
    // The widths are drawn from it again after they were cleared, so its row counts only itself.
    const bytes = (await env.MEDIA.head(stored.key))?.size;
    expect(await filesOf(person)).toEqual([{ key: stored.key, bytes }]);
  });
});
