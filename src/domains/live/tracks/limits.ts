/** Bounds of what a track holds, for what its DJ writes and what its tags say. */
export const NAME_CHARACTERS_MAX = 200;
export const GENRE_CHARACTERS_MAX = 50;
export const KEY_CHARACTERS_MAX = 12;
export const BPM_MAX = 999;
/** The size of a library. */
export const TRACKS_MAX = 10_000;
/** The entries of one set list: a day of tracks of a minute each, and more. */
export const ENTRIES_MAX = 2_000;
