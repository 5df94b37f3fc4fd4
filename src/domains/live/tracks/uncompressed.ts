/**
 * Checks the header of a WAV file, whose numbers anybody may have written, against each other. Takes no Context.
 */
import type { IFormat } from 'music-metadata';

/** Their samples all have the same size. The last one is WAVE_FORMAT_EXTENSIBLE. */
const UNCOMPRESSED: ReadonlySet<string> = new Set(['PCM', 'IEEE_FLOAT', 'ALAW', 'MULAW', 'non-PCM (65534)']);
/** Nothing records sound at less (Hz). A lower rate would make hours of seconds. */
const SAMPLE_RATE_MIN = 1_000;

/** Bits per second, whatever the header says of them. Undefined if the sound is compressed. */
export function uncompressedBitrate({ container, codec, ...format }: IFormat): number | undefined {
  if (container !== 'WAVE' || !UNCOMPRESSED.has(codec ?? '')) return undefined;
  const { sampleRate = 0, numberOfChannels = 0, bitsPerSample = 0 } = format;
  return sampleRate * numberOfChannels * bitsPerSample;
}

/** Its header promises longer sound than its bytes can be. */
export function isTooShort(format: IFormat, size: number): boolean {
  const bitrate = uncompressedBitrate(format);
  if (bitrate === undefined || format.duration === undefined) return false;
  return (format.sampleRate ?? 0) < SAMPLE_RATE_MIN || (format.duration * bitrate) / 8 > size;
}
