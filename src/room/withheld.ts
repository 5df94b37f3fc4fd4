/**
 * Withheld texts: hidden together with their banned author, or one by one by staff. Only moderators can still read them.
 */
import type { Poll } from '@/contracts/poll';

interface Event {
  readonly seq: number;
  readonly messageId: string | null;
  /** The author of a message; null for any other event. */
  readonly userId: string | null;
  readonly body: string;
}

const GIFT = '{"type":"gift-sent"';
const PIN = '{"type":"message-pinned"';
const POLL = '{"type":"poll-';

interface Hidden {
  /** Whether the text of this message, gift or announcement, by this author, is hidden. */
  readonly isWithheld: (id: string, authorId: string, seq: number) => boolean;
  readonly isPollHidden: (id: string) => boolean;
}

/** Returns the event's body as viewers may see it. */
export function shownBody({ seq, messageId, userId, body }: Event, { isWithheld, isPollHidden }: Hidden): string {
  if (userId !== null) return isWithheld(messageId ?? '', userId, seq) ? withoutText(body) : body;
  if (body.startsWith(PIN)) return shownPin(body, (...pinned) => isWithheld(...pinned, seq));
  if (body.startsWith(POLL)) return shownPoll(body, isPollHidden);
  if (!body.startsWith(GIFT)) return body;
  const gift = JSON.parse(body); // stored by the room as `gift-sent`
  return !gift.message || !isWithheld(gift.id, gift.sender.id, seq) ? body : JSON.stringify({ ...gift, message: null });
}

/** What a pinned message shows is looked up when it is sent. */
function shownPin(body: string, isWithheld: (id: string, authorId: string) => boolean): string {
  const event = JSON.parse(body); // stored by the room
  const { announcement } = event.pin;
  if (!announcement || !isWithheld(announcement.id, announcement.userId)) return body;
  return JSON.stringify({ ...event, pin: { ...event.pin, announcement: { ...announcement, text: '' } } });
}

function shownPoll(body: string, isHidden: Hidden['isPollHidden']): string {
  const event = JSON.parse(body) as { poll: Poll }; // stored by the room
  return isHidden(event.poll.id) ? JSON.stringify({ ...event, poll: withoutQuestion(event.poll) }) : body;
}

export function withoutQuestion(poll: Poll): Poll {
  return { ...poll, question: '', options: poll.options.map((option) => ({ ...option, text: '' })) };
}

function withoutText(body: string): string {
  const { mentions: _m, emotes: _e, replyToId: _r, ...message } = JSON.parse(body);
  return JSON.stringify({ ...message, text: '', deleted: true });
}
