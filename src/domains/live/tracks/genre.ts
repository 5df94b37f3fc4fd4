/** Genres are compared folded, as those of DJs' profiles are. Whatever writes a genre also writes its key. */
import { fold } from '@/shared/text';
import type { TrackRow } from './tables';

export function withGenreKey<Fields extends { readonly genre?: string | null | undefined }>(
  fields: Fields,
): Fields & Partial<Pick<TrackRow, 'genreKey'>> {
  const { genre } = fields;
  return genre === undefined ? fields : { ...fields, genreKey: genre === null ? null : fold(genre) };
}
