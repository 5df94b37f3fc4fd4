import { describe, expect, it, vi } from 'vitest';
import { testContext } from '#test/support/context';
import { consumed, databaseWithout, queueThatIsAway, recordingQueue } from '#test/support/queues';
import type { TaskMessage } from '@/contracts/messages';
import { consumeDeadLetters } from '@/queues/dead-letters';
import { newId } from '@/shared/ids';

const bury = (ctx: ReturnType<typeof testContext>, ...bodies: TaskMessage[]) =>
  consumed<TaskMessage>(
    (batch) => consumeDeadLetters(ctx, batch),
    'footlight-dead-letters',
    bodies.map((body) => ({ body })),
  );

const between: TaskMessage = { type: 'withdraw-between', one: newId(), other: newId() };
const push = { id: newId(), kind: 'live', title: 'Ada is live', body: '' } as const;

describe('a task whose tries are spent', () => {
  it('comes back an hour later where nothing else would find it, though the database is away', async () => {
    const { queue, sent } = recordingQueue<TaskMessage>();
    const ctx = testContext({ TASKS: queue, DB: databaseWithout('\\w+') });
    expect(await bury(ctx, between)).toEqual({ acked: [0], retried: [] });
    expect(sent).toEqual([{ body: between, delaySeconds: 3_600 }]);
    expect(await bury(testContext({ TASKS: queueThatIsAway }), between)).toMatchObject({ acked: [] });
  });

  it('is over where it was news, and where a sweep finds what it was for', async () => {
    const { queue, sent } = recordingQueue<TaskMessage>();
    const tasks: TaskMessage[] = [
      { type: 'send-push', subscriptionId: newId(), userId: newId(), push },
      { type: 'send-notification-mail', userId: newId(), key: newId(), title: '', body: '' },
      { type: 'fan-out-broadcast', broadcastId: newId(), at: 1, after: null },
      { type: 'clear-post', postId: newId() },
      { type: 'of-tomorrow' } as unknown as TaskMessage, // what a newer version left behind
    ];
    expect(await bury(testContext({ TASKS: queue }), ...tasks)).toEqual({ acked: [0, 1, 2, 3, 4], retried: [] });
    expect(sent).toEqual([]);
  });

  it('is logged by its kind and ids, without its text', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { queue } = recordingQueue<TaskMessage>();
    const [subscriptionId, userId] = [newId(), newId()];
    const said = { title: 'Ada Secret', body: 'is live', url: 'https://secret.live' };
    const claim = { kind: 'live', actorId: 'secret' } as const;
    const tasks: TaskMessage[] = [
      { type: 'send-push', subscriptionId, userId, push: { ...push, ...said }, claim },
      { type: 'send-notification-mail', userId, key: `secret:${userId}`, title: 'Secret', body: 'A secret' },
      { type: 'of-tomorrow', userId, text: 'Secret' } as unknown as TaskMessage,
    ];
    await bury(testContext({ TASKS: queue }), ...tasks);
    const lines = logged.mock.calls.map(([line]) => String(line));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('send-push');
    expect(lines[0]).toContain(subscriptionId);
    for (const line of lines) {
      expect(line).toContain(userId);
      expect(line).not.toMatch(/secret|is live/i);
    }
  });
});
