/** The texts of one kind of notification. */
import type { NotificationKind } from '@/contracts/notification-kinds';
import type { Phrase } from './fill';

/** The texts of a notification: `title` and `body`, `others` for a title that names several people, and further parts. */
export type Pieces = { readonly title?: Phrase; readonly body?: Phrase; readonly others?: Phrase } & {
  readonly [part: string]: Phrase;
};

/** A kind, or a variant of it, whose pieces replace those of the kind: `order-cancelled/by-buyer`. */
export type AllPieces = Readonly<Record<NotificationKind, Pieces>> & {
  readonly [variant: `${string}/${string}`]: Pieces;
};
