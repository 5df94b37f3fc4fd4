/** Texts that went away together with their writer: moderators still read them, nobody else is shown any. */

interface Event {
  readonly seq: number;
  /** The writer of a message; null for any other event. */
  readonly userId: string | null;
  readonly body: string;
}

const GIFT = '{"type":"gift-sent"';

/**
 * The event's body as it is shown.
 * @param through up to which seq this user's texts are withheld; 0: none are
 */
export function shownBody({ seq, userId, body }: Event, through: (userId: string) => number): string {
  if (userId !== null) return seq > through(userId) ? body : withoutText(body);
  if (!body.startsWith(GIFT)) return body;
  const gift = JSON.parse(body); // as `gift-sent` was stored
  return !gift.message || seq > through(gift.sender.id) ? body : JSON.stringify({ ...gift, message: null });
}

function withoutText(body: string): string {
  return JSON.stringify({ ...JSON.parse(body), text: '', deleted: true });
}
