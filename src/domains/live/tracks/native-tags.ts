/** Tags as the file has them, where the reader of tags makes something else of them. Takes no Context. */
import type { IAudioMetadata } from 'music-metadata';
import { BPM_MAX } from './limits';
import { roundTempo } from './tempo';

type NativeTags = IAudioMetadata['native'];

/** By the format: ID3v2.3 and later, ID3v2.2, Vorbis and APE, and MP4. */
const BPM_TAGS: ReadonlySet<string> = new Set(['TBPM', 'TBP', 'BPM', 'tmpo']);

/** The reader takes the digits before anything else for a whole number: 1e999 for 1. */
export function bpmIn(native: NativeTags): number | null {
  const written = Object.values(native)
    .flat()
    .find(({ id }) => BPM_TAGS.has(id))?.value;
  const text = String(written ?? '').trim();
  const bpm = /^\d{1,4}([.,]\d+)?$/.test(text) ? roundTempo(Number(text.replace(',', '.'))) : 0;
  return bpm >= 1 && bpm <= BPM_MAX ? bpm : null;
}

/**
 * An older ID3 tag separates artists by slashes, as the reader does, but most players show it as it is written: AC/DC is
 * one. Undefined if there is no such tag.
 */
export function writtenArtist(native: NativeTags): string | undefined {
  const artists = [...(native['ID3v2.3'] ?? []), ...(native['ID3v2.2'] ?? [])].filter(
    ({ id }) => id === 'TPE1' || id === 'TP1',
  );
  return artists.length > 1 ? artists.map(({ value }) => String(value)).join('/') : undefined;
}
