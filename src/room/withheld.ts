/** Withheld texts, which are hidden together with their banned author: only moderators can still read them. */

interface Event {
  readonly seq: number;
  /** The author of a message; null for any other event. */
  readonly userId: string | null;
  readonly body: string;
}

const GIFT = '{"type":"gift-sent"';

/**
 * Returns the event's body as viewers may see it.
 * @param through the seq up to which this user's texts are withheld; 0 if none are
 */
export function shownBody({ seq, userId, body }: Event, through: (userId: string) => number): string {
  if (userId !== null) return seq > through(userId) ? body : withoutText(body);
  if (!body.startsWith(GIFT)) return body;
  const gift = JSON.parse(body); // stored by the room as `gift-sent`
  return !gift.message || seq > through(gift.sender.id) ? body : JSON.stringify({ ...gift, message: null });
}

function withoutText(body: string): string {
  return JSON.stringify({ ...JSON.parse(body), text: '', deleted: true });
}
