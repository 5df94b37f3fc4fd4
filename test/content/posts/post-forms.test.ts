/** POST /content/posts as a form that comes piece by piece: pictures and videos in one, and what breaks it. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client, randomAddress } from '#test/support/api';
import { clientWith, requestWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { mp4, picture, png } from '#test/support/files';
import { asViewer, type Person } from '#test/support/users';
import { UNNAMED_FOR_MS_MAX } from '@/domains/base/media/store';
import { sweepOutbox } from '@/queues/outbox';
import { MINUTE_MS } from '@/shared/time';

const MEGABYTE = 1_048_576;
const BOUNDARY = 'a-boundary';
const CONTENT_TYPE = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

type Part = readonly [name: string, value: string | Uint8Array];

/** As bytes, for what no FormData would say. Text is a word, bytes are a file. */
function written(parts: readonly Part[], end = `--${BOUNDARY}--\r\n`): Uint8Array<ArrayBuffer> {
  const pieces = parts.flatMap(([name, value]) => [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`,
    typeof value === 'string' ? '\r\n\r\n' : '; filename="page.html"\r\nContent-Type: text/html\r\n\r\n',
    value,
    '\r\n',
  ]);
  return new Uint8Array(Buffer.concat([...pieces, end].map((piece) => Buffer.from(piece as Uint8Array)))); // either
}

/** A client that sends these bytes, or this stream of them. */
function sender({ headers }: Person, overrides: Parameters<typeof requestWith>[0] = {}) {
  return (body: BodyInit, contentType: Record<string, string> = CONTENT_TYPE) =>
    client({ ...headers, ...contentType }, randomAddress(), (url, init) =>
      requestWith(overrides, new Request(url, { ...init, body })),
    ).post('content/posts', 'see above');
}

const send = (author: Person, parts: readonly Part[]) => sender(author)(written(parts));

/** The files whose deletion is planned. */
async function planned(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT event ->> 'key' AS key FROM outbox WHERE event ->> 'kind' = 'delete-media'",
  ).all<{ key: string }>();
  return results.map(({ key }) => key);
}

/** Runs it, and demands that of all it stored nothing is there when the deletions have come. Answers what it stored. */
async function leavingNothing(author: Person, refused: () => Promise<unknown>): Promise<string[]> {
  const before = await planned();
  await refused();
  const stored = (await planned()).filter((key) => !before.includes(key));
  expect((await author.get('content/posts')).data.items).toEqual([]);
  await sweepOutbox({ ...testContext(), now: () => Date.now() + UNNAMED_FOR_MS_MAX + MINUTE_MS });
  for (const key of stored) expect((await env.MEDIA.list({ prefix: key })).objects).toEqual([]);
  const rows = env.DB.prepare('SELECT key FROM media_files WHERE owner_id = ?').bind(author.userId);
  expect((await rows.all()).results).toEqual([]);
  return stored;
}

/** The bucket, counting what is stored at once and what in parts; `fail` says where it is away. */
function watched({ fail = () => false }: { fail?: (call: string) => boolean } = {}) {
  const calls: string[] = [];
  const note = (call: string) => {
    calls.push(call);
    if (fail(call)) throw new Error('We encountered an internal error. (10001)');
  };
  const bucket = Object.assign(Object.create(env.MEDIA), {
    async put(...given: Parameters<R2Bucket['put']>) {
      note('put');
      return env.MEDIA.put(...given);
    },
    get: (...given: [string, R2GetOptions]) => env.MEDIA.get(...given),
    async createMultipartUpload(...given: Parameters<R2Bucket['createMultipartUpload']>) {
      note('create');
      const upload = await env.MEDIA.createMultipartUpload(...given);
      return {
        async uploadPart(number: number, bytes: Uint8Array) {
          note(`part ${number}: ${bytes.length}`);
          return upload.uploadPart(number, bytes);
        },
        async complete(parts: R2UploadedPart[]) {
          note('complete');
          return upload.complete(parts);
        },
        async abort() {
          note('abort');
          return upload.abort();
        },
      };
    },
  });
  return { bucket, calls };
}

describe('a form with pictures and videos', () => {
  it('has both, in its order, whatever they are called, and words before and after them', async () => {
    const author = await asViewer();
    const { status, data } = await send(author, [
      ['visibility', 'followers'],
      ['files', png()],
      ['files', mp4()],
      ['text', 'Three'],
      ['files', picture(4, 2)],
    ]);
    expect(status).toBe(201);
    expect(data).toMatchObject({ text: 'Three', visibility: 'followers' });
    expect(data.media).toMatchObject([
      { type: 'image', width: 1, height: 1 },
      { type: 'video', contentType: 'video/mp4' },
      { type: 'image', width: 4, height: 2 },
    ]);
    const { pathname, search } = new URL(data.media[1].url);
    const video = await author.get(`${pathname}${search}`, { headers: { range: 'bytes=0-3999' } });
    expect([video.status, video.headers.get('content-type')]).toEqual([206, 'video/mp4']);
  });

  it('may come in any pieces', async () => {
    const author = await asViewer();
    const whole = written([
      ['files', mp4()],
      ['text', 'Slowly'],
    ]);
    for (const size of [1, 7, 1_000]) {
      let at = 0;
      const body = new ReadableStream({
        type: 'bytes',
        pull(controller) {
          controller.enqueue(whole.slice(at, at + size));
          at += size;
          if (at >= whole.length) controller.close();
        },
      });
      expect((await sender(author)(body)).status).toBe(201);
    }
  });

  it('stores a large video in parts of one size, and what is smaller than a part at once', async () => {
    const author = await asViewer();
    const video = mp4(17 * MEGABYTE).fill(7, 40);
    const { bucket, calls } = watched();
    const { status, data } = await sender(author, { MEDIA: bucket })(
      written([
        ['text', 'Long'],
        ['files', video],
        ['files', mp4()],
      ]),
    );
    expect(status).toBe(201);
    const [eight, one] = [8 * MEGABYTE, MEGABYTE];
    expect(calls).toEqual(['create', `part 1: ${eight}`, `part 2: ${eight}`, `part 3: ${one}`, 'complete', 'put']);
    const key = new URL(data.media[0].url).pathname.slice('/media/'.length);
    const stored = new Uint8Array((await (await env.MEDIA.get(key))?.arrayBuffer()) ?? []);
    expect(Buffer.compare(stored, video)).toBe(0);
    const bytes = env.DB.prepare('SELECT bytes FROM media_files WHERE key = ?').bind(key).first('bytes');
    expect(await bytes).toBe(video.length);
  });

  it('counts uploads among its ten', async () => {
    const author = await asViewer();
    const uploads = Array.from({ length: 9 }, () => ['mediaUploadIds', crypto.randomUUID()] as const);
    const refused = await send(author, [['text', 'a'], ['files', png()], ['files', png()], ...uploads]);
    expect(refused.error.details).toMatchObject([{ path: 'files' }]);
  });
});

describe('a file input that was left empty', () => {
  const unfilled = (content: string) =>
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="text"\r\n\r\nWords alone\r\n` +
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename=""\r\n` +
        `Content-Type: application/octet-stream\r\n\r\n${content}\r\n--${BOUNDARY}--\r\n`,
    );

  it('is no file, as browsers send it', async () => {
    const answer = await sender(await asViewer())(unfilled(''));
    expect(answer).toMatchObject({ status: 201, data: { text: 'Words alone', media: [] } });
  });

  it('is refused where something is in it all the same', async () => {
    const answer = await sender(await asViewer())(unfilled('<html>'));
    expect(answer).toMatchObject({
      status: 422,
      error: { details: [{ path: 'files', message: 'must have a file name' }] },
    });
  });
});

describe('a form is refused, and nothing of it stays', () => {
  const file = ['files', mp4()] as const;
  const text = ['text', 'Hello'] as const;

  it.each<[string, readonly Part[], number, string]>([
    ['words that are wrong after the files', [file, ['text', 'a'.repeat(2_001)]], 422, 'text'],
    ['neither words nor files', [['visibility', 'public']], 422, 'text'],
    ['a field that is not known', [file, text, ['title', 'a']], 422, 'title'],
    ['a field sent twice', [file, text, text], 422, 'text'],
    ['a file where a word belongs', [file, ['text', png()]], 422, 'files'],
    ['a word where a file belongs', [file, text, ['files', 'a']], 422, 'files'],
    ['an eleventh file', [text, ...Array.from({ length: 11 }, () => file)], 422, 'files'],
    ['a file of no bytes', [file, text, ['files', new Uint8Array()]], 422, ''],
    ['a page among the files', [file, text, ['files', new Uint8Array(Buffer.from('<script>'))]], 415, ''],
    ['a word of 17 KB', [file, ['text', 'a'.repeat(17_000)]], 413, ''],
    ['33 fields', [file, ...Array.from({ length: 33 }, () => ['mediaUploadIds', 'a'] as const)], 422, ''],
  ])('for %s', async (_, parts, status, path) => {
    const author = await asViewer();
    await leavingNothing(author, async () => {
      const refused = await send(author, parts);
      expect(refused.status).toBe(status);
      if (path) expect(refused.error.details).toMatchObject([{ path }]);
    });
  });

  it.each([
    ['it ends without its boundary', written([file, text], '')],
    ['it ends in the middle of a file', written([text, file]).subarray(0, -200)],
    ['it ends in the middle of a head', written([text, file], `--${BOUNDARY}\r\nContent-Dispo`)],
    ['there is nothing in it', new Uint8Array()],
    ['it is something else', new Uint8Array(Buffer.from('text=Hello'))],
  ])('when %s', async (_, body) => {
    const author = await asViewer();
    await leavingNothing(author, async () => {
      const refused = await sender(author)(body);
      expect([refused.status, refused.error.code]).toEqual([400, 'UPLOAD_MALFORMED']);
    });
  });

  it('if it has no boundary or another content type', async () => {
    const send = sender(await asViewer());
    const codeFor = async (type: string) => (await send(written([text]), { 'content-type': type })).error.code;
    expect(await codeFor('multipart/form-data; charset=utf-8')).toBe('UPLOAD_MALFORMED');
    expect(await codeFor('multipart/form-data')).toBe('WRONG_CONTENT_TYPE');
    expect(await codeFor('application/x-www-form-urlencoded')).toBe('WRONG_CONTENT_TYPE');
  });

  it('by the length that it says', async () => {
    const said = { ...CONTENT_TYPE, 'content-length': '400000000' };
    const refused = await sender(await asViewer())(written([text]), said);
    expect([refused.status, refused.error.code]).toEqual([413, 'BODY_TOO_LARGE']);
  });

  it('when its sender hangs up in the middle of a video', async () => {
    const author = await asViewer();
    const { bucket, calls } = watched();
    const whole = written([text, ['files', mp4(10 * MEGABYTE)]]);
    let at = 0;
    const body = new ReadableStream({
      type: 'bytes',
      pull(controller) {
        if (at > 9 * MEGABYTE) controller.error(new Error('Network connection lost.'));
        else controller.enqueue(whole.slice(at, at + MEGABYTE));
        at += MEGABYTE;
      },
    });
    await leavingNothing(author, () => sender(author, { MEDIA: bucket })(body));
    expect(calls).toEqual(['create', `part 1: ${8 * MEGABYTE}`, 'abort']);
  });

  it.each(['create', 'part 2', 'complete', 'put'])('when the store is away at %s: 503', async (call) => {
    const author = await asViewer();
    const { bucket, calls } = watched({ fail: (made) => made.startsWith(call) });
    const stored = await leavingNothing(author, async () => {
      const body = written([text, ['files', mp4(9 * MEGABYTE)], file]);
      const refused = await sender(author, { MEDIA: bucket })(body);
      expect([refused.status, refused.error.code]).toEqual([503, 'MEDIA_STORE_UNAVAILABLE']);
    });
    expect(stored.length).toBeGreaterThan(0);
    expect(calls.includes('abort')).toBe(call === 'part 2' || call === 'complete');
  });

  it('by the guard, before anything is stored', async () => {
    const refused = await clientWith({}, CONTENT_TYPE).post('content/posts', 'no form');
    expect(refused.status).toBe(401);
  });
});
