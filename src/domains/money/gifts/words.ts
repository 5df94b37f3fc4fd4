/**
 * Moderates the message of a gift like chat, before the gift is paid. A refused message is left out and the gift is
 * still sent: a payment never fails because of its message.
 */
import type { Context } from '@/contracts/context';
import type { Approval } from '@/contracts/room';
import type { RoomRefusalCode } from '@/contracts/room-events/refusals';
import { foldLetters, hasBlockedWord, prepareBlockedWords } from '@/shared/blocked-words';
import { SECOND_MS } from '@/shared/time';
import type { GiftFacts, Giving } from './facts';

/** The longest that a payment waits for a room. */
const ROOM_MS_MAX = 2 * SECOND_MS;

export interface Words {
  readonly message: string | null;
  readonly messageRefused: RoomRefusalCode | 'ROOM_UNREACHABLE' | null;
  /** How long (ms) after the gift the message is shown, if chat is delayed. */
  readonly delayMs: number;
}

/** @param key the request's idempotency key: a repeat gets the same answer, and counts once */
export async function judgeWords(ctx: Context, facts: GiftFacts, giving: Giving, key: string): Promise<Words> {
  const { message } = giving;
  if (message === null) return { message, messageRefused: null, delayMs: 0 };
  const shownIn = giving.streamId ?? giving.roomId;
  if (shownIn !== null) return askRoom(ctx, facts, { shownIn, message, key });
  const messageRefused = refusalElsewhere(facts, message);
  return { message: messageRefused ? null : message, messageRefused, delayMs: 0 };
}

/** A message that could not be judged is not shown. */
async function askRoom(
  ctx: Context,
  { room }: GiftFacts,
  { shownIn, message, key }: { shownIn: string; message: string; key: string },
): Promise<Words> {
  const left = (messageRefused: Words['messageRefused']): Words => ({ message: null, messageRefused, delayMs: 0 });
  if (!room?.relation) return left('NOT_ALLOWED');
  let approval: Approval | undefined;
  try {
    const answer = ctx.rooms(shownIn).approveWords(room.relation.user, key, message);
    approval = await Promise.race([answer, scheduler.wait(ROOM_MS_MAX).then(() => undefined)]);
  } catch (error) {
    ctx.log.fault('gift.words', error);
  }
  if (!approval) return left('ROOM_UNREACHABLE');
  return approval.ok
    ? { message: approval.text, messageRefused: null, delayMs: approval.delayMs }
    : left(approval.code);
}

/**
 * Outside of rooms there is no chat to moderate; only the creator's bans and blocked words apply. No moderator sees what
 * a word would hold, so it refuses.
 */
function refusalElsewhere({ channel }: GiftFacts, message: string): 'BANNED' | 'BLOCKED_WORDS' | null {
  if (!channel || channel.exempt === 1) return null;
  if (channel.banned === 1) return 'BANNED';
  return hasBlockedWord(prepareBlockedWords([...channel.blockedWords, ...channel.heldWords]), foldLetters(message))
    ? 'BLOCKED_WORDS'
    : null;
}
