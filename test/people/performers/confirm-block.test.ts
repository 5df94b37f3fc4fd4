import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { coinsOf } from '#test/support/money';
import { taskContext } from '#test/support/notifications';
import { recordingContext } from '#test/support/outbox';
import { asPerformer } from '#test/support/performers';
import { plansOf } from '#test/support/plans';
import { prove } from '#test/support/proof';
import { sweepOut } from '#test/support/queues';
import { eventually } from '#test/support/rooms';
import { aSubscriber, aTier, giveSubscribers } from '#test/support/subscriptions';
import { asUser, asViewer, type Person } from '#test/support/users';
import type { OutboxEvent } from '@/contracts/messages';
import { users } from '@/domains/base/users/tables';
import { renewSubscriptions } from '@/domains/money/subscriptions/renew';
import { subscriptions } from '@/domains/money/subscriptions/tables';
import { endHiddenSubscriptions, hiddenMembersQuery } from '@/domains/people/performers/hidden-members';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

const URL_ = 'performer/privacy-settings';
const { db } = testContext();
const moveTo = (who: Pick<Person, 'userId'>, country: string | null) =>
  db.update(users).set({ country }).where(eq(users.id, who.userId));
const subscriptionOf = (id: string) => db.select().from(subscriptions).where(eq(subscriptions.id, id)).get();

beforeEach(async () => {
  await db.update(subscriptions).set({ dueAt: null });
});

describe('blocking a country where followers or subscribers live', () => {
  async function aPerformerWithMembers() {
    const performer = await asPerformer();
    const tier = await aTier(performer);
    const subscriber = await aSubscriber(performer, tier, 100);
    const followers = [await asUser({ country: 'DE' }), await asUser({ country: 'FR' }), await asViewer()];
    for (const follower of followers) await follower.post(`social/follow/${performer.userId}`);
    await moveTo(subscriber, 'DE');
    return { performer, subscriber, tier };
  }

  it('is refused with their numbers until it is confirmed, and changes nothing before', async () => {
    const { performer, subscriber } = await aPerformerWithMembers();
    const put = (body: unknown) => performer.put(URL_, body);
    const refused = await put({ blockedCountries: ['DE', 'US'], showViewerList: false });
    expect([refused.status, refused.error.code]).toEqual([409, 'CONFIRM_BLOCK']);
    expect(refused.error.details).toEqual({ followers: 1, subscribers: 1 });
    expect((await performer.get(URL_)).data).toMatchObject({ blockedCountries: [], showViewerList: true });
    expect((await put({ blockedCountries: ['DE', 'US'], confirm: false })).error.code).toBe('CONFIRM_BLOCK');
    expect((await put({ blockedCountries: ['DE', 'US'], confirm: true })).data.blockedCountries).toEqual(['DE', 'US']);
    // Countries that are blocked already are not asked about again.
    expect((await put({ blockedCountries: ['DE', 'US', 'AT'] })).status).toBe(200);
    expect((await put({ blockedCountries: ['DE', 'FR'] })).error.details).toEqual({ followers: 1, subscribers: 0 });
    await eventually(async () =>
      expect(await subscriptionOf(subscriber.subscriptionId)).toMatchObject({ endedBecause: 'creator-hidden' }),
    );
  });

  it('asks about nobody whose place is not known: regions of a country, and users without one', async () => {
    const { performer, subscriber } = await aPerformerWithMembers();
    await moveTo(subscriber, null);
    for (const body of [
      { blockedCountries: ['DE-BY', 'US'] },
      { unknownCountry: 'deny' },
      { blockedCountries: [] },
      { anonymousMode: false },
    ])
      expect((await performer.put(URL_, body)).status).toBe(200);
    expect(await subscriptionOf(subscriber.subscriptionId)).toMatchObject({ status: 'active' });
  });

  it('looks at a bounded number of members, by index', async () => {
    const steps = (await plansOf((ctx) => hiddenMembersQuery(ctx, newId(), ['DE']))).join('\n');
    expect(steps).toMatch(/SEARCH follows USING (COVERING )?INDEX follows_of_creator/);
    expect(steps).toMatch(/SEARCH subscriptions USING (COVERING )?INDEX subscriptions_of_creator/);
    expect(steps).toMatch(/SEARCH member USING INDEX sqlite_autoindex_users_1 \(id=\?\)/);
    expect(steps).not.toMatch(/SCAN (users|follows|subscriptions|member)|TEMP B-TREE/);
  });
});

describe('subscriptions of those who live in a blocked country', () => {
  async function aHiddenSubscriber() {
    const performer = await asPerformer();
    const viewer = await aSubscriber(performer, await aTier(performer), 100);
    await moveTo(viewer, 'DE');
    const row = await subscriptionOf(viewer.subscriptionId);
    if (!row) throw new Error('No subscription');
    const at = row.periodEndsAt - 10 * DAY_MS - 1;
    const unused = Math.floor((100 * 10) / ((row.periodEndsAt - row.startedAt) / DAY_MS));
    return { performer, viewer, row, at, unused };
  }

  /** What the tasks do at that time (ms), and what follows from them. */
  async function endAt(at: number, creatorId: string): Promise<OutboxEvent[]> {
    const { ctx, events } = recordingContext({ now: () => at });
    await endHiddenSubscriptions(ctx, { type: 'end-hidden-subscriptions', creatorId, after: null });
    await ctx.db.update(subscriptions).set({ dueAt: at }).where(eq(subscriptions.creatorId, creatorId));
    await sweepOut(renewSubscriptions, ctx);
    return events;
  }

  it('end at once, and the unused days are given back once', async () => {
    const { performer, viewer, at, unused } = await aHiddenSubscriber();
    await db.run(`INSERT INTO blocked_regions (creator_id, region) VALUES ('${performer.userId}', 'DE')`);
    const events = await endAt(at, performer.userId);
    expect(events).toContainEqual({
      kind: 'creator-withdrew',
      creatorId: performer.userId,
      subscriberId: viewer.userId,
    });
    expect(events).toContainEqual({
      kind: 'notify',
      notification: expect.objectContaining({
        userId: viewer.userId,
        data: expect.objectContaining({ returnedCoins: unused }),
      }),
    });
    await endAt(at + DAY_MS, performer.userId);
    expect(await subscriptionOf(viewer.subscriptionId)).toMatchObject({
      status: 'ended',
      endedBecause: 'creator-hidden',
      endedAt: at,
    });
    expect(await coinsOf(viewer.userId)).toBe(unused);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('go on if the country is no longer blocked when it is looked at', async () => {
    const { performer, viewer, row, at } = await aHiddenSubscriber();
    expect(await endAt(at, performer.userId)).toEqual([]);
    expect(await subscriptionOf(viewer.subscriptionId)).toMatchObject({ status: 'active', dueAt: row.periodEndsAt });
  });

  it('are found in pages, however many there are', async () => {
    const performer = await asPerformer();
    const ids = Array.from({ length: 450 }, (_, index) => `s${performer.userId.slice(-8)}-${index}`);
    await db.run(`INSERT INTO users (id, email, email_key, username, display_name, country, created_at, updated_at)
      SELECT value, value, value, replace(value, '-', '_'), 'Fan', 'DE', 1, 1 FROM json_each('${JSON.stringify(ids)}')`);
    await giveSubscribers(performer.userId, ids);
    await db.run(`INSERT INTO blocked_regions (creator_id, region) VALUES ('${performer.userId}', 'DE')`);
    const withdrawn: string[] = [];
    const tasks = taskContext({
      deliver: async (rows) => {
        for (const { event } of rows) {
          if (event.kind === 'creator-withdrew') withdrawn.push(event.subscriberId ?? '');
          if (event.kind === 'task') await tasks.ctx.queues.tasks.send(event.task);
        }
      },
    });
    const { userId: creatorId } = performer;
    await tasks.ctx.queues.tasks.send({ type: 'end-hidden-subscriptions', creatorId, after: null });
    for (let page = 0; page < 4; page += 1) {
      await tasks.drain();
      await tasks.settle();
    }
    expect(withdrawn.toSorted()).toEqual(ids.toSorted());
  });
});
