/** Videos above 200 MB: announced, sent in parts, joined, and used like any other; or given up. */
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { client } from '#test/support/api';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { mp4, R2_KEYS } from '#test/support/files';
import { asUser, asViewer, type Person } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { LARGE_FILES } from '@/contracts/file-kinds';
import { commit } from '@/db/commit';
import { UPLOAD_IN_PARTS_MS, UPLOAD_MS } from '@/domains/base/media/begin-upload';
import { claimUploads } from '@/domains/base/media/claim-upload';
import { completeUpload } from '@/domains/base/media/end-upload';
import { forgetFiles } from '@/domains/base/media/forget';
import { sweepUploads } from '@/domains/base/media/sweep';
import { MINUTE_MS } from '@/shared/time';

const MEGABYTE = 1_048_576;
const LARGE = 201 * MEGABYTE;
/** R2's least for a part that is not the last. */
const PART_BYTES = 5 * MEGABYTE;
const VIDEO = mp4(PART_BYTES + 1_000).fill(7, 40);

const claimVideo = async (ctx: Context, ownerId: string, id: string) => {
  const [video] = await claimUploads(ctx, ownerId, 'post-video', [id]);
  if (!video) throw new Error('Nothing was claimed');
  return video;
};

interface Part {
  partNumber: number;
  bytes: number;
  url: string;
}
interface Announced {
  id: string;
  parts: Part[];
}

const request = (bytes: number) => ({ kind: 'post-video', contentType: 'video/mp4', bytes });

async function announce(person: Pick<Person, 'post'>, bytes = LARGE): Promise<Announced> {
  const { status, data } = await person.post('media/uploads', request(bytes));
  expect(status).toBe(201);
  return data;
}

/** As if it had been announced when parts were small: 5 MB and 1 KB. */
async function announceSmall(person: Person): Promise<Announced & { parts: [Part, Part] }> {
  const { id, parts } = await announce(person);
  await env.DB.prepare('UPDATE media_uploads SET bytes = ?, part_bytes = ? WHERE id = ?')
    .bind(VIDEO.length, PART_BYTES, id)
    .run();
  return { id, parts: parts.slice(0, 2) as [Part, Part] };
}

const bytesOf = ({ partNumber }: Part) => VIDEO.slice((partNumber - 1) * PART_BYTES, partNumber * PART_BYTES);

const put = (url: string, bytes: Uint8Array, headers: Record<string, string> = {}) =>
  exports.default.fetch(url, { method: 'PUT', headers, body: bytes as Uint8Array<ArrayBuffer> });

async function send(part: Part, bytes = bytesOf(part)) {
  const response = await put(part.url, bytes);
  expect(response.status).toBe(200);
  return { partNumber: part.partNumber, etag: response.headers.get('etag') ?? '' };
}

async function sent(person: Person) {
  const upload = await announceSmall(person);
  const parts = [await send(upload.parts[1]), await send(upload.parts[0])];
  return { ...upload, complete: () => person.post(`media/uploads/${upload.id}/complete`, { parts }), etags: parts };
}

const codeOf = async (response: Response) => ((await response.json()) as { error: { code: string } }).error.code;
const rowOf = (id: string) =>
  env.DB.prepare('SELECT key, upload_id AS uploadId FROM media_uploads WHERE id = ?')
    .bind(id)
    .first<{ key: string; uploadId: string }>();

async function isOpenAtStore(row: Awaited<ReturnType<typeof rowOf>>): Promise<boolean> {
  const upload = env.MEDIA.resumeMultipartUpload(row?.key ?? '', row?.uploadId ?? '');
  return upload.uploadPart(3, 'x').then(
    () => true,
    () => false,
  );
}

/** The bucket, away for these calls. */
function awayFor(...calls: string[]) {
  const away = async () => {
    throw new Error('We encountered an internal error. (10001)');
  };
  const uploads = Object.fromEntries(calls.map((call) => [call, away]));
  return Object.assign(Object.create(env.MEDIA), {
    head: (key: string) => env.MEDIA.head(key),
    createMultipartUpload: (...given: Parameters<R2Bucket['createMultipartUpload']>) =>
      env.MEDIA.createMultipartUpload(...given),
    resumeMultipartUpload: () => uploads,
    ...uploads,
  });
}

describe('announcing more than 200 MB', () => {
  it('answers a URL for each part, and half a day for them', async () => {
    const { data } = await (await asUser()).post('media/uploads', request(LARGE));
    expect(data).toMatchObject({ method: 'PUT', headers: {}, bytes: LARGE });
    expect(data.url).toBeUndefined();
    expect(data.parts.map(({ bytes }: Part) => bytes / MEGABYTE)).toEqual([64, 64, 64, 9]);
    expect(data.parts.map(({ partNumber }: Part) => partNumber)).toEqual([1, 2, 3, 4]);
    expect(data.parts[3].url).toContain(`/media/uploads/${data.id}/parts/4?token=`);
    const life = Date.parse(data.expiresAt) - Date.now();
    expect(Math.abs(life - UPLOAD_IN_PARTS_MS)).toBeLessThan(MINUTE_MS);
  });

  it('sends at once what has 200 MB, or through the Worker 64, and takes no more than 5 GB', async () => {
    const person = await asUser({ createdAt: 0 });
    const { bytesMax, inPartsBytesMax } = LARGE_FILES['post-video'];
    const toR2 = clientWith(R2_KEYS, person.headers);
    expect((await toR2.post('media/uploads', request(bytesMax))).data.parts).toBeUndefined();
    expect((await announce(toR2, bytesMax + 1)).parts).toHaveLength(4);
    const throughWorker = 64 * 1_048_576;
    expect((await person.post('media/uploads', request(throughWorker))).data.parts).toBeUndefined();
    expect((await announce(person, throughWorker + 1)).parts).toHaveLength(2);
    expect((await announce(person, inPartsBytesMax)).parts).toHaveLength(80);
    const refused = await person.post('media/uploads', request(inPartsBytesMax + 1));
    expect([refused.status, refused.error.code]).toEqual([413, 'FILE_TOO_LARGE']);
  });

  it('keeps no more than 10 GB open for one, whoever asks at the same time', async () => {
    const person = await asUser({ createdAt: 0 });
    const largest = LARGE_FILES['post-video'].inPartsBytesMax;
    const answers = await Promise.all([1, 2, 3].map(() => person.post('media/uploads', request(largest))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 409]);
    expect(answers.find(({ status }) => status === 409)?.error.code).toBe('TOO_MANY_UPLOADS');
    const [open] = answers.filter(({ status }) => status === 201);
    await person.delete(`media/uploads/${open?.data.id}`);
    await announce(person, largest);
  });

  it('opens nothing at the store when it is refused', async () => {
    const person = await asUser({ createdAt: 0 });
    await announce(person, LARGE_FILES['post-video'].inPartsBytesMax);
    await announce(person, LARGE_FILES['post-video'].inPartsBytesMax);
    const opened: R2MultipartUpload[] = [];
    const bucket = Object.assign(Object.create(env.MEDIA), {
      async createMultipartUpload(...given: Parameters<R2Bucket['createMultipartUpload']>) {
        const upload = await env.MEDIA.createMultipartUpload(...given);
        opened.push(upload);
        return upload;
      },
      resumeMultipartUpload: (key: string, id: string) => env.MEDIA.resumeMultipartUpload(key, id),
    });
    const refused = await clientWith({ MEDIA: bucket }, person.headers).post('media/uploads', request(LARGE));
    expect(refused.status).toBe(409);
    expect(opened).toEqual([]);
  });

  it('is 503 while the store is away', async () => {
    const person = await asUser();
    const away = clientWith({ MEDIA: awayFor('createMultipartUpload') }, person.headers);
    const refused = await away.post('media/uploads', request(LARGE));
    expect([refused.status, refused.error.code]).toEqual([503, 'MEDIA_STORE_UNAVAILABLE']);
  });

  it('gives addresses at R2 itself where that is configured: of this part and length', async () => {
    const person = await asUser();
    const { id, parts } = await announce(clientWith(R2_KEYS, person.headers));
    const row = await rowOf(id);
    for (const { partNumber, url } of parts) {
      const { origin, pathname, searchParams } = new URL(url);
      expect(origin).toBe('https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com');
      expect(pathname).toBe(`/footlight-media/${row?.key}`);
      expect(Object.fromEntries(searchParams)).toMatchObject({
        partNumber: String(partNumber),
        uploadId: row?.uploadId,
        'X-Amz-Expires': '43200',
        'X-Amz-SignedHeaders': 'content-length;host',
        'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    }
    expect(new Set(parts.map(({ url }) => new URL(url).searchParams.get('X-Amz-Signature'))).size).toBe(4);
  });
});

describe('an upload in parts', () => {
  it('is joined when all are there, in whatever order they came, and shown in a post', async () => {
    const author = await asViewer();
    const { id, complete } = await sent(author);
    const early = new FormData();
    early.set('text', 'A long one');
    early.set('mediaUploadIds', id);
    expect((await author.post('content/posts', early)).error.code).toBe('UPLOAD_INCOMPLETE');
    const { status, data } = await complete();
    expect([status, data]).toEqual([200, { id, bytes: VIDEO.length, expiresAt: expect.any(String) }]);
    const post = await author.post('content/posts', early);
    expect(post.data.media).toMatchObject([{ type: 'video', contentType: 'video/mp4' }]);
    const key = new URL(post.data.media[0].url).pathname.slice('/media/'.length);
    const stored = await env.MEDIA.get(key);
    expect(Buffer.compare(new Uint8Array((await stored?.arrayBuffer()) ?? []), VIDEO)).toBe(0);
    expect((await complete()).error.code).toBe('UPLOAD_USED');
  });

  it('is completed once, however often that is asked', async () => {
    const { complete } = await sent(await asUser());
    const answers = await Promise.all([complete(), complete()]);
    expect([...answers, await complete()].map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('takes a part again until then, and no longer', async () => {
    const person = await asUser();
    const { parts } = await announceSmall(person);
    const first = await send(parts[0], new Uint8Array(PART_BYTES));
    const again = await send(parts[0]);
    const second = await send(parts[1]);
    const [id] = /[0-9a-f-]{36}/.exec(parts[0].url) ?? [];
    const complete = (etags: object[]) => person.post(`media/uploads/${id}/complete`, { parts: etags });
    expect((await complete([first, second])).error.code).toBe('UPLOAD_PARTS_DIFFER');
    expect((await complete([again, second])).status).toBe(200);
    const late = await put(parts[0].url, bytesOf(parts[0]));
    expect([late.status, await codeOf(late)]).toEqual([409, 'UPLOAD_USED']);
  });

  it.each([
    ['fewer bytes', bytesOf({ partNumber: 2 } as Part).slice(1)],
    ['more bytes', new Uint8Array(1_001)],
    ['no bytes', new Uint8Array()],
    ['those of another part', new Uint8Array(PART_BYTES)],
  ])('takes no part with %s than announced, whatever length is said', async (_, bytes) => {
    const person = await asUser();
    const { id, parts } = await announceSmall(person);
    const unsaid = { method: 'PUT', body: new Blob([bytes]).stream() };
    for (const refused of [await put(parts[1].url, bytes), await exports.default.fetch(parts[1].url, unsaid)])
      expect([refused.status, await codeOf(refused)]).toEqual([422, 'UPLOAD_SIZE_DIFFERS']);
    const first = await send(parts[0]);
    const refused = await person.post(`media/uploads/${id}/complete`, {
      parts: [first, { partNumber: 2, etag: 'd41d8cd98f00b204e9800998ecf8427e' }],
    });
    expect([refused.status, refused.error.code]).toEqual([422, 'UPLOAD_PARTS_DIFFER']);
    await send(parts[1]);
  });

  it('has its parts, its token and its way of sending, and no other', async () => {
    const person = await asUser();
    const [one, other] = [await announceSmall(person), await announceSmall(person)];
    const small = (await person.post('media/uploads', request(VIDEO.length))).data;
    const [part] = one.parts;
    const [base, token] = [part.url.replace(/1\?.*/, ''), new URL(part.url).search];
    const wrong = [
      ...['0', '3', '01', '-1', 'x'].map((number) => `${base}${number}${token}`),
      `${base}1`,
      `${base}1?token=x`,
      `${base}1${new URL(other.parts[0].url).search}`,
      `${base.replace('/parts/', '')}${token}`,
      small.url.replace('?', '/parts/1?'),
    ];
    for (const url of wrong) {
      const refused = await put(url, bytesOf(part), { 'content-type': 'video/mp4' });
      expect([url, refused.status, await codeOf(refused)]).toEqual([url, 404, 'UPLOAD_NOT_FOUND']);
    }
  });

  it('is 503 while the store is away, and can be completed after', async () => {
    const person = await asUser();
    const { id, etags, complete } = await sent(person);
    const ctx = { ...testContext(), files: awayFor('complete') };
    const away = completeUpload(ctx, person.userId, id, { parts: etags });
    await expect(away).rejects.toMatchObject({ status: 503, code: 'MEDIA_STORE_UNAVAILABLE' });
    expect((await complete()).status).toBe(200);
  });
});

describe('completing is refused', () => {
  it.each<[string, (etags: { partNumber: number; etag: string }[]) => unknown, string]>([
    ['a part that is left out', ([one]) => [one], 'UPLOAD_PARTS_DIFFER'],
    ['a part too many', (all) => [...all, { partNumber: 3, etag: 'x' }], 'UPLOAD_PARTS_DIFFER'],
    ['a part named twice', ([one]) => [one, one], 'UPLOAD_PARTS_DIFFER'],
    [
      'tags that are exchanged',
      ([a, b]) => [
        { ...a, etag: b?.etag },
        { ...b, etag: a?.etag },
      ],
      'UPLOAD_PARTS_DIFFER',
    ],
    ['no parts', () => [], 'VALIDATION_FAILED'],
    ['no list', () => undefined, 'VALIDATION_FAILED'],
    ['part 0', ([one]) => [{ ...one, partNumber: 0 }], 'VALIDATION_FAILED'],
  ])('with %s', async (_, partsOf, code) => {
    const person = await asUser();
    const { id, etags, complete } = await sent(person);
    const refused = await person.post(`media/uploads/${id}/complete`, { parts: partsOf(etags) });
    expect([refused.status, refused.error.code]).toEqual([422, code]);
    expect((await complete()).status).toBe(200);
  });

  it('to others, after its time, and of what was to be sent at once', async () => {
    const person = await asUser();
    const { id, etags } = await sent(person);
    const path = `media/uploads/${id}/complete`;
    expect((await client().post(path, { parts: etags })).status).toBe(401);
    expect((await (await asUser()).post(path, { parts: etags })).error.code).toBe('UPLOAD_NOT_FOUND');
    const late = { ...testContext(), now: () => Date.now() + UPLOAD_IN_PARTS_MS };
    const parts = etags.map(({ partNumber, etag }) => ({ partNumber, etag }));
    await expect(completeUpload(late, person.userId, id, { parts })).rejects.toMatchObject({
      code: 'UPLOAD_NOT_FOUND',
    });
    const small = (await person.post('media/uploads', request(1_000))).data;
    const refused = await person.post(`media/uploads/${small.id}/complete`, { parts: etags });
    expect([refused.status, refused.error.code]).toEqual([422, 'UPLOAD_PARTS_DIFFER']);
  });
});

describe('giving an upload up', () => {
  it('deletes what was sent of it, in parts, joined or at once', async () => {
    const person = await asUser();
    const half = await announceSmall(person);
    await send(half.parts[0]);
    const joined = await sent(person);
    await joined.complete();
    const small = (await person.post('media/uploads', request(VIDEO.length))).data;
    expect((await put(small.url, VIDEO, small.headers)).status).toBe(200);
    for (const { id } of [half, joined, small]) {
      const row = await rowOf(id);
      expect((await person.delete(`media/uploads/${id}`)).status).toBe(200);
      await vi.waitFor(async () => {
        expect(await isOpenAtStore(row)).toBe(false);
        expect(await env.MEDIA.head(row?.key ?? '')).toBeNull();
      });
      expect((await person.delete(`media/uploads/${id}`)).error.code).toBe('UPLOAD_NOT_FOUND');
    }
    expect(await codeOf(await put(half.parts[1].url, bytesOf(half.parts[1])))).toBe('UPLOAD_NOT_FOUND');
  });

  it('is for its owner alone, and not of what is used', async () => {
    const person = await asUser();
    const { id, complete } = await sent(person);
    expect((await client().delete(`media/uploads/${id}`)).status).toBe(401);
    expect((await (await asUser()).delete(`media/uploads/${id}`)).error.code).toBe('UPLOAD_NOT_FOUND');
    await complete();
    const claim = await claimVideo(testContext(), person.userId, id);
    await commit(testContext(), claim.statements);
    expect((await person.delete(`media/uploads/${id}`)).error.code).toBe('UPLOAD_USED');
    expect(await env.MEDIA.head(claim.key)).not.toBeNull();
  });

  it('is the end of a claim that is under way', async () => {
    const person = await asUser();
    const { id, complete } = await sent(person);
    await complete();
    const claim = await claimVideo(testContext(), person.userId, id);
    await person.delete(`media/uploads/${id}`);
    await expect(commit(testContext(), claim.statements)).rejects.toThrow('DEMAND_NOT_MET');
  });
});

describe('an upload that nobody uses', () => {
  it('is called off when it expires', async () => {
    const { id, parts } = await announceSmall(await asUser());
    await send(parts[0]);
    const row = await rowOf(id);
    const ctx = testContext();
    await sweepUploads({ ...ctx, now: () => Date.now() + UPLOAD_MS + 11 * MINUTE_MS });
    expect(await isOpenAtStore(row)).toBe(true);
    await sweepUploads({ ...ctx, now: () => Date.now() + UPLOAD_IN_PARTS_MS + 11 * MINUTE_MS });
    await ctx.settle();
    expect(await rowOf(id)).toBeNull();
    expect(await isOpenAtStore(row)).toBe(false);
  });

  it('goes with its account', async () => {
    const person = await asUser();
    const row = await rowOf((await announceSmall(person)).id);
    const ctx = testContext();
    expect(await forgetFiles(ctx, person.userId)).toBe(1);
    await ctx.settle();
    expect(await isOpenAtStore(row)).toBe(false);
  });
});
