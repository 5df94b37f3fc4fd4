/** Queues seen from both ends, and a database that fails: what a consumer must live through. */
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import type { Context } from '@/contracts/context';

interface Message<Body> {
  readonly body: Body;
  /** How often it has been delivered, this time included. */
  readonly attempts?: number;
}

/** Hands the messages to a consumer and answers what became of each, by its position. */
export async function consumed<Body>(
  consume: (batch: MessageBatch<Body>) => Promise<void>,
  queue: string,
  messages: Message<Body>[],
): Promise<{ acked: number[]; retried: { index: number; delaySeconds: number | undefined }[] }> {
  const timestamp = new Date();
  const batch = createMessageBatch<Body>(
    queue,
    messages.map(({ body, attempts = 1 }, index) => ({ id: String(index), timestamp, attempts, body })),
  );
  // The platform's result leaves the delays out.
  const retries = batch.messages.map((message) => vi.spyOn(message, 'retry'));
  await consume(batch);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  return {
    acked: explicitAcks.map(Number).sort((a, b) => a - b),
    retried: retryMessages.map(({ msgId }) => ({
      index: Number(msgId),
      delaySeconds: retries[Number(msgId)]?.mock.calls[0]?.[0]?.delaySeconds,
    })),
  };
}

interface Sent<Body> {
  readonly body: Body;
  readonly delaySeconds: number | undefined;
}

/** Stands for a queue's binding. */
export function recordingQueue<Body>() {
  const sent: Sent<Body>[] = [];
  const queue = {
    async send(body: Body, options?: QueueSendOptions) {
      sent.push({ body, delaySeconds: options?.delaySeconds });
    },
    async sendBatch(messages: Iterable<MessageSendRequest<Body>>) {
      for (const { body, delaySeconds } of messages) sent.push({ body, delaySeconds });
    },
  };
  return { queue, sent };
}

/** A sweep as its messages go on with it: until there is no more to do. */
export async function sweepOut(sweep: (ctx: Context) => Promise<boolean>, ctx: Context): Promise<void> {
  for (let hasMore = true; hasMore; ) hasMore = await sweep(ctx);
}

/** A queue that takes nothing. */
export const queueThatIsAway = {
  async send(): Promise<never> {
    throw new Error('Queue is overloaded');
  },
  async sendBatch(): Promise<never> {
    throw new Error('Queue is overloaded');
  },
};

/** Whoever sends to it is killed before it answers. */
export const queueThatNeverAnswers = { send: () => new Promise<never>(() => {}) };

/** D1 as the Worker has it, but a statement that names the table, or the column, fails. */
export function databaseWithout(name: string) {
  return {
    prepare(query: string) {
      if (new RegExp(`\\b${name}\\b`).test(query)) throw new Error('D1_ERROR: the database is overloaded');
      return env.DB.prepare(query);
    },
    batch: (statements: D1PreparedStatement[]) => env.DB.batch(statements),
  };
}
