/** GET /user/export of accounts that are too large for one answer: asked for, mailed, read by a link, and gone again. */
import { env, exports } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { mailTo, travel } from '#test/support/accounts';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { away, exportOf, fillWithNotifications } from '#test/support/exports';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asUser, type Person } from '#test/support/users';
import { mediaFiles } from '@/domains/base/media/tables';
import { roomTraces } from '@/domains/live/rooms/tables';
import { sweepExports } from '@/domains/operations/privacy/export-rows';
import { HOLDINGS } from '@/domains/operations/privacy/holdings';
import { DAY_MS, MINUTE_MS } from '@/shared/time';

const LARGE = 300;
const read = (url: string) => exports.default.fetch(url);
const statusOf = async (url: string) => (await exports.default.fetch(url, { method: 'HEAD' })).status;
const mailedLink = async ({ email }: Person) =>
  /https?:\/\/\S+/.exec(await mailTo(email, 'Your data is ready'))?.[0] ?? '';
const filesOf = ({ userId }: Person) =>
  testContext().db.select().from(mediaFiles).where(eq(mediaFiles.ownerId, userId));

async function anExport(count = LARGE) {
  const person = await asUser();
  const ids = await fillWithNotifications(person.userId, count);
  return { person, ids, ...exportOf(person) };
}

describe('the export of a large account', () => {
  it('stands in the reference beside the document itself', async () => {
    const { body: reference } = await client().get('openapi.json');
    const { responses } = reference.paths['/user/export'].get;
    const shapeOf = (status: number) => responses[status].content['application/json'].schema.properties.data.$ref;
    expect([shapeOf(200), shapeOf(202)]).toEqual(['#/components/schemas/Export', '#/components/schemas/LargeExport']);
  });

  it('is answered 202, and the same when asked for again', async () => {
    const { person, ask, sent, row } = await anExport();
    const first = await ask();
    expect(first.status).toBe(202);
    expect(first.headers.get('content-disposition')).toBeNull();
    expect(first.data).toEqual({
      ...{ status: 'preparing', requestedAt: expect.stringMatching(/^\d{4}-/), readyAt: null },
      ...{ expiresAt: null, url: null },
    });
    const begun = await row();
    expect((await ask()).data).toEqual(first.data);
    expect(await row()).toEqual(begun);
    expect(sent.map(({ body }) => body)).toEqual([{ type: 'build-export', exportId: begun?.id, step: 0 }]);
    expect(await filesOf(person)).toEqual([]);
  });

  it('is mailed as a link, by which it is read whole, as an attachment that nobody keeps', async () => {
    const { person, ids, ask, work } = await anExport();
    await ask();
    expect(await work()).toBe(3); // its one part, its end, its mail
    const response = await read(await mailedLink(person));
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'content-disposition': expect.stringMatching(/^attachment; filename="footlight-\d{4}-\d\d-\d\d\.json"$/),
      'cache-control': 'private, no-store',
    });
    const { success, data } = await response.json<{ success: true; data: Record<string, Record<string, unknown>[]> }>();
    expect(success).toBe(true);
    const others = ['orderAddresses', 'chatMessages', 'ledgerAccounts', 'transfers'];
    expect(Object.keys(data)).toEqual([...HOLDINGS.map(({ as }) => as), ...others]);
    expect(data.profile).toMatchObject([{ id: person.userId, email: person.email }]);
    expect(data.exports).toMatchObject([{ userId: person.userId, readyAt: null }]);
    expect(data.notifications?.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(data.notifications?.[0]?.title).toMatch(/^Überall “Neues” №\d+$/);
  });

  it('is returned as a link while it is recent, and its file belongs to the user', async () => {
    const { person, ask, work, row } = await anExport();
    await ask();
    await work();
    const { status, data } = await ask();
    expect(status).toBe(202);
    expect(data).toMatchObject({ status: 'ready', readyAt: expect.stringMatching(/^\d{4}-/) });
    expect(Date.parse(data.expiresAt) - Date.parse(data.readyAt)).toBe(7 * DAY_MS);
    const file = await read(data.url);
    const bytes = (await file.arrayBuffer()).byteLength;
    const ready = await row();
    expect(await filesOf(person)).toMatchObject([{ key: ready?.key, kind: 'export', private: true, bytes }]);
    travel(6 * MINUTE_MS);
    expect(await statusOf(data.url)).toBe(404);
    expect(await statusOf(await mailedLink(person))).toBe(200);
  });

  it('of several parts has every row once, in whole rows a part', async () => {
    const { person, ids, ask, work, row } = await anExport(2_800);
    await ask();
    expect(await work()).toBe(5); // 11 MB are three parts
    expect((await row())?.parts.length).toBe(3);
    const { data } = await (await read(await mailedLink(person))).json<{ data: { notifications: { id: string }[] } }>();
    expect(data.notifications.length).toBe(ids.length);
    expect(new Set(data.notifications.map(({ id }) => id))).toEqual(new Set(ids));
  });

  it('is also of who left something in many rooms, however little it is', async () => {
    const [person, creator] = [await asUser(), await asCreator()];
    const { ask, work, row } = exportOf(person);
    const bulk = `WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 100)`;
    await env.DB.batch([
      env.DB.prepare(
        `${bulk} INSERT INTO streams (id, channel_id, creator_id, title, status, created_at, updated_at)
         SELECT ?1 || '-' || n, ?2, ?1, '', 'ended', 1, 1 FROM number`,
      ).bind(creator.userId, creator.channelId),
      env.DB.prepare(`${bulk} INSERT INTO room_traces (user_id, room_id) SELECT ?1, ?2 || '-' || n FROM number`).bind(
        person.userId,
        creator.userId,
      ),
    ]);
    expect((await ask()).status).toBe(200);
    const streamId = await anOpenStream(creator);
    await person.post('stream/chat/message', { streamId, text: 'The only word' });
    await testContext().db.insert(roomTraces).values({ userId: person.userId, roomId: streamId });
    expect((await ask()).status).toBe(202);
    expect(await work()).toBe(4);
    expect((await row())?.parts.length).toBe(2);
    const { data } = await (await read(await mailedLink(person))).json<{ data: { chatMessages: unknown[] } }>();
    expect(data.chatMessages).toMatchObject([{ streamId, text: 'The only word' }]);
  });

  it('is one, though it is asked for twice at once', async () => {
    const { person, ask, work, row } = await anExport();
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(answers.map(({ status, data }) => `${status} ${data.requestedAt}`)).size).toBe(1);
    await work();
    const mails = await env.DB.prepare('SELECT 1 FROM mailbox WHERE recipient = ?').bind(person.email).all();
    expect(mails.results.length).toBe(1);
    expect(await filesOf(person)).toMatchObject([{ key: (await row())?.key }]);
  });

  it('is nobody else’s: a link opens its own file alone', async () => {
    const [mine, theirs] = [await anExport(), await anExport()];
    for (const { ask, work } of [mine, theirs]) {
      await ask();
      await work();
    }
    const [link, other] = [new URL(await mailedLink(mine.person)), new URL(await mailedLink(theirs.person))];
    other.search = link.search;
    for (const forged of [other.href, link.origin + link.pathname, `${link.href}x`])
      expect(await statusOf(forged)).toBe(404);
    expect(await statusOf(link.href)).toBe(200);
  });

  it('of yesterday gives way to a new one, and its file goes', async () => {
    const { person, ask, work, row } = await anExport();
    await ask();
    await work();
    const old = await row();
    travel(DAY_MS + MINUTE_MS);
    expect((await ask()).data.status).toBe('preparing');
    expect(await row()).not.toMatchObject({ id: old?.id });
    expect(await env.MEDIA.head(old?.key ?? '')).toBeNull();
    expect(await filesOf(person)).toEqual([]);
    await work();
    expect((await ask()).data.status).toBe('ready');
    expect(await filesOf(person)).toMatchObject([{ key: (await row())?.key }]);
  });

  it('is deleted when its link expires', async () => {
    const { person, ask, work, row } = await anExport();
    await ask();
    await work();
    const { key = '' } = (await row()) ?? {};
    const link = await mailedLink(person);
    travel(7 * DAY_MS - MINUTE_MS);
    await sweepExports(testContext());
    expect(await statusOf(link)).toBe(200);
    travel(7 * DAY_MS + MINUTE_MS);
    expect(await statusOf(link)).toBe(404);
    const ctx = testContext();
    await sweepExports(ctx);
    await ctx.settle();
    expect(await row()).toBeUndefined();
    expect(await filesOf(person)).toEqual([]);
    expect(await env.MEDIA.head(key)).toBeNull();
  });

  it('that did not become ready in a day is begun anew', async () => {
    const { ask, take, handle, work, row } = await anExport();
    await ask();
    const old = await row();
    const lost = take();
    travel(DAY_MS + MINUTE_MS);
    expect((await ask()).data.status).toBe('preparing');
    expect(await row()).not.toMatchObject({ id: old?.id });
    expect(await handle([lost])).toEqual({ acked: [0], retried: [] });
    expect(await work()).toBe(3);
  });

  it('is 503 while the store is away, and nothing is begun', async () => {
    const { ask, sent, row } = await anExport();
    const store = new Proxy(env.MEDIA, {
      get: (bucket, name) => (name === 'createMultipartUpload' ? away : Reflect.get(bucket, name)),
    });
    const { status, error } = await ask({ MEDIA: store });
    expect([status, error.code]).toEqual([503, 'MEDIA_STORE_UNAVAILABLE']);
    expect(await row()).toBeUndefined();
    expect(sent).toEqual([]);
  });
});
