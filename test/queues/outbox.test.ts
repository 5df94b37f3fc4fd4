import { env } from 'cloudflare:workers';
import { eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { testContext } from '#test/support/context';
import { anIngress, standInForLiveKit } from '#test/support/livekit';
import { queueThatNeverAnswers, recordingQueue, sweepOut } from '#test/support/queues';
import { asViewer } from '#test/support/users';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent, TaskMessage } from '@/contracts/messages';
import type { RoomUser } from '@/contracts/room';
import type { RoomSetup } from '@/contracts/room-command';
import { commit, requireChange, requireThat } from '@/db/commit';
import { outbox } from '@/db/outbox';
import { notifications } from '@/domains/base/notifications/tables';
import { users } from '@/domains/base/users/tables';
import { deliverOutbox, sweepOutbox } from '@/queues/outbox';
import { newId } from '@/shared/ids';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@/shared/time';

const ending = (streamId: string): TaskMessage => ({ type: 'end-if-still-lost', streamId, lostAt: 1 });
const telling = (userId: string): OutboxEvent => ({
  kind: 'notify',
  notification: { userId, kind: 'like', title: 'Hello', body: 'World', data: { a: 1 } },
});

const at = (ctx: Context, now: number): Context => ({ ...ctx, now: () => now });
const rowsOf = (ctx: Context) => ctx.db.select().from(outbox);

/** Commits, and is killed before anything is delivered. */
async function commitAndDie(ctx: Context, events: readonly OutboxEvent[]) {
  await commit({ ...ctx, deliver: async () => {} }, [], { events });
  return rowsOf(ctx);
}

beforeEach(async () => {
  await testContext().db.delete(outbox);
});

describe('what follows a commit', () => {
  const renaming = (ctx: Context, userId: string, displayName: string) =>
    ctx.db.update(users).set({ displayName }).where(eq(users.id, userId));
  const committed = async (ctx: Context, ...[statements, options]: [Statement[], Parameters<typeof commit>[2]]) => {
    const delivered: OutboxEvent[] = [];
    const deliver: Context['deliver'] = async (rows) => {
      delivered.push(...rows.map(({ event }) => event));
    };
    const results = await commit({ ...ctx, deliver }, statements, options);
    return { results, delivered, kept: (await rowsOf(ctx)).map(({ event }) => event) };
  };

  it('follows only if the first statement changed a row, whatever the others change', async () => {
    const [ctx, { userId }] = [testContext(), await asViewer()];
    const events = [telling(userId), telling(newId())];
    const none = renaming(ctx, newId(), 'Nobody');
    const one = renaming(ctx, userId, 'Ada');
    expect(await committed(ctx, [none, one], { events })).toMatchObject({ delivered: [], kept: [] });
    const done = await committed(ctx, [one, none], { events });
    expect(done).toMatchObject({ delivered: events, kept: events });
    expect(done.results).toHaveLength(2);
  });

  it('does not depend on a demand: a condition that holds is no change', async () => {
    const [ctx, { userId }] = [testContext(), await asViewer()];
    const events = [telling(userId)];
    const holds = requireThat(ctx, sql`1`);
    expect(await committed(ctx, [holds, renaming(ctx, newId(), 'Nobody')], { events })).toMatchObject({ kept: [] });
    expect(await committed(ctx, [holds, renaming(ctx, userId, 'Ada')], { events })).toMatchObject({ kept: events });
  });

  it('follows a batch that demands a change, whichever statement made it', async () => {
    const [ctx, { userId }] = [testContext(), await asViewer()];
    const events = [telling(userId)];
    const statements = [renaming(ctx, newId(), 'Nobody'), renaming(ctx, userId, 'Ada'), requireChange(ctx)];
    expect(await committed(ctx, statements, { events })).toMatchObject({ delivered: events, kept: events });
  });

  it('follows whatever changed only if the caller says so, or if there is nothing but events', async () => {
    const [ctx, { userId }] = [testContext(), await asViewer()];
    const events = [telling(userId)];
    const none = renaming(ctx, newId(), 'Nobody');
    expect(await committed(ctx, [none], { events, evenIfUnchanged: true })).toMatchObject({ delivered: events });
    expect(await committed(ctx, [], { events })).toMatchObject({ delivered: events });
  });

  it('keeps every text as it was, in one statement for many events', async () => {
    const ctx = testContext();
    const texts = ['Zoë "quoted" \\ back', 'a\u0000b', '\ud83d\ude00 \u2028 </script>', 'x'.repeat(10_000)];
    const events = texts.map((text): OutboxEvent => ({ kind: 'delete-media', key: text }));
    expect((await committed(ctx, [], { events })).kept).toEqual(events);
  });
});

describe('the outbox', () => {
  it('does each kind of event after the commit, and is empty', async () => {
    const liveKit = standInForLiveKit();
    const tasks = recordingQueue<TaskMessage>();
    const ctx = testContext({ TASKS: tasks.queue });
    const { userId } = await asViewer();
    const { ingressId } = await ctx.media.createIngress(anIngress());
    liveKit.join('channel-1', userId);
    await env.MEDIA.put('gone.png', 'a picture');

    await commit(ctx, [], {
      events: [
        telling(userId),
        { kind: 'remove-participant', roomId: 'channel-1', identity: userId, at: 5_000 },
        { kind: 'delete-ingress', ingressId },
        { kind: 'delete-media', key: 'gone.png' },
        { kind: 'task', task: ending('s1'), delaySeconds: 60 },
        { kind: 'task', task: ending('s2') },
      ],
    });
    await ctx.settle();

    expect(await ctx.db.select().from(notifications).where(eq(notifications.userId, userId))).toMatchObject([
      { kind: 'like', title: 'Hello', body: 'World', data: { a: 1 }, readAt: null },
    ]);
    expect(liveKit.participants.get('channel-1')?.size).toBe(0);
    expect(liveKit.ingresses.size).toBe(0);
    expect(await env.MEDIA.head('gone.png')).toBeNull();
    expect(tasks.sent).toEqual([
      { body: ending('s1'), delaySeconds: 60 },
      { body: ending('s2'), delaySeconds: 0 },
    ]);
    expect(await rowsOf(ctx)).toEqual([]);
  });

  it('tells a room what it must know', async () => {
    const ctx = testContext();
    const { userId, username } = await asViewer();
    const roomId = newId();
    const standing = {
      creator: true,
      moderator: false,
      rank: null,
      follower: false,
      subscriber: false,
      readAt: ctx.now(),
    };
    const creator: RoomUser = { kind: 'user', id: userId, username, displayName: username, avatarUrl: null, standing };
    expect(await ctx.rooms(roomId).say(creator, { clientId: newId(), text: 'Is it open?' })).toMatchObject({
      ok: false,
      code: 'ROOM_CLOSED',
    });
    const setup: RoomSetup = {
      ...{ roomId, creatorId: userId, status: 'live', title: 'A show', startedAt: ctx.now(), endedAt: null },
      policy: {
        ...{ chatEnabled: true, chatDelaySeconds: 0, followersOnly: false, subscribersOnly: false, slowModeSeconds: 0 },
        blockedWords: [],
      },
    };
    await commit(ctx, [], { events: [{ kind: 'room', roomId, command: { type: 'setup', at: ctx.now(), setup } }] });
    await ctx.settle();
    expect(await ctx.rooms(roomId).say(creator, { clientId: newId(), text: 'It is.' })).toMatchObject({ ok: true });
    expect(await rowsOf(ctx)).toEqual([]);
  });

  it('waits for a slow provider with nothing but what needs it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { userId } = await asViewer();
    const ctx = { ...testContext(), media: { ...testContext().media, removeParticipant: () => promise } };
    const removals = [1, 2, 3, 4, 5, 6].map((n) => ({
      ...{ kind: 'remove-participant', roomId: 'r', identity: `viewer-${n}`, at: 0 },
    })) as OutboxEvent[];
    const delivering = deliverOutbox(ctx, await commitAndDie(ctx, [...removals, telling(userId)]));
    await vi.waitFor(async () => expect(await ctx.db.$count(notifications, eq(notifications.userId, userId))).toBe(1));
    resolve();
    await delivering;
    expect(await rowsOf(ctx)).toEqual([]);
  });

  it('delivers twice what was delivered before a kill, and nobody is told twice', async () => {
    standInForLiveKit();
    const ctx = testContext();
    const { userId } = await asViewer();
    const rows = await commitAndDie(ctx, [
      telling(userId),
      { kind: 'delete-ingress', ingressId: 'IN_gone' },
      { kind: 'remove-participant', roomId: 'r', identity: 'gone', at: 0 },
      { kind: 'delete-media', key: 'not-there' },
    ]);
    await deliverOutbox(ctx, rows);
    await ctx.db.insert(outbox).values(rows); // as a kill between delivery and deletion leaves them
    await deliverOutbox(ctx, rows);
    expect(await ctx.db.select().from(notifications).where(eq(notifications.userId, userId))).toHaveLength(1);
    expect(await rowsOf(ctx)).toEqual([]);
  });

  it('keeps a failed event for later, ever less often, while the others are delivered', async () => {
    const liveKit = standInForLiveKit();
    liveKit.mode = 'away';
    const ctx = testContext();
    const now = ctx.now();
    const { userId } = await asViewer();
    const rows = await commitAndDie(ctx, [{ kind: 'delete-ingress', ingressId: 'IN_1' }, telling(userId)]);

    await deliverOutbox(at(ctx, now), rows);
    expect(await ctx.db.select().from(notifications).where(eq(notifications.userId, userId))).toHaveLength(1);
    const [left, ...others] = await rowsOf(ctx);
    expect(others).toEqual([]);
    expect(left).toMatchObject({ attempts: 1, nextAttemptAt: now + 30 * SECOND_MS, event: { kind: 'delete-ingress' } });

    const delays: number[] = [];
    for (let attempt = 2; attempt <= 12; attempt += 1) {
      await deliverOutbox(at(ctx, now), left ? [left] : []);
      const [row] = await rowsOf(ctx);
      delays.push((row?.nextAttemptAt ?? 0) - now);
    }
    expect(delays.slice(0, 3)).toEqual([1, 2, 4].map((minutes) => minutes * MINUTE_MS));
    expect(delays.at(-1)).toBe(HOUR_MS);

    liveKit.mode = 'well';
    await sweepOutbox(at(ctx, now + HOUR_MS));
    expect(await rowsOf(ctx)).toEqual([]);
  });

  it('gives up after a day on taking somebody out of a LiveKit that does not answer, and tries once more before', async () => {
    const liveKit = standInForLiveKit();
    liveKit.mode = 'away';
    const ctx = testContext();
    const now = ctx.now();
    const rows = await commitAndDie(ctx, [{ kind: 'remove-participant', roomId: 'c', identity: 'u', at: now }]);
    await deliverOutbox(at(ctx, now + DAY_MS), rows);
    expect(await rowsOf(ctx)).toMatchObject([{ attempts: 1 }]);
    await deliverOutbox(at(ctx, now + DAY_MS + 1), rows);
    expect(await rowsOf(ctx)).toEqual([]);

    liveKit.mode = 'well';
    liveKit.join('c', 'u');
    const late = await commitAndDie(ctx, [{ kind: 'remove-participant', roomId: 'c', identity: 'u', at: now }]);
    await deliverOutbox(at(ctx, now + 2 * DAY_MS), late);
    expect(liveKit.participants.get('c')?.size).toBe(0);
  });

  it('keeps an event that this version does not know', async () => {
    const ctx = testContext();
    const event = { kind: 'of-tomorrow' } as unknown as OutboxEvent; // what a newer version left behind
    await deliverOutbox(ctx, await commitAndDie(ctx, [event]));
    expect(await rowsOf(ctx)).toMatchObject([{ attempts: 1, event: { kind: 'of-tomorrow' } }]);
  });
});

describe('the sweep of the outbox', () => {
  it('delivers what a killed request left, once the request has had its 30 seconds', async () => {
    const tasks = recordingQueue<TaskMessage>();
    const ctx = testContext({ TASKS: tasks.queue });
    const [row] = await commitAndDie(ctx, [{ kind: 'task', task: ending('s') }]);
    const committedAt = row?.createdAt ?? 0;
    await sweepOutbox(at(ctx, committedAt + 29 * SECOND_MS));
    expect(tasks.sent).toEqual([]);
    await sweepOutbox(at(ctx, committedAt + 30 * SECOND_MS));
    expect(tasks.sent).toEqual([{ body: ending('s'), delaySeconds: 0 }]);
    expect(await rowsOf(ctx)).toEqual([]);
  });

  it('goes through all pages, and two at once double nothing', async () => {
    const tasks = recordingQueue<TaskMessage>();
    const ctx = testContext({ TASKS: tasks.queue });
    const ids = Array.from({ length: 130 }, newId);
    const events = ids.map((id): OutboxEvent => ({ kind: 'task', task: ending(id) }));
    await commitAndDie(ctx, events);
    const later = at(ctx, ctx.now() + MINUTE_MS);
    await Promise.all([sweepOut(sweepOutbox, later), sweepOut(sweepOutbox, later)]);
    expect(tasks.sent.map(({ body }) => 'streamId' in body && body.streamId).sort()).toEqual(ids);
    expect(await rowsOf(ctx)).toEqual([]);
  });

  it('that is killed in the middle leaves its page to a later one', async () => {
    const tasks = recordingQueue<TaskMessage>();
    const healthy = testContext({ TASKS: tasks.queue });
    const [row] = await commitAndDie(healthy, [{ kind: 'task', task: ending('s') }]);
    const now = healthy.now() + MINUTE_MS;
    void sweepOutbox(at(testContext({ TASKS: queueThatNeverAnswers }), now));
    await vi.waitFor(async () => expect((await rowsOf(healthy))[0]?.nextAttemptAt).not.toBe(row?.nextAttemptAt));
    await sweepOutbox(at(healthy, now + MINUTE_MS));
    expect(tasks.sent).toEqual([]);
    await sweepOutbox(at(healthy, now + 2 * MINUTE_MS));
    expect(tasks.sent).toHaveLength(1);
  });
});
