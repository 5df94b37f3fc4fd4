/** How often a creator is shown the figures, by a clock of the test. */
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { someFigures } from '#test/support/figures';
import { aUser, setupOf, stubOf } from '#test/support/rooms';
import { LiveAnalytics } from '@/room/live-analytics';
import { Presence } from '@/room/presence';
import { RoomStore } from '@/room/store';
import { newId } from '@/shared/ids';

/** A live room with its creator in it, unless they are away, and a clock that the test moves. */
async function withRoom(
  { isAway = false, stays = 0 },
  run: (room: {
    live: LiveAnalytics;
    waits: number[];
    told: unknown[];
    tick: (ms: number) => void;
    say: () => void;
  }) => void,
): Promise<void> {
  const roomId = newId();
  await runInDurableObject(stubOf(roomId), (_room, state) => {
    const creator = aUser({ creator: true });
    const store = new RoomStore(state.storage);
    store.prepare();
    store.saveSetup(1, setupOf(roomId, { creatorId: creator.id, startedAt: 0 }));
    state.storage.sql.exec(
      `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
       INSERT INTO intervals (id, viewer, joined_at, left_at) SELECT 'p' || n, 'guest:' || n, 0, 1 FROM n WHERE ?1 > 0`,
      stays,
    );
    const { 0: socket } = new WebSocketPair();
    const seat = { passId: newId(), viewer: creator, joinedAt: 0, heardAt: 0 };
    socket.accept();
    Object.assign(socket, { deserializeAttachment: () => seat });
    const asked = { getWebSockets: () => (isAway ? [] : [socket]), getWebSocketAutoResponseTimestamp: () => null };
    const presence = new Presence(asked as unknown as DurableObjectState, store, () => undefined); // all that is asked of it
    const [waits, told]: [number[], unknown[]] = [[], []];
    const due: { at: number; run: () => void }[] = [];
    let [now, messages] = [1_000_000, 0];
    const live = new LiveAnalytics({
      store,
      presence: () => presence,
      broadcaster: { tell: (_, event) => told.push(event) },
      figures: () => someFigures({ messages, until: now }),
      now: () => now,
      later: (run, ms) => {
        waits.push(ms);
        due.push({ at: now + ms, run });
      },
    });
    const tick = (ms: number) => {
      now += ms;
      for (const timer of due.splice(0)) {
        if (timer.at <= now) timer.run();
        else due.push(timer);
      }
    };
    const say = () => {
      messages += 1;
      live.changed();
    };
    run({ live, waits, told, tick, say });
  });
}

describe('the figures of a live stream', () => {
  it('come at once after a quiet time, then at most every five seconds with all that happened meanwhile', () =>
    withRoom({}, ({ told, waits, tick, say }) => {
      say();
      tick(0);
      expect(told).toMatchObject([{ messages: 1 }]);
      tick(1_000);
      for (let count = 0; count < 10; count += 1) say();
      expect(waits).toEqual([0, 4_000]);
      tick(3_999);
      expect(told).toHaveLength(1);
      tick(1);
      expect(told).toMatchObject([{ messages: 1 }, { messages: 11 }]);
    }));

  it('set no timer while nothing happens, and are not repeated if nothing of them has changed', () =>
    withRoom({}, ({ live, told, waits, tick, say }) => {
      say();
      tick(0);
      tick(600_000);
      expect(waits).toHaveLength(1);
      live.changed(); // by an event that is in no figure
      tick(5_000);
      expect(told).toHaveLength(1);
    }));

  it('are not computed while the creator is away', () =>
    withRoom({ isAway: true }, ({ told, waits, say }) => {
      say();
      expect([waits, told]).toEqual([[], []]);
    }));

  it('come less often the more stays there are to measure', () =>
    withRoom({ stays: 100_000 }, ({ waits, tick, say }) => {
      say();
      tick(0);
      say();
      expect(waits).toEqual([0, 10_000]);
    }));
});
