import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { aGuest, stubOf } from '#test/support/rooms';
import { Broadcaster, tickMs } from '@/room/broadcaster';
import { Presence, type Seat } from '@/room/presence';
import { BUFFERED_BYTES_LEAN, BUFFERED_BYTES_MAX } from '@/room/slow-sockets';
import { RoomStore } from '@/room/store';
import { newId } from '@/shared/ids';

/** A socket of the platform as far as a broadcaster uses it, with a client as slow as the test wants. */
class SocketStandIn {
  readonly readyState = 1;
  readonly frames: string[] = [];
  closed: number | undefined;
  bufferedAmount: number | undefined = 0;
  readonly #seat: Seat = { passId: newId(), viewer: aGuest(), joinedAt: 0, heardAt: 0 };
  deserializeAttachment = () => this.#seat;
  send(frame: string) {
    this.frames.push(frame);
  }
  close(code: number) {
    this.closed = code;
  }
}

type Clock = ReturnType<typeof aClock>;

/** Time that passes when a test says so. A real timer would outlive the test and its room. */
function aClock() {
  let at = 10_000;
  const due: { readonly at: number; readonly run: () => void }[] = [];
  return {
    now: () => at,
    later(run: () => void, ms: number) {
      const entry = { at: at + ms, run };
      due.push(entry);
      return () => void (due.includes(entry) && due.splice(due.indexOf(entry), 1));
    },
    advance(ms: number) {
      const until = at + ms;
      for (;;) {
        const next = due.filter((entry) => entry.at <= until).toSorted((one, other) => one.at - other.at)[0];
        if (!next) break;
        due.splice(due.indexOf(next), 1);
        at = Math.max(at, next.at);
        next.run();
      }
      at = until;
    },
  };
}

function withSockets(
  count: number,
  run: (broadcaster: Broadcaster, sockets: SocketStandIn[]) => void,
  { now, later }: Pick<Clock, 'now' | 'later'> = aClock(),
): Promise<void> {
  return runInDurableObject(stubOf(newId()), (_room, state) => {
    const sockets = Array.from({ length: count }, () => new SocketStandIn());
    const store = new RoomStore(state.storage);
    store.prepare();
    const asked = { getWebSockets: () => sockets, getWebSocketAutoResponseTimestamp: () => null };
    const platform = asked as unknown as DurableObjectState; // all that is asked of it
    const presence: Presence = new Presence(platform, store, () => broadcaster.viewersChanged());
    const broadcaster: Broadcaster = new Broadcaster({
      store,
      presence: () => presence,
      now,
      later,
      tickMs,
      onViewerCount: () => undefined,
      onTraces: () => undefined,
      onMessage: () => undefined,
      onFrame: () => undefined,
    });
    run(broadcaster, sockets);
    broadcaster.flush();
  });
}

const gift = { at: 0, body: '{"type":"gift-sent"}' };

describe('a reader that does not keep up', () => {
  it('loses reactions and counts first, and never what is stored', () =>
    withSockets(2, (broadcaster, [well, slow]) => {
      if (slow) slow.bufferedAmount = BUFFERED_BYTES_LEAN + 1;
      broadcaster.flush();
      broadcaster.react('heart');
      broadcaster.add(gift);
      broadcaster.flush();
      expect(well?.frames).toEqual(['[{"seq":1,"type":"gift-sent"},{"type":"new-reaction","counts":{"heart":1}}]']);
      expect(slow?.frames).toEqual(['[{"seq":1,"type":"gift-sent"}]']);
    }));

  it('is closed with 1013 past a megabyte, and the others get the same frame', () =>
    withSockets(3, (broadcaster, [well, stuck, other]) => {
      broadcaster.flush();
      if (stuck) stuck.bufferedAmount = BUFFERED_BYTES_MAX + 1;
      broadcaster.add(gift);
      broadcaster.flush();
      expect(stuck?.closed).toBe(1013);
      expect(stuck?.frames).toEqual([]);
      expect(well?.frames[0]).toBe('[{"seq":1,"type":"gift-sent"}]');
      expect(other?.frames[0]).toBe(well?.frames[0]);
    }));

  it('is served as any other where the platform does not tell', () =>
    withSockets(1, (broadcaster, [socket]) => {
      if (socket) socket.bufferedAmount = undefined;
      broadcaster.add(gift);
      broadcaster.flush();
      expect(socket?.frames).toHaveLength(1);
    }));
});

describe('reactions', () => {
  it('of 30 hearts a second to 200 viewers are at most 500 sends a second', () => {
    const clock = aClock();
    return withSockets(
      200,
      (broadcaster, sockets) => {
        for (let heart = 0; heart < 90; heart += 1) {
          broadcaster.react('heart');
          clock.advance(1_000 / 30);
        }
        clock.advance(1_000);
        const sends = sockets.reduce((sum, { frames }) => sum + frames.length, 0);
        expect(sends).toBeLessThanOrEqual(3 * 500);
        const seen = sockets[0]?.frames.flatMap((frame) => JSON.parse(frame)) ?? [];
        expect(seen.reduce((sum, { counts }) => sum + counts.heart, 0)).toBe(90);
      },
      clock,
    );
  });

  it('that wait leave with the next event, which waits a tick and no longer', () => {
    const clock = aClock();
    return withSockets(
      2,
      (broadcaster, [socket]) => {
        broadcaster.flush();
        broadcaster.react('heart');
        clock.advance(20);
        expect(socket?.frames).toEqual([]);
        broadcaster.add(gift);
        expect(socket?.frames).toEqual(['[{"seq":1,"type":"gift-sent"},{"type":"new-reaction","counts":{"heart":1}}]']);
        broadcaster.react('clap');
        clock.advance(5);
        broadcaster.add(gift);
        clock.advance(5);
        expect(socket?.frames).toHaveLength(2);
      },
      clock,
    );
  });

  it('and events after a quiet time leave at once', () => {
    const clock = aClock();
    return withSockets(
      2,
      (broadcaster, [socket]) => {
        broadcaster.flush();
        clock.advance(500);
        broadcaster.react('heart');
        expect(socket?.frames).toHaveLength(1);
        clock.advance(10);
        broadcaster.add(gift);
        expect(socket?.frames).toHaveLength(2);
      },
      clock,
    );
  });
});

describe('a frame', () => {
  it('is one for all that gathered since the last', () =>
    withSockets(1, (broadcaster, [socket]) => {
      broadcaster.flush();
      for (let index = 0; index < 3; index += 1) broadcaster.add(gift);
      expect(socket?.frames).toEqual([]);
      broadcaster.flush();
      expect(socket?.frames).toEqual([
        '[{"seq":1,"type":"gift-sent"},{"seq":2,"type":"gift-sent"},{"seq":3,"type":"gift-sent"}]',
      ]);
    }));

  it('has the answers for its reader in front', () =>
    withSockets(2, (broadcaster, [one, other]) => {
      broadcaster.flush();
      const id = newId();
      broadcaster.add(gift, (seq) =>
        // biome-ignore lint/style/noNonNullAssertion: the stand-in is there
        broadcaster.answerInFrame(one! as unknown as WebSocket, { type: 'ack', id, seq: seq ?? 0 }),
      );
      broadcaster.flush();
      expect(one?.frames).toEqual([`[{"type":"ack","id":"${id}","seq":1},{"seq":1,"type":"gift-sent"}]`]);
      expect(other?.frames).toEqual(['[{"seq":1,"type":"gift-sent"}]']);
    }));

  it.each([
    [1, 10],
    [100, 13],
    [1_000, 130],
    [5_000, 500],
  ])('for %i sockets comes every %i ms', (sockets, ms) => {
    expect(tickMs(sockets)).toBe(ms);
  });
});
