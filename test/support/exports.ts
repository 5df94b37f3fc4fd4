/** Exports of accounts that are too large for a request: how one gets that large, and the queue that writes them. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import type { TaskMessage } from '@/contracts/messages';
import { accountExports } from '@/domains/operations/privacy/tables';
import { consumeTasks } from '@/queues/tasks';
import { clientWith } from './app';
import { testContext } from './context';
import { consumed, recordingQueue } from './queues';
import type { Person } from './users';

type Overrides = NonNullable<Parameters<typeof testContext>[0]>;

const NOTIFICATION_BYTES = 4_000;

/** Gives a user that many notifications of some 4 KB, and answers their ids. */
export async function fillWithNotifications(userId: string, count: number): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
     INSERT INTO notifications (id, user_id, kind, title, body, created_at)
     SELECT ? || '-' || n, ?, 'follow', 'Überall “Neues” №' || n, hex(zeroblob(?)), n % 7 FROM number RETURNING id`,
  )
    .bind(count, userId, userId, NOTIFICATION_BYTES / 2)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Somebody asks for their export through the API, and the messages that follow are handled when the test says so. */
export function exportOf(person: Person) {
  const { queue, sent } = recordingQueue<TaskMessage>();
  const handle = async (bodies: readonly TaskMessage[], overrides: Overrides = {}) => {
    const ctx = testContext({ TASKS: queue, ...overrides });
    const outcome = await consumed<TaskMessage>(
      (batch) => consumeTasks(ctx, batch),
      'footlight-tasks',
      bodies.map((body) => ({ body })),
    );
    await ctx.settle();
    return outcome;
  };
  return {
    sent,
    handle,
    /** By the token that is good for a week. */
    ask: (overrides: Overrides = {}) =>
      clientWith({ TASKS: queue, ...overrides }, { authorization: `Bearer ${person.sessionToken}` }).get('user/export'),
    /** The next message's body, taken from the queue. */
    take(): TaskMessage {
      const message = sent.shift();
      if (!message) throw new Error('No message is there');
      return message.body;
    },
    /** Until no message is left. Answers how many there were. */
    async work(): Promise<number> {
      let count = 0;
      for (let message = sent.shift(); message; message = sent.shift(), count += 1) await handle([message.body]);
      return count;
    },
    row: () => testContext().db.select().from(accountExports).where(eq(accountExports.userId, person.userId)).get(),
  };
}

/** R2 as the Worker has it, but uploads in parts have these methods instead of their own. */
export function storeWith(change: (upload: R2MultipartUpload) => Partial<R2MultipartUpload>): R2Bucket {
  return new Proxy(env.MEDIA, {
    get(bucket, name) {
      if (name === 'resumeMultipartUpload')
        return (key: string, uploadId: string) => {
          const upload = bucket.resumeMultipartUpload(key, uploadId);
          const { uploadPart, complete, abort } = upload;
          const own = {
            uploadPart: uploadPart.bind(upload),
            complete: complete.bind(upload),
            abort: abort.bind(upload),
          };
          return { ...own, ...change(upload) };
        };
      const value = Reflect.get(bucket, name);
      return typeof value === 'function' ? value.bind(bucket) : value;
    },
  });
}

export const away = async (): Promise<never> => {
  throw new Error('We encountered an internal error. Please try again. (10001)');
};
