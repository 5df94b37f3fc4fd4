import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { consumed, databaseWithout } from '#test/support/queues';
import { asCreator } from '#test/support/users';
import type { TaskMessage } from '@/contracts/messages';
import { streams } from '@/domains/live/streams/tables';
import { consumeTasks } from '@/queues/tasks';
import { newId } from '@/shared/ids';

const consume = (ctx: ReturnType<typeof testContext>, ...bodies: TaskMessage[]) =>
  consumed<TaskMessage>(
    (batch) => consumeTasks(ctx, batch),
    'footlight-tasks',
    bodies.map((body) => ({ body })),
  );

/** A live stream whose encoder was lost a moment ago, or is there. */
async function liveStream(lost: boolean) {
  const ctx = testContext();
  const { userId: creatorId, channelId } = await asCreator();
  const id = newId();
  const now = ctx.now();
  const ingressLostAt = lost ? now - 1 : null;
  await ctx.db.insert(streams).values({
    ...{ id, channelId, creatorId, title: 'A show', status: 'live', startedAt: now - 10 },
    ...{ ingressLostAt, createdAt: now, updatedAt: now },
  });
  const ending: TaskMessage = { type: 'end-if-still-lost', streamId: id, lostAt: now - 1 };
  const statusOf = async () => (await ctx.db.select().from(streams).where(eq(streams.id, id)))[0]?.status;
  return { ending, statusOf };
}

describe('a task to end a stream', () => {
  it('ends the one whose encoder is still lost, and doing it again changes nothing', async () => {
    const { ending, statusOf } = await liveStream(true);
    const ctx = testContext();
    expect(await consume(ctx, ending, ending)).toEqual({ acked: [0, 1], retried: [] });
    expect(await statusOf()).toBe('ended');
    expect(await consume(ctx, ending)).toEqual({ acked: [0], retried: [] });
    await ctx.settle();
  });

  it('leaves the one whose encoder came back', async () => {
    const { ending, statusOf } = await liveStream(false);
    expect(await consume(testContext(), ending)).toEqual({ acked: [0], retried: [] });
    expect(await statusOf()).toBe('live');
  });

  it('that fails comes back and stops no other', async () => {
    const { ending, statusOf } = await liveStream(true);
    const away = testContext({ DB: databaseWithout('streams') });
    expect(await consume(away, ending)).toEqual({ acked: [], retried: [{ index: 0, delaySeconds: 10 }] });
    const unknown = { type: 'of-tomorrow' } as unknown as TaskMessage; // what a newer version left behind
    const ctx = testContext();
    expect(await consume(ctx, unknown, ending)).toEqual({ acked: [1], retried: [{ index: 0, delaySeconds: 10 }] });
    expect(await statusOf()).toBe('ended');
    await ctx.settle();
  });
});
