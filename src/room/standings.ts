/**
 * What users are to the channel, as the room remembers it: good for a minute, and read again before it refuses
 * somebody, at most every ten seconds a user.
 */
import type { Context } from '@/context';
import { readStanding } from '@/domains/streams/standing';
import type { RoomUser } from '@/room/api';
import { newId } from '@/shared/ids';
import { SECOND_MS } from '@/shared/time';
import { asStranger, type History, judge, type Rules, type Verdict } from './policy';
import { type Presence, viewerKey } from './presence';
import type { SanctionStore } from './sanction-store';

const TRUSTED_MS = 60 * SECOND_MS;
const REREAD_EVERY_MS = 10 * SECOND_MS;

/** Refusals that a newer standing may lift. */
const LIFTED_BY_STANDING = new Set(['FOLLOWERS_ONLY', 'SUBSCRIBERS_ONLY']);

/** True if the verdict hangs on a standing that is too old for it. */
export function needsReread(
  verdict: Verdict,
  { rules, user, text, history, now }: { rules: Rules; user: RoomUser; text: string; history: History; now: number },
): boolean {
  const age = now - user.standing.readAt;
  if (!verdict.ok) return LIFTED_BY_STANDING.has(verdict.code) && age >= REREAD_EVERY_MS;
  if (age < TRUSTED_MS) return false;
  const asAnybody = judge(rules, asStranger(user), text, history, now);
  return !asAnybody.ok || asAnybody.delayMs !== verdict.delayMs;
}

export class Standings {
  readonly #reading = new Map<string, Promise<RoomUser['standing'] | undefined>>();

  constructor(
    private readonly ctx: Pick<Context, 'db' | 'now'>,
    private readonly presence: () => Presence,
    private readonly sanctions: SanctionStore,
    /** What they said and nobody has seen yet must not come out. */
    private readonly onShutOut: (userId: string) => void,
  ) {}

  /** Several messages at once cost one read. @returns nothing if the user may not be here any more */
  reread(roomId: string, userId: string): Promise<RoomUser['standing'] | undefined> {
    const running = this.#reading.get(userId);
    if (running) return running;
    const reading = this.#read(roomId, userId).finally(() => this.#reading.delete(userId));
    this.#reading.set(userId, reading);
    return reading;
  }

  async #read(roomId: string, userId: string): Promise<RoomUser['standing'] | undefined> {
    const { blocked, ...standing } = await readStanding(this.ctx, roomId, userId);
    const presence = this.presence();
    if (blocked) {
      // Their passes are void as well: what they may do from now on is asked at the door.
      this.sanctions.setKick(userId, newId());
      presence.closeAll(presence.socketsOf(viewerKey({ kind: 'user', id: userId })), 'banned', this.ctx.now());
      this.onShutOut(userId);
      return undefined;
    }
    presence.restand(userId, standing);
    return standing;
  }
}
