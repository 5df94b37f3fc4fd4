/** How many pictures an account can upload a day, and what one costs: a drawing for each width that it needs. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { travel } from '#test/support/accounts';
import { type Answer, type Client, client } from '#test/support/api';
import { clientWith } from '#test/support/app';
import { counting, usedBy } from '#test/support/budgets';
import { cutOff, form, jpeg, picture, png, strip } from '#test/support/files';
import { heic } from '#test/support/odd-files';
import { asCreator, asUser, type Person } from '#test/support/users';
import { DAY_MS, HOUR_MS } from '@/shared/time';

const MEGABYTE = 1_048_576;
const times = (count: number) => Array.from({ length: count }, (_, index) => index);

const copies = (count: number, bytes = png()) => times(count).map(() => bytes);

const TOO_LONG = 'a'.repeat(2_001);

function post(author: Pick<Client, 'post'>, pictures: readonly Uint8Array[], text = 'Pictures'): Promise<Answer> {
  const body = new FormData();
  for (const bytes of pictures) body.append('files', new File([bytes as Uint8Array<ArrayBuffer>], 'a.png'));
  body.set('text', text);
  return author.post('content/posts', body);
}

/** Somebody who can upload so many pictures, and what that costs. By the session, which outlives a day. */
async function limited(limits: string, createdAt = Date.now()) {
  const person = await asUser({ createdAt });
  const { calls, bindings } = counting();
  const headers = { authorization: `Bearer ${person.sessionToken}` };
  return { person, calls, sender: clientWith({ ...bindings, DAILY_PICTURES: limits }, headers) };
}

function expectSpent({ status, error, headers }: Answer, details: object) {
  expect([status, error?.code]).toEqual([429, 'DAILY_BUDGET_SPENT']);
  expect(error.details).toMatchObject(details);
  const { resetsAt } = error.details as { resetsAt: string };
  const seconds = Number(headers.get('retry-after'));
  expect(Math.abs(Date.parse(resetsAt) - Date.now() - seconds * 1_000)).toBeLessThan(30_000);
  expect(error.message).toContain(resetsAt.slice(0, 10));
  return { resetsAt, seconds };
}

describe('a picture', () => {
  it.each([
    ['of one pixel', png()],
    ['of 69 bytes that is 2,048 pixels wide and one high', strip()],
    ['narrower than every width', picture(300, 300)],
  ])('%s is drawn once and stored once, and served at every width', async (_, bytes) => {
    const { calls, sender } = await limited('10/10');
    const { status, data } = await post(sender, copies(10, bytes));
    expect([status, calls]).toEqual([201, { drawn: 10, put: 10 }]);
    for (const width of [1, 320, 1_280, 9_999])
      expect((await client().get(`${data.media[0].url}?w=${width}`)).status).toBe(200);
  });

  it('is drawn at the widths that are narrower than it, and counts once', async () => {
    const { person, calls, sender } = await limited('10/10');
    expect((await post(sender, [picture(3_000, 2_000)])).status).toBe(201);
    expect(calls).toEqual({ drawn: 3, put: 3 });
    expect(await usedBy(person)).toEqual({ pictures: 1, bytes: MEGABYTE });
  });
});

describe('the pictures of a day', () => {
  it('end with 429, which says when they are free again, and nothing is drawn or stored any longer', async () => {
    const { calls, sender } = await limited('12/12', 0);
    expect((await post(sender, copies(10))).status).toBe(201);
    const form = await post(sender, copies(3));
    const { seconds } = expectSpent(form, { kind: 'pictures', limit: 12, used: 12 });
    expect(seconds).toBeGreaterThan(DAY_MS / 1_000 - 60);
    expect(calls).toEqual({ drawn: 12, put: 12 });
    for (let again = 0; again < 3; again += 1) expectSpent(await post(sender, [png()]), { kind: 'pictures' });
    expect(calls).toEqual({ drawn: 12, put: 12 });
  });

  it('are 60 on the first day of an account and 300 after it', async () => {
    const fresh = await asUser();
    const spend = (person: Person, used: number) =>
      env.DB.prepare("INSERT INTO daily_budgets VALUES (?, 'pictures', ?, ?, 1000)")
        .bind(person.userId, Date.now(), used)
        .run();
    await spend(fresh, 59);
    expect((await post(fresh, [png()])).status).toBe(201);
    expectSpent(await post(fresh, [png()]), { limit: 60, used: 60 });
    const older = await asUser({ createdAt: Date.now() - DAY_MS });
    await spend(older, 299);
    expect((await post(older, [png()])).status).toBe(201);
    expectSpent(await post(older, [png()]), { limit: 300, used: 300 });
  });

  it('are exactly as many as allowed, however many come at once', async () => {
    const { person, calls, sender } = await limited('20/20');
    const answers = await Promise.all(times(50).map(() => post(sender, [png()])));
    const taken = answers.filter(({ status }) => status === 201);
    expect(taken).toHaveLength(20);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30);
    expect(calls).toEqual({ drawn: 20, put: 20 });
    expect(await usedBy(person)).toEqual({ pictures: 20, bytes: 20 * MEGABYTE });
  });

  it('begin again a day after the first of them', async () => {
    const { sender } = await limited('2/2', 0);
    expect((await post(sender, [png(), png()])).status).toBe(201);
    travel(DAY_MS - HOUR_MS);
    const { seconds } = expectSpent(await post(sender, [png()]), { kind: 'pictures' });
    expect(seconds).toBeLessThanOrEqual(HOUR_MS / 1_000);
    travel(2 * HOUR_MS);
    expect((await post(sender, [png(), png()])).status).toBe(201);
    expectSpent(await post(sender, [png()]), { kind: 'pictures' });
  });

  it('grow when the first day is over, and 429 says so', async () => {
    const { sender } = await limited('3/1', Date.now() - 20 * HOUR_MS);
    expect((await post(sender, [png()])).status).toBe(201);
    const { seconds } = expectSpent(await post(sender, [png()]), { limit: 1, used: 1 });
    expect(Math.abs(seconds - (4 * HOUR_MS) / 1_000)).toBeLessThan(60);
    travel(5 * HOUR_MS);
    expect((await post(sender, [png(), png()])).status).toBe(201);
    expectSpent(await post(sender, [png()]), { limit: 3, used: 3 });
  });

  it('are one budget of one account for posts, avatars and thumbnails', async () => {
    const creator = await asCreator();
    const limits = { DAILY_PICTURES: '3/3' };
    const sender = clientWith(limits, creator.headers);
    expect((await post(sender, [png()])).status).toBe(201);
    expect((await sender.post('user/avatar', form('avatar', png()))).status).toBe(200);
    expect((await sender.post('stream/thumbnail', form('thumbnail', png()))).status).toBe(200);
    expectSpent(await post(sender, [png()]), { kind: 'pictures' });
    expectSpent(await sender.post('viewer/avatar', form('avatar', png())), { kind: 'pictures' });
    expectSpent(await sender.post('stream/thumbnail', form('thumbnail', png())), { kind: 'pictures' });
    const other = clientWith(limits, (await asUser()).headers);
    expect((await post(other, [png()])).status).toBe(201);
  });
});

describe('a picture that comes to nothing', () => {
  it('is drawn once where it is broken, and gives back what it spent', async () => {
    const { person, calls, sender } = await limited('10/10');
    const { status, error } = await post(sender, [jpeg()]);
    expect([status, error.code]).toEqual([422, 'FILE_UNREADABLE']);
    expect(calls).toEqual({ drawn: 1, put: 0 });
    expect(await usedBy(person)).toEqual({ brokenPictures: 1 });
  });

  it('costs nothing if it is refused before it is drawn', async () => {
    const { person, calls, sender } = await limited('10/10');
    for (const bytes of [cutOff(picture(20, 20)), png(0x7fffffff, 1), heic(12_001, 1), new Uint8Array([1, 2, 3])])
      expect((await post(sender, [bytes])).status).not.toBe(201);
    expect(calls).toEqual({ drawn: 0, put: 0 });
    expect(await usedBy(person)).toEqual({});
  });

  it('is drawn at most as often as broken pictures and pictures together are allowed', async () => {
    const { calls, sender } = await limited('3/3');
    const codes: string[] = [];
    for (let sent = 0; sent < 10; sent += 1) codes.push((await post(sender, [jpeg()])).error.code);
    expect(codes).toEqual([...times(6).map(() => 'FILE_UNREADABLE'), ...times(4).map(() => 'DAILY_BUDGET_SPENT')]);
    expect(calls.drawn).toBe(6);
  });

  it('gives everything back while pictures cannot be drawn', async () => {
    const person = await asUser();
    const away = {
      input() {
        throw new Error('The Images service is away');
      },
    };
    const sender = clientWith({ IMAGES: away, DAILY_PICTURES: '1/1' }, person.headers);
    for (let sent = 0; sent < 3; sent += 1) expect((await post(sender, [png()])).error.code).toBe('IMAGES_UNAVAILABLE');
    expect(await usedBy(person)).toEqual({});
  });

  it('gives its bytes back if the store is unavailable: it was drawn, and not stored', async () => {
    const person = await asUser();
    const failing = Object.assign(Object.create(env.MEDIA), {
      async put() {
        throw new Error('We encountered an internal error. (10001)');
      },
    });
    const sender = clientWith({ MEDIA: failing }, person.headers);
    expect((await post(sender, [png()])).error.code).toBe('MEDIA_STORE_UNAVAILABLE');
    expect(await usedBy(person)).toEqual({ pictures: 1 });
  });

  it('counts even if the text of its form is refused: it was drawn and stored', async () => {
    const { calls, sender } = await limited('4/4');
    for (let sent = 0; sent < 2; sent += 1) expect((await post(sender, [png(), png()], TOO_LONG)).status).toBe(422);
    expectSpent(await post(sender, [png()], TOO_LONG), { kind: 'pictures', used: 4 });
    expect(calls).toEqual({ drawn: 4, put: 4 });
  });
});
