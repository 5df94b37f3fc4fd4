/** Health in detail: each part is broken in turn, at its boundary, and its own probe says so. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { client, randomAddress } from '#test/support/api';
import { testContext } from '#test/support/context';
import { asStaff, asViewer, type Person } from '#test/support/users';
import { app } from '@/app';
import type { Env } from '@/config';
import { makeContext } from '@/context';
import type { Context } from '@/contracts/context';
import { PROBE_MS_MAX, readHealth } from '@/domains/operations/platform/health';
import { PROBES, type ProbeName } from '@/domains/operations/platform/judge-health';
import { readStoredQueues } from '@/domains/operations/platform/queue-figures';
import { watchHealth } from '@/domains/operations/platform/watch-health';
import { openRooms } from '@/room/rooms';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';

const fails = () => Promise.reject(new Error('no route to secret.host with key sk_live_1'));
const hangs = () => new Promise<never>(() => {});

type Way = () => Promise<never>;
/** A Context whose parts all answer, except for one. */
function wellExcept(name?: ProbeName, how: Way = fails): Context {
  const ctx = testContext();
  const answers = async () => undefined;
  const way = (part: ProbeName) => (part === name ? how : answers) as Way; // whatever it answers
  return {
    ...ctx,
    ...(name === 'database' ? { db: { ...ctx.db, get: how, batch: how } as never } : {}),
    files: { head: way('mediaStore') } as never,
    rooms: () => ({ viewerCount: way('room') }) as never,
    media: { listRooms: way('livekit') } as never,
    payments: { current: { check: way('payments') } } as never,
    mail: { check: way('mail') } as never,
    scanner: { ping: way('scanner') } as never,
  };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('the probes', () => {
  it('say that everything is well, and how long it took', async () => {
    const health = await readHealth(wellExcept());
    expect(health.status).toBe('ok');
    for (const name of PROBES) expect(health.probes[name]).toEqual({ status: 'ok', latencyMs: expect.any(Number) });
  });

  it.each(PROBES)('of which %s fails say so, and nothing secret', async (name) => {
    const health = await readHealth(wellExcept(name));
    expect(PROBES.filter((probe) => health.probes[probe].status === 'down')).toEqual([name]);
    expect(health.status).toBe(name === 'database' || name === 'room' ? 'down' : 'degraded');
    expect(JSON.stringify(health)).not.toMatch(/secret|sk_live/);
  });

  it.each(PROBES)('of which %s never answers are over after two seconds', async (name) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const reading = readHealth(wellExcept(name, hangs));
    for (let turn = 0; turn < 20; turn += 1) await scheduler.wait(5); // what does answer, in its own time
    await vi.advanceTimersByTimeAsync(PROBE_MS_MAX);
    const { probes } = await reading;
    expect(probes[name]).toMatchObject({ status: 'down', error: 'No answer within 2 seconds.' });
    expect(PROBES.filter((probe) => probes[probe].status === 'down')).toEqual([name]);
  });

  it('do not miss what is not configured', async () => {
    const ctx = wellExcept();
    const health = await readHealth({ ...ctx, mail: { send: ctx.mail.send }, scanner: undefined });
    expect(health.probes.mail.status).toBe('not-configured');
    expect(health.probes.scanner.status).toBe('not-configured');
    expect(health.status).toBe('ok');
  });

  it('do not miss the LiveKit of a developer’s machine, and miss any other', async () => {
    const ctx = wellExcept('livekit');
    const healthWith = (vars: Partial<Record<keyof Env, unknown>>) => {
      const { mayNotRun } = testContext(vars).media;
      return readHealth({ ...ctx, media: { ...ctx.media, mayNotRun } });
    };
    const fresh = await healthWith({ LIVEKIT_URL: undefined });
    expect([fresh.status, fresh.probes.livekit.status]).toEqual(['ok', 'not-configured']);
    const written = await healthWith({ LIVEKIT_URL: 'ws://localhost:7880' }); // as `npm start` writes it
    expect([written.status, written.probes.livekit.status]).toEqual(['ok', 'not-configured']);
    const configured = await healthWith({ LIVEKIT_URL: 'wss://livekit.example' });
    expect([configured.status, configured.probes.livekit.status]).toEqual(['degraded', 'down']);
  });
});

describe('GET /health/detailed', () => {
  const askWith = async (db: unknown, person: Person) => {
    const execution = createExecutionContext();
    const own = { ...env, DB: db } as Env; // a database that is away
    const request = new Request('http://localhost:8787/health/detailed', {
      headers: { ...person.headers, 'cf-connecting-ip': randomAddress() },
    });
    const surroundings = {
      waitUntil: (work: Promise<unknown>) => execution.waitUntil(work),
      rooms: openRooms(env.ROOMS),
      deliver: async () => {},
    };
    const response = await app.fetch(request, { makeContext: () => makeContext(own, surroundings) }, execution);
    await waitOnExecutionContext(execution);
    return { status: response.status, body: await response.json<{ data: Awaited<ReturnType<typeof readHealth>> }>() };
  };

  it('tells staff, and nobody else', async () => {
    const { status, data } = await (await asStaff('support')).get('/health/detailed');
    expect(status).toBe(200);
    expect(data.probes.database.status).toBe('ok');
    expect(data.probes.room.status).toBe('ok');
    expect(data.probes.payments.status).toBe('ok');
    // No LiveKit runs beside the tests.
    expect(data.probes.livekit).toMatchObject({ status: 'down', error: expect.any(String) });
    expect(data.status).toBe('degraded');
    expect(Object.keys(data.queues).toSorted()).toEqual(['outbox', 'payouts', 'tasks', 'webhooks']);
    for (const caller of [client(), await asViewer()]) {
      const answer = await caller.get('/health/detailed');
      expect([401, 403]).toContain(answer.status);
      expect(answer.data).toBeUndefined();
    }
  });

  it('answers staff without the database, and nobody else', async () => {
    const broken = {
      prepare: () => {
        throw new Error('D1 is away');
      },
      batch: fails,
    };
    const { status, body } = await askWith(broken, await asStaff('support'));
    expect([status, body.data.status, body.data.probes.database.status]).toEqual([200, 'down', 'down']);
    expect(body.data.queues.outbox).toEqual({ waiting: null, oldestSeconds: null, failed: null });
    expect((await askWith(broken, await asViewer())).status).toBe(403);
  });

  it('refuses someone whose rank was taken, while the database answers', async () => {
    const agent = await asStaff('support');
    await env.DB.prepare('DELETE FROM staff WHERE user_id = ?').bind(agent.userId).run();
    expect((await agent.get('/health/detailed')).status).toBe(403);
  });
});

describe('a queue that does not move', () => {
  beforeEach(() => env.DB.batch([env.DB.prepare('DELETE FROM outbox'), env.DB.prepare('DELETE FROM health_alerts')]));

  const stuck = (id: string, createdAt: number, nextAttemptAt: number, attempts = 0) =>
    env.DB.prepare('INSERT INTO outbox (id, event, created_at, attempts, next_attempt_at) VALUES (?, ?, ?, ?, ?)')
      .bind(id, JSON.stringify({ kind: 'room', roomId: 'x', command: {} }), createdAt, attempts, nextAttemptAt)
      .run();
  const alertOf = async () =>
    (await env.DB.prepare("SELECT alerted_at FROM health_alerts WHERE part = 'outbox'").first<{ alerted_at: number }>())
      ?.alerted_at;

  it('is reported to staff once an hour, and withdrawn when it moves again', async () => {
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now });
    const ctx = testContext();
    await stuck('late', now - 11 * MINUTE_MS, now + MINUTE_MS, 5);
    await watchHealth(ctx);
    await watchHealth(ctx);
    await ctx.settle();
    expect(await alertOf()).toBe(now);
    vi.setSystemTime(now + HOUR_MS);
    await watchHealth(ctx);
    expect(await alertOf()).toBe(now + HOUR_MS);
    await ctx.settle();
    await env.DB.prepare('DELETE FROM outbox').run();
    await watchHealth(ctx);
    expect(await alertOf()).toBeUndefined();
  });

  it('notifies the owner', async () => {
    const owner = await asStaff('owner');
    const now = Date.now();
    await stuck('late', now - 11 * MINUTE_MS, now + HOUR_MS, 5);
    const ctx = testContext();
    await watchHealth(ctx);
    await ctx.settle();
    const listed = async () =>
      (await owner.get('user/notifications')).data.items.filter(({ kind }: { kind: string }) => kind === 'health');
    await vi.waitFor(async () => expect(await listed()).toHaveLength(1));
    await env.DB.prepare("DELETE FROM outbox WHERE id = 'late'").run();
    await watchHealth(ctx);
    await ctx.settle();
    expect(await listed()).toHaveLength(0);
  });

  it('is not one that waits for its time', async () => {
    const now = Date.now();
    await stuck('planned', now - HOUR_MS, now + HOUR_MS);
    const ctx = testContext();
    await watchHealth(ctx);
    expect(await alertOf()).toBeUndefined();
  });

  it('is one whose events are overdue, or have failed again and again, and only that', async () => {
    const now = Date.now();
    const ctx = testContext();
    await stuck('soon again', now - 3 * MINUTE_MS, now + MINUTE_MS, 3);
    expect((await readStoredQueues(ctx)).outbox).toEqual({ waiting: 0, oldestSeconds: 0, failed: 0 });
    await stuck('overdue', now - 20 * MINUTE_MS, now - 11 * MINUTE_MS);
    await stuck('failing', now - HOUR_MS, now + HOUR_MS, 5);
    const { waiting, oldestSeconds, failed } = (await readStoredQueues(ctx)).outbox;
    expect([waiting, failed]).toEqual([2, 1]);
    expect(oldestSeconds).toBeGreaterThanOrEqual(3_600);
  });

  it('is found by the ends of indexes', async () => {
    const prepare = vi.spyOn(env.DB, 'prepare');
    await readStoredQueues(testContext());
    const queries = prepare.mock.calls.map(([query]) => query).filter((query) => query.includes('count(*)'));
    prepare.mockRestore();
    expect(queries).toHaveLength(3);
    for (const query of queries) {
      const values = Array.from({ length: query.split('?').length - 1 }, () => Date.now());
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${query}`)
        .bind(...values)
        .all<{ detail: string }>();
      const scans = results
        .map(({ detail }) => detail)
        .filter((detail) => /^SCAN (outbox|webhook_events)(?! USING)/.test(detail));
      expect(scans).toEqual([]);
    }
  });
});
