/** Who listened, from the sockets to the rows in D1. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { aGuest, aUser, eventually, joinRoom, openRoom, startClock, stopClock } from '#test/support/rooms';
import { aStream } from '#test/support/streams';
import { asCreator, asUser, asViewer } from '#test/support/users';
import type { RoomUser } from '@/contracts/room';
import { recordListeners } from '@/domains/live/rooms/listeners';
import { DAY_MS, SECOND_MS } from '@/shared/time';

afterEach(startClock);

const rowsOf = async (streamId: string) =>
  (
    await env.DB.prepare('SELECT user_id, creator_id, seconds, ended_at FROM stream_listeners WHERE stream_id = ?')
      .bind(streamId)
      .all()
  ).results;

/** A live room whose stream stands in D1, and its end in both. */
async function openStream(visibility: 'public' | 'private' = 'public') {
  const creator = await asCreator();
  const opened = await openRoom({ creatorId: creator.userId, visibility });
  await aStream(creator, { id: opened.roomId, visibility });
  return {
    ...opened,
    creator,
    async end() {
      const endedAt = Date.now();
      await env.DB.prepare("UPDATE streams SET status = 'ended', ended_at = ? WHERE id = ?")
        .bind(endedAt, opened.roomId)
        .run();
      await opened.change({ status: 'ended', endedAt });
      await runDurableObjectAlarm(opened.stub);
      return endedAt;
    },
  };
}

const asListener = async (): Promise<RoomUser> => aUser({}, (await asViewer()).userId);

describe('a stream’s end', () => {
  it('writes who was there for sixty seconds, and nobody who was there for fifty-nine', async () => {
    const [one, two] = [await asListener(), await asListener()];
    const tick = stopClock();
    const { roomId, room, creator, end } = await openStream();
    await joinRoom(roomId, one);
    tick(SECOND_MS);
    await joinRoom(roomId, two);
    tick(59 * SECOND_MS);
    expect(await room.figures()).toMatchObject({ uniqueViewers: 2 });
    const ended_at = await end();
    expect(await rowsOf(roomId)).toEqual([{ user_id: one.id, creator_id: creator.userId, seconds: 60, ended_at }]);
  });

  it('adds up visits, counts two tabs once, and the waiting room not at all', async () => {
    const [visitor, twice, early] = [await asListener(), await asListener(), await asListener()];
    const tick = stopClock();
    const opened = await openStream();
    const { roomId, room } = opened;
    const first = await joinRoom(roomId, visitor);
    await joinRoom(roomId, twice);
    await joinRoom(roomId, twice);
    tick(30 * SECOND_MS);
    first.leave();
    await first.closed();
    await eventually(async () => expect((await room.viewers()).total).toBe(1));
    tick(10 * SECOND_MS);
    await joinRoom(roomId, visitor);
    await joinRoom(roomId, early);
    tick(15 * SECOND_MS);
    const setup = { startedAt: Date.now() - 55 * SECOND_MS };
    await opened.change(setup);
    tick(15 * SECOND_MS);
    await opened.end();
    const rows = await rowsOf(roomId);
    expect(rows.map(({ user_id, seconds }) => [user_id, seconds]).toSorted()).toEqual(
      [
        [twice.id, 70],
        [visitor.id, 60],
      ].toSorted(),
    );
  });

  it('leaves out guests, users who are not verified, and the creator', async () => {
    const unverified = aUser({ verified: false }, (await asUser({ verified: false })).userId);
    const tick = stopClock();
    const { roomId, creator, end } = await openStream();
    await joinRoom(roomId, aGuest());
    await joinRoom(roomId, unverified);
    await joinRoom(roomId, aUser({ creator: true }, creator.userId));
    tick(120 * SECOND_MS);
    await end();
    expect(await rowsOf(roomId)).toEqual([]);
  });

  it('writes each listener once, whatever is repeated and whoever is deleted meanwhile', async () => {
    const [staying, leaving] = [await asListener(), await asListener()];
    const tick = stopClock();
    const { roomId, stub, end } = await openStream();
    await joinRoom(roomId, staying);
    await joinRoom(roomId, leaving);
    tick(90 * SECOND_MS);
    await end();
    expect(await rowsOf(roomId)).toHaveLength(2);
    await env.DB.batch([
      env.DB.prepare('DELETE FROM stream_listeners WHERE user_id = ?').bind(leaving.id),
      env.DB.prepare("UPDATE users SET status = 'deleted' WHERE id = ?").bind(leaving.id),
    ]);
    await evictDurableObject(stub, { webSockets: 'close' });
    tick(8 * DAY_MS); // the room reports again before it is archived
    await runDurableObjectAlarm(stub);
    expect(await rowsOf(roomId)).toMatchObject([{ user_id: staying.id, seconds: 90 }]);
  });

  it('writes a crowd in pages, and goes on where it was interrupted', async () => {
    const CROWD = 1_200;
    const { roomId, stub, setup, end } = await openStream();
    const since = (setup.startedAt ?? 0) - 3_600_000;
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at)
       SELECT ?2 || i, ?2 || i, ?2 || i, ?2 || i, 'Fan', 0, 0 FROM n`,
    )
      .bind(CROWD, `${roomId}-`)
      .run();
    await runInDurableObject(stub, (_room, state) => {
      state.storage.sql.exec(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO intervals (id, viewer, joined_at, left_at, is_verified)
         SELECT 'p' || i, 'user:' || ?2 || i, ?3, ?3 + 61000, 1 FROM n`,
        CROWD,
        `${roomId}-`,
        since + 1,
      );
    });
    Object.assign(setup, { startedAt: since });
    // What a report left that was interrupted.
    await env.DB.prepare("UPDATE streams SET status = 'ended', ended_at = 5 WHERE id = ?").bind(roomId).run();
    await recordListeners(testContext(), roomId, [{ userId: `${roomId}-7`, seconds: 61 }]);
    await end();
    const rows = await rowsOf(roomId);
    expect(rows).toHaveLength(CROWD);
    expect(rows.every(({ seconds }) => seconds === 61)).toBe(true);
    expect(rows.filter(({ ended_at }) => ended_at === 5)).toMatchObject([{ user_id: `${roomId}-7` }]);
  });
});

it('a room that is no stream has no listeners in D1', async () => {
  const listener = await asListener();
  const tick = stopClock();
  const { roomId, change, stub } = await openRoom();
  await joinRoom(roomId, listener);
  tick(120 * SECOND_MS);
  await change({ status: 'ended', endedAt: Date.now() });
  await runDurableObjectAlarm(stub);
  expect(await rowsOf(roomId)).toEqual([]);
});
