/** What guides do on a stage reaches D1: as it goes on, at its end, and whatever happens in between. */
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { and, eq, isNull } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { type Client, eventually, inStorage, startClock, stopClock, stubOf } from '#test/support/rooms';
import { aRoom, comeIn } from '#test/support/user-rooms';
import { asGuide, asStaff, asViewer, type Person } from '#test/support/users';
import { stageTurns } from '@/domains/live/user-rooms/tables';
import { guideTerms, guideWork } from '@/domains/people/guides/tables';
import { newId } from '@/shared/ids';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '@/shared/time';

let advance: (ms: number) => void;
beforeEach(() => {
  standInForLiveKit();
  // Tomorrow's noon: no test meets midnight, and alarms wait until they are run.
  const noon = (Math.floor(Date.now() / DAY_MS) + 1.5) * DAY_MS;
  advance = stopClock(Date.now() - noon);
});
afterEach(startClock);

/** This much later, with a ping from everyone who stays, as clients do. */
async function pass(minutes: number, clients: readonly Client[]): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    advance(MINUTE_MS);
    await Promise.all(clients.map((client) => client.ask({ type: 'ping' })));
  }
}

const workOf = async ({ userId }: Person) =>
  testContext()
    .db.select({ seconds: guideWork.seconds, guests: guideWork.guests, alone: guideWork.aloneSeconds })
    .from(guideWork)
    .where(eq(guideWork.userId, userId));

/** A guide's room with two others in it. */
async function aFullRoom() {
  const guide = await asGuide();
  const { id } = await aRoom(guide);
  const clients = [
    await comeIn(guide, id),
    await comeIn(await asViewer(), id),
    await comeIn(await asViewer(), id),
  ] as const;
  return { guide, id, clients, alarm: () => runDurableObjectAlarm(stubOf(id)) };
}

describe('a guide on the stage', () => {
  it('is reported every ten minutes, with absolute figures that a repeat does not change', async () => {
    const { guide, id, clients, alarm } = await aFullRoom();
    await pass(11, clients);
    await alarm();
    expect(await workOf(guide)).toEqual([{ seconds: 660, guests: 2, alone: 0 }]);
    expect(await inStorage(id, `SELECT at - ${Date.now()} AS later FROM due WHERE what = 'stage-work'`)).toEqual([
      { later: 10 * MINUTE_MS },
    ]);
    await pass(11, clients);
    await alarm();
    await alarm();
    expect(await workOf(guide)).toEqual([{ seconds: 1_320, guests: 2, alone: 0 }]);
  });

  it('is reported to the second when the room closes', async () => {
    const { guide, id, clients } = await aFullRoom();
    await pass(5, clients);
    clients[2].leave();
    await eventually(async () =>
      expect(await inStorage(id, 'SELECT id FROM intervals WHERE left_at IS NULL')).toHaveLength(2),
    );
    await pass(3, [clients[0], clients[1]]);
    advance(30 * SECOND_MS);
    await guide.post(`rooms/${id}/close`);
    await eventually(async () => {
      await runDurableObjectAlarm(stubOf(id));
      expect(await workOf(guide)).toEqual([{ seconds: 300, guests: 2, alone: 210 }]);
    });
    advance(DAY_MS);
    await runDurableObjectAlarm(stubOf(id));
    expect(await workOf(guide)).toEqual([{ seconds: 300, guests: 2, alone: 210 }]);
  });

  it('is reported when a turn ends, though the room stays open', async () => {
    const { guide, id, clients } = await aFullRoom();
    await pass(4, clients);
    const ctx = testContext();
    await ctx.db
      .update(stageTurns)
      .set({ endedAt: Date.now() })
      .where(and(eq(stageTurns.roomId, id), isNull(stageTurns.endedAt)));
    const event = { type: 'stage-left', streamId: id, userId: guide.userId } as const;
    await ctx.rooms(id).apply(newId(), { type: 'event', event });
    await pass(2, clients);
    await runDurableObjectAlarm(stubOf(id));
    expect(await workOf(guide)).toEqual([{ seconds: 240, guests: 2, alone: 0 }]);
  });

  it('keeps what was done before the object was evicted', async () => {
    const { guide, id, clients } = await aFullRoom();
    await pass(6, clients);
    await evictDurableObject(stubOf(id));
    await pass(5, clients);
    await runDurableObjectAlarm(stubOf(id));
    expect(await workOf(guide)).toEqual([{ seconds: 660, guests: 2, alone: 0 }]);
  });

  it('has time on another stage counted there alone', async () => {
    const { guide, clients, alarm } = await aFullRoom();
    await pass(5, clients);
    const other = await aRoom(guide);
    const there = [
      await comeIn(guide, other.id),
      await comeIn(await asViewer(), other.id),
      await comeIn(await asViewer(), other.id),
    ];
    await pass(6, [...clients, ...there]);
    await alarm();
    await runDurableObjectAlarm(stubOf(other.id));
    const rows = await workOf(guide);
    expect(rows.map(({ seconds }) => seconds).toSorted()).toEqual([300, 360]);
  });

  it('earns nothing while the approval is suspended', async () => {
    const { guide, clients, alarm } = await aFullRoom();
    const applicationId = newId();
    await testContext().db.run(
      `INSERT INTO guide_applications (id, user_id, status, motivation, languages, submitted_at, approved_at, decided_at)
       VALUES ('${applicationId}', '${guide.userId}', 'APPROVED', 'I talk.', '["en"]', 1, 1, 1)`,
    );
    await pass(5, clients);
    const [staff, path] = [await asStaff('admin_l3'), `guide/application/applications/${applicationId}`];
    expect((await staff.put(`${path}/suspend`, { reason: 'Complaints.' })).status).toBe(200);
    await pass(3, clients);
    expect((await staff.put(`${path}/approve`)).status).toBe(200);
    await pass(4, clients);
    await alarm();
    expect(await workOf(guide)).toMatchObject([{ seconds: 540 }]);
    expect((await guide.get('guide/application/profile/my')).data).toMatchObject({
      stats: { stageMinutes: 9, roomsHosted: 1, guestsServed: 2, giftsInRooms: 0 },
      month: { stageMinutes: 9, roomsHosted: 1 },
    });
    const terms = await testContext().db.select().from(guideTerms).where(eq(guideTerms.userId, guide.userId));
    expect(terms).toHaveLength(2);
  });
});

it('a host who is no guide leaves no figures', async () => {
  const host = await asViewer();
  const { id } = await aRoom(host);
  const clients = [await comeIn(host, id), await comeIn(await asViewer(), id), await comeIn(await asViewer(), id)];
  await pass(11, clients);
  await runDurableObjectAlarm(stubOf(id));
  expect(await workOf(host)).toEqual([]);
});

it('an account that is deleted meanwhile gets no figures any more', async () => {
  const { guide, clients, alarm } = await aFullRoom();
  await pass(5, clients);
  await testContext().db.delete(guideTerms).where(eq(guideTerms.userId, guide.userId));
  await pass(6, clients);
  await alarm();
  expect(await workOf(guide)).toEqual([]);
});
