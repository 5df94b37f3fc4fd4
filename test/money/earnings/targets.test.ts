/** Who reaches a target is rewarded, once a period, whatever comes twice, at once or not at all. */
import { and, eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { changeEconomy, diamondsOf, giveDiamonds } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { prove } from '#test/support/proof';
import { recordingQueue } from '#test/support/queues';
import { aStream } from '#test/support/streams';
import { asCreator, asViewer } from '#test/support/users';
import type { Context } from '@/contracts/context';
import type { EconomyConfig } from '@/contracts/economy';
import type { TaskMessage } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { streamAnalytics } from '@/domains/live/rooms/tables';
import { awardTargets, queueTargetAwards } from '@/domains/money/earnings/award-targets';
import { recordEarning } from '@/domains/money/earnings/record';
import { targetRewards } from '@/domains/money/earnings/tables';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@/shared/time';

type Target = EconomyConfig['targets'][number];

const target = (id: string, change: Partial<Target>): Target => ({
  ...{ id, tier: 1, metric: 'diamonds', threshold: 100, period: 'month', reward: { diamonds: 5 } },
  audience: 'creator',
  ...change,
});

/** A Monday noon of a month of its own, so that no test meets another's creators or the month's turn. */
const NOON = Date.parse('2027-02-15T12:00:00Z');

/** A whole pass at this time, however many pages it has. */
async function pass(at = NOON, over: Partial<Context> = {}) {
  const { queue, sent } = recordingQueue<TaskMessage>();
  const { ctx, events } = recordingContext({ now: () => at, ...over });
  const queues = { ...ctx.queues, tasks: queue as unknown as Queue<TaskMessage> }; // stands for the binding
  await awardTargets({ ...ctx, queues }, null);
  for (const { body } of sent) if (body.type === 'award-targets') await awardTargets({ ...ctx, queues }, body.after);
  return { events, pages: sent.length + 1 };
}

const rewardsOf = async (userId: string) => {
  const rows = await testContext().db.select().from(targetRewards).where(eq(targetRewards.userId, userId));
  return rows.map(({ targetId, period }) => `${targetId} ${period}`).toSorted();
};

describe('a target', () => {
  it('that is reached is booked as a reward, shown in the history, and notified to its creator', async () => {
    const version = await changeEconomy({ targets: [target('one', { threshold: 100 })] });
    const creator = await asCreator();
    await giveDiamonds(creator.userId, 100, NOON);
    const { events } = await pass();
    expect(await rewardsOf(creator.userId)).toEqual(['one 2027-02-01']);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
    expect(await diamondsOf(creator.userId)).toBe(105);
    const row = await testContext()
      .db.select()
      .from(targetRewards)
      .where(eq(targetRewards.userId, creator.userId))
      .get();
    expect(row).toMatchObject({ diamonds: 5, economyVersion: version });
    const mine = events.filter((event) => event.kind === 'notify' && event.notification.userId === creator.userId);
    expect(mine).toMatchObject([{ notification: { kind: 'target-reached', data: { targetId: 'one', diamonds: 5 } } }]);
    const { data } = await creator.get('earnings/history?to=2027-02-15');
    expect(data.items[0]).toMatchObject({ kind: 'reward', diamonds: 5 });
  });

  it('that is not quite reached is not rewarded', async () => {
    await changeEconomy({ targets: [target('not-quite', { threshold: 100 })] });
    const { userId } = await asCreator();
    await giveDiamonds(userId, 99, NOON);
    await pass();
    expect(await rewardsOf(userId)).toEqual([]);
  });

  it('is rewarded once, even by several passes at once or in turn', async () => {
    await changeEconomy({ targets: [target('once', { threshold: 10 })] });
    const { userId } = await asCreator();
    await giveDiamonds(userId, 10, NOON);
    await Promise.all([pass(), pass(), pass()]);
    await pass();
    expect(await rewardsOf(userId)).toEqual(['once 2027-02-01']);
    expect(await diamondsOf(userId)).toBe(15);
  });

  it('is rewarded again in the next period', async () => {
    await changeEconomy({ targets: [target('daily', { threshold: 10, period: 'day' })] });
    const { userId } = await asCreator();
    await giveDiamonds(userId, 10, NOON);
    await pass();
    await giveDiamonds(userId, 10, NOON + DAY_MS);
    await pass(NOON + DAY_MS);
    expect(await rewardsOf(userId)).toEqual(['daily 2027-02-15', 'daily 2027-02-16']);
  });

  it('that is reached in the last minute of its period is rewarded afterwards', async () => {
    await changeEconomy({ targets: [target('late', { threshold: 10, period: 'month' })] });
    const { userId } = await asCreator();
    const end = Date.parse('2027-03-01T00:00:00Z');
    await giveDiamonds(userId, 10, end - 1);
    await pass(end + HOUR_MS);
    expect(await rewardsOf(userId)).toEqual(['late 2027-02-01']);
  });

  it('is not reached by rewards', async () => {
    await changeEconomy({
      targets: [
        target('first', { threshold: 10, reward: { diamonds: 90 } }),
        target('second', { tier: 2, threshold: 50 }),
      ],
    });
    const creator = await asCreator();
    await giveDiamonds(creator.userId, 10, NOON);
    await pass();
    await pass();
    expect(await rewardsOf(creator.userId)).toEqual(['first 2027-02-01']);
  });

  it('is not rewarded if the user is no longer a creator', async () => {
    await changeEconomy({ targets: [target('gone', { threshold: 10 })] });
    const [banned, viewer] = await Promise.all([asCreator(), asViewer()]);
    await Promise.all([banned, viewer].map(({ userId }) => giveDiamonds(userId, 10, NOON)));
    await testContext().db.update(users).set({ status: 'banned' }).where(eq(users.id, banned.userId));
    await pass();
    expect([await rewardsOf(banned.userId), await rewardsOf(viewer.userId)]).toEqual([[], []]);
  });

  it('in minutes counts the time inside the period, of running streams too', async () => {
    await changeEconomy({ targets: [target('air', { metric: 'minutesStreamed', threshold: 60, period: 'week' })] });
    const week = Date.parse('2027-02-15T00:00:00Z');
    const [over, inside, live] = await Promise.all([asCreator(), asCreator(), asCreator()]);
    const ended = { status: 'ended' as const };
    await aStream(over, { ...ended, startedAt: week - HOUR_MS, endedAt: week + 59 * MINUTE_MS });
    await aStream(inside, { ...ended, startedAt: week, endedAt: week + 30 * MINUTE_MS });
    await aStream(inside, { ...ended, startedAt: week + HOUR_MS, endedAt: week + HOUR_MS + 30 * MINUTE_MS });
    await aStream(live, { startedAt: week });
    await pass(week + HOUR_MS + 40 * MINUTE_MS);
    expect(await rewardsOf(over.userId)).toEqual(['air 2027-02-08']); // the hour before belongs to the week before
    expect(await rewardsOf(inside.userId)).toEqual(['air 2027-02-15']);
    expect(await rewardsOf(live.userId)).toEqual(['air 2027-02-15']);
  });
});

describe('a pass', () => {
  it('covers all creators, a page at a time', async () => {
    await changeEconomy({ targets: [target('many', { threshold: 1, reward: { diamonds: 1 } })] });
    const ctx = { ...testContext(), now: () => NOON };
    const ids = Array.from({ length: 230 }, () => newId());
    const row = (id: string) => ({
      ...{
        id,
        email: `${id}@footlight.test`,
        emailKey: `${id}@footlight.test`,
        username: `m_${id.replaceAll('-', '').slice(-20)}`,
      },
      ...{
        displayName: 'M',
        role: 'creator' as const,
        creatorStatus: 'APPROVED' as const,
        createdAt: NOON,
        updatedAt: NOON,
      },
    });
    for (const id of ids) {
      await commit(ctx, [
        ctx.db.insert(users).values(row(id)),
        ...post(ctx, [{ kind: 'tip_earning', refType: 'gift', refId: newId(), leg: 1, userId: id, amount: 1 }]),
        recordEarning(ctx, { userId: id, source: 'tip', diamonds: 1 }),
      ]);
    }
    const { pages } = await pass();
    expect(pages).toBeGreaterThanOrEqual(3);
    const [{ count = 0 } = {}] = await ctx.db
      .select({ count: sql<number>`count(*)` })
      .from(targetRewards)
      .where(
        and(
          eq(targetRewards.targetId, 'many'),
          sql`${targetRewards.userId} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
        ),
      );
    expect(count).toBe(230);
  });

  it('starts each hour', async () => {
    const { queue, sent } = recordingQueue<TaskMessage>();
    const at = (ms: number): Context => {
      const ctx = testContext();
      return { ...ctx, now: () => ms, queues: { ...ctx.queues, tasks: queue as unknown as Queue<TaskMessage> } }; // stands for the binding
    };
    for (let minute = 0; minute < 120; minute++) await queueTargetAwards(at(NOON + minute * MINUTE_MS + 7_000));
    expect(sent.map(({ body }) => body)).toEqual(Array(2).fill({ type: 'award-targets', after: null }));
  });
});

describe('progress', () => {
  it('matches the books and the streams, for every metric and period', async () => {
    const metrics = ['diamonds', 'gifts', 'minutesStreamed', 'minutesWatched'] as const;
    const periods = ['day', 'week', 'month', 'ever'] as const;
    await changeEconomy({
      targets: metrics.flatMap((metric) =>
        periods.map((period) => target(`${metric}-${period}`.toLowerCase(), { metric, period, threshold: 1_000_000 })),
      ),
    });
    const creator = await asCreator();
    const now = Date.now();
    for (const [diamonds, days] of [
      [3, 400],
      [5, 20],
      [7, 3],
      [11, 0],
    ] as const) {
      await giveDiamonds(creator.userId, diamonds, now - days * DAY_MS);
      const endedAt = now - days * DAY_MS;
      const id = await aStream(creator, { status: 'ended', startedAt: endedAt - 90 * MINUTE_MS, endedAt });
      await testContext()
        .db.insert(streamAnalytics)
        .values({
          ...{ streamId: id, uniqueViewers: 1, peakViewers: 1, watchSeconds: 60 * (days + 1), messages: 0 },
          ...{ reactions: {}, viewerCurve: [], createdAt: endedAt },
        });
    }
    await reward(creator.userId, 1_000, now);
    const { data } = await creator.get('earnings/targets');
    const progress = Object.fromEntries(
      data.items.map(({ id, progress }: { id: string; progress: number }) => [id, progress]),
    );
    for (const period of periods)
      expect(await recomputed(creator.userId, period, now), period).toEqual({
        diamonds: progress[`diamonds-${period}`],
        minutesStreamed: progress[`minutesstreamed-${period}`],
        minutesWatched: progress[`minuteswatched-${period}`],
      });
    expect(progress['diamonds-ever']).toBe(26);
  });
});

/** As `award-targets` does, but for no target. */
async function reward(userId: string, diamonds: number, at: number): Promise<void> {
  const ctx = { ...testContext(), now: () => at };
  const id = newId();
  await commit(ctx, [
    ctx.db
      .insert(targetRewards)
      .values({ id, userId, targetId: 'x', period: 'ever', diamonds, economyVersion: 1, createdAt: at }),
    ...post(ctx, [{ kind: 'target_reward', refType: 'reward', refId: id, leg: 1, userId, amount: diamonds }]),
    recordEarning(ctx, { userId, source: 'reward', diamonds }),
  ]);
}

/** From the transfers and the streams themselves, one by one. */
async function recomputed(userId: string, period: 'day' | 'week' | 'month' | 'ever', now: number) {
  const midnight = now - (now % DAY_MS);
  const date = new Date(midnight);
  const start = {
    day: midnight,
    week: midnight - ((date.getUTCDay() + 6) % 7) * DAY_MS,
    month: Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1),
    ever: 0,
  }[period];
  const ctx = testContext();
  const transfers = await ctx.db.all<{ amount: number }>(sql`
    SELECT t.amount AS amount FROM ledger_transfers t JOIN ledger_accounts a ON a.id = t.credit_id
    WHERE a.owner = ${userId} AND a.kind = 'earnings' AND t.kind <> 'target_reward' AND t.created_at >= ${start}`);
  const streams = await ctx.db.all<{ startedAt: number; endedAt: number; watchSeconds: number }>(sql`
    SELECT started_at AS startedAt, ended_at AS endedAt, watch_seconds AS watchSeconds
    FROM streams JOIN stream_analytics ON stream_id = id WHERE creator_id = ${userId}`);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return {
    diamonds: sum(transfers.map(({ amount }) => amount)),
    minutesStreamed: Math.floor(
      sum(streams.map(({ startedAt, endedAt }) => Math.max(0, endedAt - Math.max(startedAt, start)))) / MINUTE_MS,
    ),
    minutesWatched: Math.floor(
      sum(streams.filter(({ endedAt }) => endedAt >= start).map(({ watchSeconds }) => watchSeconds)) / 60,
    ),
  };
}
