/**
 * A provider's verified event of a kind that we apply, but not of the shape that we know. It is kept for staff with the
 * reason.
 */
export interface Unreadable {
  readonly type: 'unreadable';
  readonly reason: string;
}
