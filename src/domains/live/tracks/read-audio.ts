/**
 * Reads what an audio file says about itself: its length, its sound, its tags and its cover. Everything is bounded, since
 * anybody can write megabytes into a tag. Takes no Context.
 */
import type { IAudioMetadata, IFormat, IPicture } from 'music-metadata';
import { BufferSizeError } from 'strtok3/core';
import { type AudioType, PICTURES } from '@/contracts/file-kinds';
import { countCharacters, foldText, withoutControlCharacters } from '@/shared/text';
import { SECOND_MS } from '@/shared/time';
import { type AudioSource, flacSamples, isCutOff, withinFile } from './cut-off';
import { countSeconds } from './frames';
import { GENRE_CHARACTERS_MAX, KEY_CHARACTERS_MAX, NAME_CHARACTERS_MAX } from './limits';
import { bpmIn, writtenArtist } from './native-tags';
import { StoredAudio } from './stored-audio';
import type { RejectionReason, TrackMetadata } from './tables';
import { isTooShort, uncompressedBitrate } from './uncompressed';
import { withLengths } from './wav-lengths';

export interface Tags {
  readonly title: string | null;
  readonly artist: string | null;
  readonly album: string | null;
  readonly genre: string | null;
  readonly bpm: number | null;
  readonly musicKey: string | null;
}

export interface Audio {
  readonly durationMs: number;
  readonly metadata: TrackMetadata;
  readonly tags: Tags;
  /** An image of any type, if it is not too large; nobody has looked at it yet. */
  readonly cover: Uint8Array | null;
}

/** Longer than anything that fits into the largest file. */
const DURATION_MS_MAX = 100 * 3_600 * SECOND_MS;
const FORMAT_CHARACTERS_MAX = 40;

/** Their frames are counted faster than the reader does it. */
const COUNTED: readonly AudioType[] = ['audio/mpeg', 'audio/aac'];

/** The reader does not recognise these behind a long tag or other bytes, or by some of their brands. */
const KNOWN: readonly AudioType[] = ['audio/mp4', 'audio/flac', 'audio/aac', 'audio/mpeg'];

/** The containers of a type, as the reader names them. */
const CONTAINERS: Readonly<Record<AudioType, RegExp>> = {
  'audio/mpeg': /^MPEG/,
  'audio/aac': /^ADTS/,
  'audio/flac': /^FLAC/,
  'audio/ogg': /^Ogg/i,
  'audio/wav': /^WAVE/,
  'audio/mp4': /^(?!qt)./, // its brands, of which there are dozens
};

/** Returns why the file cannot be used instead, if so. Throws what `file` throws. */
export async function readAudio(type: AudioType, file: AudioSource): Promise<Audio | RejectionReason> {
  const source = await withLengths(type, withinFile(file));
  const found = await parse(type, source);
  if (found === 'damaged' && (await isCutOff(type, source, []))) return 'truncated';
  if (typeof found === 'string') return found;
  const { format, common, quality, native } = found;
  if (!CONTAINERS[type].test(format.container ?? '') || format.hasVideo) return 'mislabelled';
  const warnings = quality.warnings.map(({ message }) => message);
  if (await isCutOff(type, source, warnings)) return 'truncated';
  const seconds = await durationOf(type, source, format);
  if (seconds === 'damaged') return 'damaged';
  const durationMs = Math.round(seconds * SECOND_MS);
  if (!(durationMs > 0) || durationMs > DURATION_MS_MAX) return 'no-duration';
  if (isTooShort(format, file.size)) return 'damaged';
  return {
    durationMs,
    metadata: {
      container: text(format.container, FORMAT_CHARACTERS_MAX),
      codec: text(format.codec, FORMAT_CHARACTERS_MAX),
      lossless: format.lossless ?? null,
      bitrate: whole(uncompressedBitrate(format) ?? format.bitrate),
      sampleRate: whole(format.sampleRate),
      channels: whole(format.numberOfChannels),
      year: whole(common.year),
      trackNumber: whole(common.track.no),
    },
    tags: {
      title: text(common.title, NAME_CHARACTERS_MAX),
      artist: text(writtenArtist(native) ?? common.artist, NAME_CHARACTERS_MAX),
      album: text(common.album, NAME_CHARACTERS_MAX),
      genre: text(common.genre?.[0], GENRE_CHARACTERS_MAX),
      bpm: bpmIn(native),
      musicKey: text(common.key, KEY_CHARACTERS_MAX),
    },
    cover: coverOf(common.picture),
  };
}

/** Seconds; 0 if nothing says it. A constant bitrate is only the guess of a reader that saw a few frames. */
async function durationOf(
  type: AudioType,
  source: AudioSource,
  { duration, codecProfile, sampleRate }: IFormat,
): Promise<number | 'damaged'> {
  // Programs that write into a pipe cannot go back to the beginning to say how long it became.
  if (type === 'audio/flac' && !duration && sampleRate) return (await flacSamples(source)) / sampleRate;
  const isKnown = duration !== undefined && codecProfile !== 'CBR';
  return (isKnown ? duration : (await countSeconds(type, source)) || duration) ?? 0;
}

async function parse(type: AudioType, { size, read }: AudioSource): Promise<IAudioMetadata | RejectionReason> {
  // 250 KB that only the queue's consumer needs.
  const { parseFromTokenizer, CouldNotDetermineFileTypeError, UnsupportedFileTypeError } = await import(
    'music-metadata'
  );
  const audio = new StoredAudio(size, read, KNOWN.includes(type) ? type : undefined);
  const found = await parseFromTokenizer(audio, { duration: !COUNTED.includes(type) }).catch(
    (error: unknown): RejectionReason => {
      if (error instanceof BufferSizeError) return 'tags-too-large';
      const isUnknown = error instanceof CouldNotDetermineFileTypeError || error instanceof UnsupportedFileTypeError;
      return isUnknown ? 'mislabelled' : 'damaged';
    },
  );
  if (audio.fault) throw audio.fault; // the reader may have gone on without what it could not read
  return found;
}

/** A tag as one line without control characters, cut to this many characters. Null if nothing of it is visible. */
function text(tag: unknown, max: number): string | null {
  if (typeof tag !== 'string') return null;
  // A bound before folding, whose cost grows with the text.
  const oneLine = tag.slice(0, 4 * max).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  const line = foldText(withoutControlCharacters(oneLine));
  const cut = countCharacters(line) <= max ? line : [...line].slice(0, max).join('').trim();
  return cut === '' ? null : cut;
}

function whole(value: number | null | undefined): number | null {
  return value != null && Number.isFinite(value) && value > 0 ? Math.round(value) : null;
}

function coverOf(pictures: readonly IPicture[] = []): Uint8Array | null {
  const front = pictures.find(({ type }) => /front/i.test(type ?? '')) ?? pictures[0];
  return front && front.data.length <= PICTURES['track-cover'].bytesMax ? front.data : null;
}
