import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { queueThatIsAway, recordingQueue } from '#test/support/queues';
import { outbox } from '@/db/outbox';
import { webhookEvents } from '@/domains/webhooks/tables';
import type { TaskMessage } from '@/queues/messages';
import { runSweeps } from '@/queues/sweeps';
import { newId } from '@/shared/ids';

describe("the minute's sweeps", () => {
  it('go on when one of them fails, and when LiveKit is away', async () => {
    standInForLiveKit().mode = 'away';
    const tasks = recordingQueue<TaskMessage>();
    const ctx = testContext({ TASKS: tasks.queue, WEBHOOKS: queueThatIsAway });
    const task: TaskMessage = { type: 'end-if-still-lost', streamId: newId(), lostAt: 1 };
    const id = newId();
    await ctx.db.insert(outbox).values({ id, event: { kind: 'task', task }, createdAt: 0, nextAttemptAt: 0 });
    await ctx.db
      .insert(webhookEvents)
      .values([
        { id, provider: 'livekit', eventId: id, type: 'room_finished', payload: {}, state: 'stored', receivedAt: 0 },
      ]);
    await runSweeps(ctx);
    expect(tasks.sent.map(({ body }) => body)).toEqual([task]);
    // The event could not be queued and was too old to keep its payload: one sweep failed, the other did its work.
    expect(await ctx.db.select().from(webhookEvents)).toMatchObject([{ state: 'stored', payload: null }]);
  });
});
