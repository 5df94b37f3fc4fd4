/**
 * Withheld texts: hidden together with their banned author, or one by one by staff. Only moderators can still read them.
 */

interface Event {
  readonly seq: number;
  readonly messageId: string | null;
  /** The author of a message; null for any other event. */
  readonly userId: string | null;
  readonly body: string;
}

const GIFT = '{"type":"gift-sent"';
const PIN = '{"type":"message-pinned"';

/**
 * Returns the event's body as viewers may see it.
 * @param isWithheld whether the text of this message or gift, by this author, is hidden
 */
export function shownBody(
  { seq, messageId, userId, body }: Event,
  isWithheld: (id: string, authorId: string, seq: number) => boolean,
): string {
  if (userId !== null) return isWithheld(messageId ?? '', userId, seq) ? withoutText(body) : body;
  if (body.startsWith(PIN)) return shownPin(body, (...pinned) => isWithheld(...pinned, seq));
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

function withoutText(body: string): string {
  const { mentions: _m, emotes: _e, replyToId: _r, ...message } = JSON.parse(body);
  return JSON.stringify({ ...message, text: '', deleted: true });
}
