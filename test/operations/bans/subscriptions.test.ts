/** A suspension pauses subscriptions of both directions; a ban and a long suspension end them. */
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { coinsOf } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { sweepOut } from '#test/support/queues';
import { eventually } from '#test/support/rooms';
import { aSubscriber, aTier } from '#test/support/subscriptions';
import { asCreator, asStaff } from '#test/support/users';
import { outbox } from '@/db/outbox';
import { paidMonthsCheck } from '@/domains/money/subscriptions/check';
import { periodEnd } from '@/domains/money/subscriptions/periods';
import { renewSubscriptions } from '@/domains/money/subscriptions/renew';
import { type SubscriptionRow, subscriptions } from '@/domains/money/subscriptions/tables';
import { reviewSubscriptions } from '@/domains/money/subscriptions/withdraw';
import { DAY_MS, toIso } from '@/shared/time';

const PRICE = 100;
const REASON = 'You sent spam.';

beforeEach(async () => {
  standInForLiveKit();
  await testContext().db.delete(outbox);
  await testContext().db.update(subscriptions).set({ dueAt: null });
});

async function aSubscription() {
  const [staff, creator] = [await asStaff('admin_l2'), await asCreator()];
  const viewer = await aSubscriber(creator, await aTier(creator, PRICE), 10 * PRICE);
  const row = async () => {
    const found = await testContext()
      .db.select()
      .from(subscriptions)
      .where(eq(subscriptions.id, viewer.subscriptionId))
      .get();
    if (!found) throw new Error('No such subscription');
    return found;
  };
  const set = async (userId: string, status: 'active' | 'suspended' | 'banned', days?: number) => {
    const until = days === undefined ? {} : { until: toIso(Date.now() + days * DAY_MS) };
    const answer = await staff.put(`admin/user/${userId}/status`, { status, reason: REASON, ...until });
    expect(answer.status).toBe(200);
  };
  const until = (is: (now: SubscriptionRow) => boolean) =>
    eventually(async () => {
      const now = await row();
      if (!is(now)) throw new Error(`Not yet: ${JSON.stringify(now)}`);
      return now;
    });
  return { creator, viewer, row, set, until, before: await row() };
}

/** What the sweep does at that time (ms), after the user's status changed. */
async function reviewAt(now: number, userId: string) {
  const { ctx } = recordingContext({ now: () => now });
  await reviewSubscriptions(ctx, userId);
  await sweepOut(renewSubscriptions, ctx);
}

const findings = async () => (await paidMonthsCheck.page(testContext(), null)).findings;

describe.each(['creator', 'viewer'] as const)('a subscription whose %s is suspended for a week', (who) => {
  it('is not charged meanwhile, and gets the lost days when the suspension is lifted early', async () => {
    const one = await aSubscription();
    const { userId } = one[who];
    await one.set(userId, 'suspended', 7);
    const paused = await one.until(({ pausedAt }) => pausedAt !== null);
    expect(paused).toMatchObject({ status: 'active', dueAt: null, months: 1 });
    const { ctx } = recordingContext({ now: () => one.before.periodEndsAt + 1 });
    await sweepOut(renewSubscriptions, ctx);
    expect(await one.row()).toEqual(paused);
    await one.set(userId, 'active');
    const resumed = await one.until(({ pausedAt }) => pausedAt === null);
    expect(resumed.pausedMs).toBeGreaterThan(0);
    expect(resumed.periodEndsAt).toBe(periodEnd(resumed.startedAt, 1, resumed.pausedMs));
    expect(resumed).toMatchObject({ months: 1, dueAt: resumed.periodEndsAt, status: 'active' });
  });

  it('ends when that becomes a ban, with the days from the suspension on given back', async () => {
    const one = await aSubscription();
    const { userId } = one[who];
    await one.set(userId, 'suspended', 7);
    await one.until(({ pausedAt }) => pausedAt !== null);
    await one.set(userId, 'banned');
    const ended = await one.until(({ status }) => status === 'ended');
    expect(ended.endedBecause).toBe(who === 'creator' ? 'creator-gone' : 'subscriber-gone');
    expect(await coinsOf(one.viewer.userId)).toBeGreaterThan(9 * PRICE + 90);
    expect(await findings()).toEqual([]);
    await one.set(userId, 'active');
    expect((await one.row()).status).toBe('ended');
  });

  it.each([
    ['a ban', 'banned', undefined],
    ['a suspension of 31 days', 'suspended', 31],
  ] as const)('or rather by %s, ends at once and unused days come back', async (_, status, days) => {
    const one = await aSubscription();
    await one.set(one[who].userId, status, days);
    await one.until((now) => now.status === 'ended');
    expect(await coinsOf(one.viewer.userId)).toBeGreaterThan(9 * PRICE + 90);
    expect(await findings()).toEqual([]);
  });
});

describe('two suspensions that overlap', () => {
  it('pause a subscription until the later one ends', async () => {
    const one = await aSubscription();
    await one.set(one.creator.userId, 'suspended', 5);
    const first = await one.until(({ pausedAt }) => pausedAt !== null);
    await one.set(one.viewer.userId, 'suspended', 9);
    await one.set(one.creator.userId, 'active');
    const at = Date.now() + 9 * DAY_MS;
    await reviewAt(at - DAY_MS, one.creator.userId);
    expect(await one.row()).toMatchObject({ pausedAt: first.pausedAt, pausedMs: 0, dueAt: null });
    await one.set(one.viewer.userId, 'active');
    await one.until(({ pausedAt }) => pausedAt === null);
  });
});

describe('a suspension that ran for days', () => {
  it('adds exactly the days that were lost, and the next month is charged after them', async () => {
    const one = await aSubscription();
    const { userId } = one.creator;
    await one.set(userId, 'suspended', 7);
    const { pausedAt } = await one.until((now) => now.pausedAt !== null);
    await one.set(userId, 'active');
    // The same row, had the suspension ended six days after it began.
    await one.until((now) => now.pausedAt === null);
    await testContext()
      .db.update(subscriptions)
      .set({ pausedAt, pausedMs: 0, periodEndsAt: one.before.periodEndsAt, dueAt: null })
      .where(eq(subscriptions.id, one.viewer.subscriptionId));
    await reviewAt((pausedAt ?? 0) + 6 * DAY_MS, userId);
    const resumed = await one.row();
    expect(resumed).toMatchObject({ pausedMs: 6 * DAY_MS, periodEndsAt: one.before.periodEndsAt + 6 * DAY_MS });
    const { ctx } = recordingContext({ now: () => resumed.periodEndsAt + 1 });
    await sweepOut(renewSubscriptions, ctx);
    const renewed = await one.row();
    expect(renewed).toMatchObject({ months: 2, periodEndsAt: periodEnd(resumed.startedAt, 2, 6 * DAY_MS) });
    expect(await findings()).toEqual([]);
  });
});
