/** Folds a DJ's genres. Takes no Context. */
import { fold } from '@/shared/text';

const BLANKS = /\s+/g;

/** Makes runs of blanks one, and drops repeats: those that differ only in case or Unicode form are equal. */
export function withoutRepeats(genres: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const genre of genres) {
    const name = genre.replaceAll(BLANKS, ' ');
    const key = fold(name);
    if (!seen.has(key)) seen.set(key, name);
  }
  return [...seen.values()];
}
