/** How much an account can upload a day: announced, in forms and as documents, spent before and settled after. */
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { travel } from '#test/support/accounts';
import { clientWith } from '#test/support/app';
import { asApplicant } from '#test/support/applications';
import { usedBy } from '#test/support/budgets';
import { testContext } from '#test/support/context';
import { form, mp4, pdf, R2_KEYS } from '#test/support/files';
import { asUser, type Person } from '#test/support/users';
import { UPLOAD_IN_PARTS_MS, UPLOAD_MS } from '@/domains/base/media/begin-upload';
import { sweepUploads } from '@/domains/base/media/sweep';
import { DAY_MS, MINUTE_MS } from '@/shared/time';

const MEGABYTE = 1_048_576;
const GIGABYTE = 1_024 * MEGABYTE;

const request = (bytes: number) => ({ kind: 'post-video', contentType: 'video/mp4', bytes });
const announce = (person: Pick<Person, 'post'>, bytes: number) => person.post('media/uploads', request(bytes));

/** Sends what was announced to be sent at once. */
const put = ({ url, headers }: { url: string; headers: Record<string, string> }, bytes: Uint8Array) =>
  exports.default.fetch(url, { method: 'PUT', headers, body: bytes as Uint8Array<ArrayBuffer> });

async function expectSpent(answer: Promise<{ status: number; error: { code: string; details?: unknown } }>) {
  const { status, error } = await answer;
  expect([status, error?.code]).toEqual([429, 'DAILY_BUDGET_SPENT']);
  return error.details as { kind: string; limit: number; used: number; resetsAt: string | null };
}

describe('announced uploads', () => {
  it('count from their announcement on: 1 GB on the first day of an account, 10 GB after it', async () => {
    const fresh = await asUser();
    expect((await announce(fresh, GIGABYTE)).status).toBe(201);
    const details = await expectSpent(announce(fresh, 1));
    expect(details).toMatchObject({ kind: 'bytes', limit: GIGABYTE, used: GIGABYTE });
    const older = await asUser({ createdAt: Date.now() - DAY_MS });
    for (const gigabytes of [5, 4, 1]) expect((await announce(older, gigabytes * GIGABYTE)).status).toBe(201);
    expect(await usedBy(older)).toEqual({ bytes: 10 * GIGABYTE });
  });

  it('that are larger than a whole first day can be announced when that is over', async () => {
    const person = await asUser();
    const { resetsAt } = await expectSpent(announce(person, 2 * GIGABYTE));
    expect(Math.abs(Date.parse(resetsAt ?? '') - Date.now() - DAY_MS)).toBeLessThan(MINUTE_MS);
    const never = clientWith({ DAILY_UPLOADS: '1GB/1GB' }, person.headers);
    expect((await expectSpent(announce(never, 2 * GIGABYTE))).resetsAt).toBeNull();
    expect(await usedBy(person)).toEqual({});
  });

  it('are never more than allowed, however many come at once', async () => {
    const person = await asUser();
    const sender = clientWith({ DAILY_UPLOADS: '50MB/50MB' }, person.headers);
    const answers = await Promise.all(Array.from({ length: 50 }, () => announce(sender, 4 * MEGABYTE)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(12);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(38);
    expect(await usedBy(person)).toEqual({ bytes: 48 * MEGABYTE });
  });

  it('open no multipart upload at the store past the limit', async () => {
    const person = await asUser();
    const untouched = new Proxy(env.MEDIA, {
      get(_, name) {
        throw new Error(`${String(name)} was asked for`);
      },
    });
    await expectSpent(announce(clientWith({ MEDIA: untouched }, person.headers), 2 * GIGABYTE));
  });

  it('count a megabyte each where they are smaller', async () => {
    const person = await asUser();
    expect((await announce(person, 1)).status).toBe(201);
    expect(await usedBy(person)).toEqual({ bytes: MEGABYTE });
  });

  it('are given back when they are given up before anything was sent, at once or in parts, and once', async () => {
    const person = await asUser();
    for (const bytes of [10 * MEGABYTE, 900 * MEGABYTE]) {
      const { data } = await announce(person, bytes);
      expect(await usedBy(person)).toEqual({ bytes });
      const answers = await Promise.all([1, 2, 3].map(() => person.delete(`media/uploads/${data.id}`)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(await usedBy(person)).toEqual({});
    }
  });

  it('that were sent stay counted when they are given up', async () => {
    const person = await asUser();
    const { data } = await announce(person, 2 * MEGABYTE);
    expect((await put(data, mp4(2 * MEGABYTE))).status).toBe(200);
    expect((await person.delete(`media/uploads/${data.id}`)).status).toBe(200);
    expect(await usedBy(person)).toEqual({ bytes: 2 * MEGABYTE });
  });

  it('that R2 itself may still take stay counted until they expire', async () => {
    const person = await asUser();
    const sender = clientWith(R2_KEYS, person.headers);
    const { data } = await announce(sender, 10 * MEGABYTE);
    expect((await sender.delete(`media/uploads/${data.id}`)).status).toBe(200);
    expect(await usedBy(person)).toEqual({ bytes: 10 * MEGABYTE });
    const parts = await announce(sender, 300 * MEGABYTE);
    expect((await sender.delete(`media/uploads/${parts.data.id}`)).status).toBe(200);
    expect(await usedBy(person)).toEqual({ bytes: 10 * MEGABYTE });
  });

  it('are given back when they expire and nothing was sent', async () => {
    const person = await asUser();
    const { data: sent } = await announce(person, 3 * MEGABYTE);
    await announce(clientWith(R2_KEYS, person.headers), 10 * MEGABYTE);
    await announce(person, 300 * MEGABYTE);
    expect((await put(sent, mp4(3 * MEGABYTE))).status).toBe(200);
    for (const lifeMs of [UPLOAD_MS, UPLOAD_IN_PARTS_MS])
      await sweepUploads({ ...testContext(R2_KEYS), now: () => Date.now() + lifeMs + 11 * MINUTE_MS });
    expect(await usedBy(person)).toEqual({ bytes: 3 * MEGABYTE });
  });

  it('of a day that is over give back nothing of the day after it', async () => {
    const person = await asUser({ createdAt: 0 });
    const session = clientWith({}, { authorization: `Bearer ${person.sessionToken}` });
    const { data } = await announce(session, 100 * MEGABYTE);
    await env.DB.prepare('UPDATE daily_budgets SET started_at = started_at - ? WHERE user_id = ?')
      .bind(DAY_MS, person.userId)
      .run();
    travel(MINUTE_MS);
    await announce(session, 5 * MEGABYTE);
    expect((await session.delete(`media/uploads/${data.id}`)).status).toBe(200);
    expect(await usedBy(person)).toEqual({ bytes: 5 * MEGABYTE });
  });

  it('are given back if the store does not open their parts', async () => {
    const person = await asUser();
    const failing = Object.assign(Object.create(env.MEDIA), {
      async createMultipartUpload() {
        throw new Error('We encountered an internal error. (10001)');
      },
    });
    const refused = await announce(clientWith({ MEDIA: failing }, person.headers), 300 * MEGABYTE);
    expect([refused.status, refused.error.code]).toEqual([503, 'MEDIA_STORE_UNAVAILABLE']);
    expect(await usedBy(person)).toEqual({});
    const left = env.DB.prepare('SELECT count(*) AS n FROM media_uploads WHERE owner_id = ?').bind(person.userId);
    expect(await left.first('n')).toBe(0);
  });
});

describe('the files of forms', () => {
  const post = (author: Pick<Person, 'post'>, video: Uint8Array, text = 'A video') =>
    author.post('content/posts', form('files', video, { text }));

  it('are settled to their size once it is known', async () => {
    const person = await asUser();
    expect((await post(person, mp4(12 * MEGABYTE).fill(7, 40))).status).toBe(201);
    expect(await usedBy(person)).toEqual({ bytes: 12 * MEGABYTE });
    expect((await post(person, mp4())).status).toBe(201);
    expect(await usedBy(person)).toEqual({ bytes: 13 * MEGABYTE });
  });

  it('that would be too much are not stored', async () => {
    const person = await asUser();
    const calls: string[] = [];
    const bucket = new Proxy(env.MEDIA, {
      get(target, name) {
        calls.push(String(name));
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const sender = clientWith({ MEDIA: bucket, DAILY_UPLOADS: '20MB/20MB' }, person.headers);
    expect((await announce(sender, 15 * MEGABYTE)).status).toBe(201);
    expect((await expectSpent(post(sender, mp4(12 * MEGABYTE)))).kind).toBe('bytes');
    expect(calls).toEqual([]);
  });

  it('that cannot be stored are given back', async () => {
    const person = await asUser();
    const failing = Object.assign(Object.create(env.MEDIA), {
      async put() {
        throw new Error('We encountered an internal error. (10001)');
      },
    });
    const refused = await post(clientWith({ MEDIA: failing }, person.headers) as Person, mp4());
    expect(refused.error.code).toBe('MEDIA_STORE_UNAVAILABLE');
    expect(await usedBy(person)).toEqual({});
  });

  it('count even if the text of their form is refused: they were stored', async () => {
    const person = await asUser();
    expect((await post(person, mp4(2 * MEGABYTE), 'a'.repeat(2_001))).status).toBe(422);
    expect((await usedBy(person)).bytes).toBeGreaterThanOrEqual(2 * MEGABYTE);
  });

  it('count a megabyte each, however small they are, so that their number has an end', async () => {
    const person = await asUser();
    const sender = clientWith({ DAILY_UPLOADS: '3MB/3MB' }, person.headers) as Person;
    for (let sent = 0; sent < 3; sent += 1) expect((await post(sender, mp4())).status).toBe(201);
    await expectSpent(post(sender, mp4()));
  });

  it('are an identity document too', async () => {
    const person = await asApplicant({}, { document: false });
    const sender = clientWith({ DAILY_UPLOADS: '2MB/2MB' }, person.headers);
    const document = () =>
      sender.post('creator/application/document', form('document', pdf(), { documentType: 'passport' }));
    for (let sent = 0; sent < 2; sent += 1) expect((await document()).status).toBe(201);
    await expectSpent(document());
  });
});
