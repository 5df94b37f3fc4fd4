/** The sweep calls off shows that were missed, and drafts that nobody touched for a month. */
import { eq, inArray } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { plansOf } from '#test/support/plans';
import { recordingQueue } from '#test/support/queues';
import { joinRoom } from '#test/support/rooms';
import { anOpenStream, aStream } from '#test/support/streams';
import { asCreator } from '#test/support/users';
import type { TaskMessage } from '@/contracts/messages';
import { callOffMissed } from '@/domains/live/streams/call-off';
import { streams } from '@/domains/live/streams/tables';
import { runSweep } from '@/queues/sweeps';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@/shared/time';

const statusOf = async (id: string) =>
  (await testContext().db.select().from(streams).where(eq(streams.id, id)).get())?.status;

async function sweepAt(ms: number) {
  const tasks = recordingQueue<TaskMessage>();
  const ctx = { ...testContext({ TASKS: tasks.queue }), now: () => ms };
  await runSweep(ctx, 'callOffMissed', ms + MINUTE_MS);
  await ctx.settle();
  return tasks.sent.map(({ body }) => body);
}

describe('a scheduled show', () => {
  it('is cancelled an hour after its date if it was missed, and its waiting room is told', async () => {
    const creator = await asCreator();
    const now = Date.now();
    const id = await anOpenStream(creator, { status: 'scheduled', scheduledFor: now });
    const later = await aStream(creator, { status: 'scheduled', scheduledFor: now + 2 * HOUR_MS });
    const waiting = await joinRoom(id);
    const soonest = async () => (await client().get('sessions?sort=scheduled')).data.items[0]?.id;
    await sweepAt(now + HOUR_MS - 1);
    expect([await statusOf(id), await soonest()]).toEqual(['scheduled', id]);
    await sweepAt(now + HOUR_MS);
    expect([await statusOf(id), await statusOf(later), await soonest()]).toEqual(['cancelled', 'scheduled', later]);
    expect(await waiting.next('stream-ended')).toMatchObject({ streamId: id });
    await sweepAt(now + HOUR_MS);
  });

  it('keeps its status if it is already live or over', async () => {
    const creator = await asCreator();
    const scheduledFor = Date.now();
    const ids = [
      await aStream(creator, { status: 'live', scheduledFor }),
      await aStream(creator, { status: 'ended', scheduledFor }),
    ];
    await sweepAt(scheduledFor + DAY_MS);
    expect(await Promise.all(ids.map(statusOf))).toEqual(['live', 'ended']);
  });
});

it('a draft is kept for thirty days after its last change, and a prepared stream without limit', async () => {
  const creator = await asCreator();
  const draft = (await creator.post('sessions', {})).data.id;
  const prepared = (await creator.post('stream/create', {})).data.id;
  await sweepAt(Date.now() + 30 * DAY_MS - MINUTE_MS);
  expect(await statusOf(draft)).toBe('scheduled');
  await sweepAt(Date.now() + 30 * DAY_MS);
  expect([await statusOf(draft), await statusOf(prepared)]).toEqual(['cancelled', 'scheduled']);
});

it('many missed shows are cancelled a page at a time, and the sweep continues', async () => {
  const creator = await asCreator();
  const scheduledFor = Date.now();
  const ids = [];
  for (let index = 0; index < 25; index += 1)
    ids.push(await aStream(creator, { status: 'scheduled', scheduledFor: scheduledFor + index }));
  const at = scheduledFor + DAY_MS;
  expect(await sweepAt(at)).toEqual([{ type: 'sweep', name: 'callOffMissed', until: at + MINUTE_MS }]);
  expect(await sweepAt(at)).toEqual([]);
  const rows = await testContext().db.select().from(streams).where(inArray(streams.id, ids));
  expect(rows.map(({ status }) => status)).toEqual(Array(25).fill('cancelled'));
});

it('the sweep finds missed shows and old drafts through indexes', async () => {
  const [missed, drafts] = await plansOf(callOffMissed);
  expect(missed).toContain('streams_upcoming (status=? AND scheduled_for>? AND scheduled_for<?)');
  expect(drafts).toContain('streams_drafts (status=? AND updated_at<?)');
});
