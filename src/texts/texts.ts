/** The shape of a language's file: what `en.ts` has, with phrases of its own. */
import type { en } from './en';
import type { Phrase } from './fill';

type LikeEnglish<T> = {
  readonly [K in keyof T]: T[K] extends string | { readonly by: string } ? Phrase : LikeEnglish<T[K]>;
};
export type Texts = LikeEnglish<typeof en>;
export type PiecesKey = keyof typeof en.notifications;
