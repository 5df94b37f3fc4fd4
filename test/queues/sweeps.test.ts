import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { consumed, queueThatIsAway, recordingQueue } from '#test/support/queues';
import type { TaskMessage } from '@/contracts/messages';
import { outbox } from '@/db/outbox';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { runSweeps } from '@/queues/sweeps';
import { consumeTasks } from '@/queues/tasks';
import { newId } from '@/shared/ids';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@/shared/time';

/** At the half of an hour: at its beginning the targets' pass begins as well. */
const now = () => Math.floor(Date.now() / HOUR_MS) * HOUR_MS + 30 * MINUTE_MS;

const endingOf = (streamId: string): TaskMessage => ({ type: 'end-if-still-lost', streamId, lostAt: 1 });

function waitingContext() {
  const tasks = recordingQueue<TaskMessage>();
  const ctx = { ...testContext({ TASKS: tasks.queue, WEBHOOKS: queueThatIsAway }), now };
  const wait = async (task: TaskMessage) => {
    await ctx.db.insert(outbox).values({ id: newId(), event: { kind: 'task', task }, createdAt: 0, nextAttemptAt: 0 });
  };
  return { ctx, wait, tasks };
}

describe("the minute's sweeps", () => {
  it('go on when one of them fails, and when LiveKit is away', async () => {
    standInForLiveKit().mode = 'away';
    const { ctx, wait, tasks } = waitingContext();
    const [id, task] = [newId(), endingOf(newId())];
    const applied = {
      provider: 'livekit',
      eventId: newId(),
      type: 'room_finished',
      payload: {},
      receivedAt: 0,
    } as const;
    await wait(task);
    await ctx.db.insert(webhookEvents).values([
      { id, provider: 'livekit', eventId: id, type: 'room_finished', payload: {}, state: 'stored', receivedAt: 0 },
      { ...applied, id: applied.eventId, state: 'processed', processedAt: 0 },
    ]);
    await runSweeps(ctx);
    expect(tasks.sent.map(({ body }) => body)).toEqual([task]);
    // The first event could not be queued, and the second was too old to keep its payload: one sweep failed, the other
    // did its work.
    expect(await ctx.db.select().from(webhookEvents)).toMatchObject([
      { state: 'stored', payload: {} },
      { state: 'processed', payload: null },
    ]);
  });

  it('go on by a message where there is more to do than a run may', async () => {
    const { ctx, wait, tasks } = waitingContext();
    const waiting = Array.from({ length: 30 }, () => endingOf(newId()));
    for (const task of waiting) await wait(task);
    await runSweeps(ctx);
    const goesOn = { type: 'sweep', name: 'sweepOutbox', until: now() + 50 * SECOND_MS } as const;
    const first = tasks.sent.splice(0).map(({ body }) => body);
    expect(first).toContainEqual(goesOn);
    expect(first).toHaveLength(26);

    expect((await consumed((batch) => consumeTasks(ctx, batch), 'footlight-tasks', [{ body: goesOn }])).acked).toEqual([
      0,
    ]);
    const rest = tasks.sent.map(({ body }) => body);
    expect([...first, ...rest].filter(({ type }) => type === 'end-if-still-lost')).toHaveLength(30);
    expect(rest).toHaveLength(5);
  });

  it('leave what is left to the next minute when that has come', async () => {
    const { ctx, wait, tasks } = waitingContext();
    for (let count = 0; count < 30; count += 1) await wait(endingOf(newId()));
    const late = { body: { type: 'sweep', name: 'sweepOutbox', until: now() } } as const;
    await consumed((batch) => consumeTasks(ctx, batch), 'footlight-tasks', [late]);
    expect(tasks.sent.filter(({ body }) => body.type === 'sweep')).toEqual([]);
    await ctx.db.delete(outbox);
  });

  it('leave alone a name that only a newer version knows', async () => {
    const { ctx } = waitingContext();
    const task = { body: { type: 'sweep', name: 'sweepTomorrow', until: now() + MINUTE_MS } } as const;
    expect((await consumed((batch) => consumeTasks(ctx, batch), 'footlight-tasks', [task])).acked).toEqual([0]);
  });
});
