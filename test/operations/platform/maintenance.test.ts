/** Maintenance: who is refused, who is not, and what open rooms say. */
import { createExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { client, randomAddress } from '#test/support/api';
import { entry } from '#test/support/app';
import { testContext } from '#test/support/context';
import { recordingContext } from '#test/support/outbox';
import { sweepOut } from '#test/support/queues';
import { aUser, joinRoom } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import { app } from '@/app';
import type { Env } from '@/config';
import { announceMaintenance, ROOMS_A_PAGE } from '@/domains/base/maintenance/announce';
import { KEPT_MS } from '@/domains/base/maintenance/read';
import { sweepOutbox } from '@/queues/outbox';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';

const PATH = 'admin/maintenance';
const iso = (ms: number) => new Date(ms).toISOString();
const windowFrom = (from: number, until = from + HOUR_MS) => ({
  from: iso(from),
  until: iso(until),
  message: 'We move house. Back at six.',
});

/** Other files of tests share the isolate, which keeps the window. */
afterEach(async () => {
  vi.useRealTimers();
  await (await asStaff('owner')).put(PATH, { maintenance: null });
});

async function startMaintenance(admin?: Person) {
  const person = admin ?? (await asStaff('admin_l3'));
  const window = windowFrom(Date.now() - MINUTE_MS);
  const answer = await person.put(PATH, window);
  expect(answer.status).toBe(200);
  return { admin: person, window };
}

describe('while the platform is down for maintenance', () => {
  it('refuses everyone, with when to come back and why', async () => {
    const viewer = await asViewer();
    const { window } = await startMaintenance();
    for (const caller of [viewer, client()])
      for (const answer of [
        await caller.get('user/settings'),
        await caller.get('viewer/live'),
        await caller.get('payment/packages'),
        await caller.put('user/settings', { autoplay: false }),
        await caller.post('settings/feedback', { category: 'bug', text: 'x' }),
      ]) {
        expect([answer.status, answer.error.code, answer.error.message]).toEqual([503, 'MAINTENANCE', window.message]);
        expect(answer.error.details).toEqual(window);
        const seconds = Number(answer.headers.get('retry-after'));
        expect(seconds).toBeGreaterThan(58 * 60);
        expect(seconds).toBeLessThanOrEqual(60 * 60);
      }
  });

  it('asks clients to look again within the hour, since it may end early', async () => {
    const admin = await asStaff('admin_l3');
    await admin.put(PATH, windowFrom(Date.now() - MINUTE_MS, Date.now() + 20 * HOUR_MS));
    expect((await client().get('viewer/live')).headers.get('retry-after')).toBe('3600');
  });

  it('lets staff in, also where anyone may go', async () => {
    const agent = await asStaff('support');
    await startMaintenance();
    expect((await agent.get('user/settings')).status).toBe(200);
    expect((await agent.get('payment/packages')).status).toBe(200);
    expect((await agent.get('viewer/live')).status).toBe(200);
    expect((await agent.put('user/settings', { autoplay: false })).status).toBe(200);
  });

  it('refuses someone whose rank was taken, whatever their token says', async () => {
    const agent = await asStaff('support');
    await startMaintenance();
    await env.DB.prepare('DELETE FROM staff WHERE user_id = ?').bind(agent.userId).run();
    expect((await agent.get('user/settings')).status).toBe(503);
    expect((await agent.get('payment/packages')).status).toBe(503);
  });

  it('tells staff that their token has expired', async () => {
    await startMaintenance();
    const answer = await client({ authorization: 'Bearer nonsense' }).get('user/settings');
    expect([answer.status, answer.error.code]).toEqual([401, 'TOKEN_INVALID']);
    expect((await client({ authorization: 'Bearer nonsense' }).get('payment/packages')).status).toBe(503);
  });

  it('stays open for sign-in, health, versions, the configuration, documentation and providers', async () => {
    const viewer = await asViewer();
    const { window } = await startMaintenance();
    const guest = client();
    expect((await guest.get('/health')).status).toBe(200);
    const config = await guest.get('settings/system/config');
    expect([config.status, config.data.maintenance]).toEqual([200, window]);
    expect((await guest.get('settings/app/version?platform=ios&version=1.0.0')).status).toBe(200);
    expect((await guest.get('openapi.json')).status).toBe(200);
    expect((await guest.get('docs')).status).toBe(200);
    expect((await guest.post('auth/login', { email: viewer.email, password: 'not this one' })).status).toBe(401);
    expect((await guest.post('auth/refresh', { refreshToken: viewer.refreshToken })).status).toBe(200);
    expect((await guest.post('webhook/livekit', '{}')).status).toBe(401);
    expect((await guest.get('webhook/livekit/health')).status).toBe(200);
    expect((await guest.get('/media/avatar/none')).status).toBe(404);
    expect((await guest.call('PUT', '/media/uploads/none?token=x')).status).toBe(503);
  });
});

describe('PUT /admin/maintenance', () => {
  it('announces a window that begins and ends by the clock alone', async () => {
    const [admin, viewer] = [await asStaff('admin_l3'), await asViewer()];
    const start = Date.now() + 5 * MINUTE_MS;
    const window = windowFrom(start);
    expect((await admin.put(PATH, window)).data).toEqual({ maintenance: window });
    expect((await viewer.get('user/settings')).status).toBe(200);
    expect((await client().get('settings/system/config')).data.maintenance).toEqual(window);
    vi.useFakeTimers({ toFake: ['Date'], now: start });
    expect((await viewer.get('user/settings')).status).toBe(503);
    vi.setSystemTime(start + HOUR_MS);
    expect((await client().get('viewer/live')).status).toBe(200);
    expect((await client().get('settings/system/config')).data.maintenance).toBeNull();
  });

  it('reaches other isolates within ten seconds', async () => {
    const own = { ...env } as Env; // an isolate has its own configuration
    const elsewhere = client({}, randomAddress(), async (url, init) => {
      const execution = createExecutionContext();
      return app.fetch(new Request(url, init), entry(own, execution), execution);
    });
    expect((await elsewhere.get('viewer/live')).status).toBe(200);
    await startMaintenance();
    expect((await elsewhere.get('viewer/live')).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + KEPT_MS });
    expect((await elsewhere.get('viewer/live')).status).toBe(503);
  });

  it('ends a window at once, and logs who did', async () => {
    const { admin, window } = await startMaintenance();
    expect((await admin.put(PATH, { maintenance: null })).data).toEqual({ maintenance: null });
    expect((await admin.put(PATH, { maintenance: null })).data).toEqual({ maintenance: null });
    expect((await client().get('viewer/live')).status).toBe(200);
    const { results } = await env.DB.prepare(
      'SELECT action, before, after FROM staff_log WHERE staff_id = ? ORDER BY id',
    )
      .bind(admin.userId)
      .all();
    expect(results).toEqual([
      { action: 'maintenance.set', before: null, after: JSON.stringify(window) },
      { action: 'maintenance.end', before: JSON.stringify(window), after: null },
    ]);
  });

  it('refuses one of two changes at once', async () => {
    const admins = await Promise.all([asStaff('admin_l3'), asStaff('owner')]);
    const start = Date.now() + HOUR_MS;
    const answers = await Promise.all(
      admins.map((admin, index) => admin.put(PATH, { ...windowFrom(start), message: `Number ${index}` })),
    );
    const accepted = answers.filter(({ status }) => status === 200);
    expect(answers.filter(({ status }) => status === 409).map(({ error }) => error.code)).toEqual(
      Array(2 - accepted.length).fill('MAINTENANCE_CHANGED'),
    );
    const { data } = await client().get('settings/system/config');
    expect(accepted.map((answer) => answer.data.maintenance.message)).toContain(data.maintenance.message);
  });

  it('begins now if no beginning is sent, and understands other time zones', async () => {
    const admin = await asStaff('admin_l3');
    const until = Math.ceil(Date.now() / 1_000) * 1_000 + HOUR_MS;
    const inTokyo = `${iso(until + 9 * HOUR_MS).slice(0, 19)}+09:00`;
    const { data } = await admin.put(PATH, { until: inTokyo, message: 'すぐ戻ります' });
    expect(data.maintenance).toMatchObject({ until: iso(until), message: 'すぐ戻ります' });
    expect((await client().get('viewer/live')).status).toBe(503);
  });

  it.each([
    [{}],
    [{ maintenance: 1 }],
    [{ until: 'tomorrow', message: 'x' }],
    [{ until: '2020-01-01T00:00:00Z', message: 'x' }],
    [{ from: '2999-01-01T00:00:00Z', until: '2999-01-01T01:00:00Z', message: 'x' }],
    [{ until: iso(Date.now() + HOUR_MS), message: ' ' }],
    [{ until: iso(Date.now() + 8 * 24 * HOUR_MS), message: 'x' }],
    [{ from: iso(Date.now() + 2 * HOUR_MS), until: iso(Date.now() + HOUR_MS), message: 'x' }],
  ])('rejects %j', async (body) => {
    expect((await (await asStaff('admin_l3')).put(PATH, body)).status).toBe(422);
  });

  it.each([
    [{}, ['message', 'until']],
    [{ until: iso(Date.now() + HOUR_MS) }, ['message']],
    [{ until: 123, message: 'x' }, ['until']],
    [{ from: null, until: iso(Date.now() + HOUR_MS), message: 'x' }, ['from']],
    [{ maintenance: 1 }, ['maintenance']],
  ])('names the fields that are wrong in %j', async (body, paths) => {
    const { error } = await (await asStaff('admin_l3')).put(PATH, body);
    const details = error.details as { path: string }[]; // of VALIDATION_FAILED
    expect(details.map(({ path }) => path).toSorted()).toEqual(paths);
  });

  it('is not for every rank', async () => {
    expect((await (await asStaff('admin_l2')).put(PATH, { maintenance: null })).status).toBe(403);
  });
});

/** Runs what a change queues: the announcement, and its delivery to the rooms. */
async function announce(): Promise<void> {
  const ctx = testContext();
  const row = await env.DB.prepare('SELECT revision FROM maintenance').first<{ revision: number }>();
  await announceMaintenance(ctx, { type: 'announce-maintenance', revision: row?.revision ?? 0, after: null });
  await sweepOut(sweepOutbox, ctx);
  await ctx.settle();
}

describe('an open room', () => {
  it('says when maintenance is set and ended, and greets newcomers with it', async () => {
    const admin = await asStaff('admin_l3');
    const streamId = await anOpenStream(await asCreator());
    const first = await joinRoom(streamId);
    expect((await first.welcome()).maintenance).toBeNull();
    const window = windowFrom(Date.now() + HOUR_MS);
    await admin.put(PATH, window);
    await announce();
    expect(await first.next('maintenance')).toEqual({ seq: 2, type: 'maintenance', streamId, maintenance: window });
    const second = await joinRoom(streamId);
    expect((await second.welcome()).maintenance).toEqual(window);
    await admin.put(PATH, { maintenance: null });
    await announce();
    await announce();
    expect(await second.next('maintenance')).toEqual({ seq: 3, type: 'maintenance', streamId, maintenance: null });
    expect(first.eventsOf('maintenance')).toHaveLength(2);
  });

  it('stays readable, but only staff write and react', async () => {
    const streamId = await anOpenStream(await asCreator());
    const [viewer, agent] = [await joinRoom(streamId), await joinRoom(streamId, aUser({ rank: 'support' }))];
    await startMaintenance();
    await announce();
    await viewer.next('maintenance');
    const refused = await viewer.say('Hello?');
    expect(refused).toMatchObject({ type: 'error', code: 'MAINTENANCE' });
    expect(refused.retryAfterMs).toBeGreaterThan(58 * MINUTE_MS);
    expect(await viewer.ask({ type: 'send-reaction', reaction: 'heart' })).toMatchObject({ code: 'MAINTENANCE' });
    expect(await agent.say('We are back soon')).toMatchObject({ type: 'ack' });
    expect(await viewer.next('new-message')).toMatchObject({ text: 'We are back soon' });
  });

  it('learns of a window that was set before it opened from whoever enters', async () => {
    const [admin, viewer] = [await asStaff('admin_l3'), await asViewer()];
    const window = windowFrom(Date.now() + HOUR_MS);
    await admin.put(PATH, window);
    const streamId = await anOpenStream(await asCreator());
    const { data } = await viewer.post(`stream/${streamId}/join`);
    const response = await exports.default.fetch(data.wsUrl.replace(/^ws/, 'http'), {
      headers: { upgrade: 'websocket' },
    });
    const socket = response.webSocket;
    const { promise, resolve } = Promise.withResolvers<string>();
    socket?.addEventListener('message', ({ data: frame }) => resolve(String(frame)));
    socket?.accept();
    expect(JSON.parse(await promise)[0]).toMatchObject({ type: 'welcome', maintenance: window });
    socket?.close();
  });

  it('is one of many: the announcement goes on in pages, and stops once there is a newer one', async () => {
    const creator = await asCreator();
    await env.DB.prepare(
      `INSERT INTO streams (id, channel_id, creator_id, title, status, created_at, updated_at)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
       SELECT printf('waits-%04d', i), ?1, ?2, 'Later', 'scheduled', 0, 0 FROM n`,
    )
      .bind(creator.channelId, creator.userId, ROOMS_A_PAGE)
      .run();
    await startMaintenance();
    const row = await env.DB.prepare('SELECT revision FROM maintenance').first<{ revision: number }>();
    const { ctx, events } = recordingContext();
    const task = { type: 'announce-maintenance', revision: row?.revision ?? 0, after: null } as const;
    await announceMaintenance(ctx, { ...task, revision: task.revision - 1 });
    expect(events).toEqual([]);
    await announceMaintenance(ctx, task);
    const next = events.flatMap((event) =>
      event.kind === 'task' && event.task.type === 'announce-maintenance' ? [event.task] : [],
    );
    expect(next).toMatchObject([{ revision: task.revision, after: ['scheduled', expect.any(String)] }]);
    const { waiting } = (await env.DB.prepare(
      "SELECT count(*) AS waiting FROM outbox WHERE id GLOB 'maintenance:*'",
    ).first<{ waiting: number }>()) ?? { waiting: 0 };
    expect(waiting).toBe(ROOMS_A_PAGE);
    await env.DB.batch([
      env.DB.prepare("DELETE FROM outbox WHERE id GLOB 'maintenance:*'"),
      env.DB.prepare("DELETE FROM streams WHERE id GLOB 'waits-*'"),
    ]);
  });
});
