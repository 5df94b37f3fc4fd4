/**
 * Finds out whether a file ends before its audio does, by what it says about its own length. Takes no Context. What says
 * nothing, such as raw AAC, is never cut off: it is only shorter.
 */
import type { AudioType } from '@/contracts/file-kinds';
import { openBoxes } from '@/domains/base/media/boxes';
import { AppError } from '@/http/errors';
import { ID3_HEADER_BYTES, id3Bytes } from '@/shared/id3';
import type { ReadRange } from './stored-audio';

export interface AudioSource {
  readonly size: number;
  readonly read: ReadRange;
}

/** The same file, whose end is the end of every read: the store refuses what lies past it, as if it were away. */
export function withinFile({ size, read }: AudioSource): AudioSource {
  return {
    size,
    read: async (offset, length) => {
      const within = Math.min(length, size - offset);
      return within > 0 ? read(offset, within) : new Uint8Array();
    },
  };
}

/** The reader's warnings about sound, in WAV or in Ogg, that goes on past the end of its file. */
const GOES_ON = /data chunk length exceeding file length|before reaching last page/;

export async function isCutOff(type: AudioType, source: AudioSource, warnings: readonly string[]): Promise<boolean> {
  switch (type) {
    case 'audio/wav':
    case 'audio/ogg':
      return warnings.some((warning) => GOES_ON.test(warning));
    case 'audio/mp4':
      return !(await hasWholeBoxes(source));
    case 'audio/mpeg':
      return mpegIsCutOff(source);
    case 'audio/flac':
      return flacIsCutOff(source);
    case 'audio/aac':
      return false;
  }
}

async function hasWholeBoxes({ size, read }: AudioSource): Promise<boolean> {
  try {
    for await (const { isRest } of openBoxes(size, read)(0, size)) if (isRest) return false;
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'FILE_UNREADABLE') return false;
    throw error;
  }
}

/** After a frame's header and side information, which is 9 to 32 bytes long, and two bytes of a checksum. */
const XING_WITHIN_BYTES = 64;
const HAS_FRAMES = 1;
const HAS_BYTES = 2;
/** Encoders round, and some count their own first frame or the tags at the end. */
const TOLERANCE = 0.98;

/**
 * Cut off if it ends within the tag before its sound. An encoder with a varying bitrate says in its first frame (Xing,
 * Info) how many bytes of audio follow.
 */
async function mpegIsCutOff({ size, read }: AudioSource): Promise<boolean> {
  const at = await afterId3(size, read);
  if (at === size) return true;
  const head = view(await read(at, XING_WITHIN_BYTES));
  for (let place = 4; place + 16 <= head.byteLength; place += 1) {
    const name = textAt(head, place);
    if (name !== 'Xing' && name !== 'Info') continue;
    const flags = head.getUint32(place + 4);
    if ((flags & HAS_BYTES) === 0) return false;
    const bytes = head.getUint32(place + 8 + (flags & HAS_FRAMES ? 4 : 0));
    return size - at < bytes * TOLERANCE;
  }
  return false;
}

/** Where the sound begins, after a tag. The file's end, if the tag goes on past it. */
export async function afterId3(size: number, read: ReadRange): Promise<number> {
  if (size < ID3_HEADER_BYTES) return 0;
  return Math.min(size, id3Bytes(await read(0, ID3_HEADER_BYTES)));
}

/** `fLaC`, a block's header, and the block: where the stream describes itself (RFC 9639, 8.2). */
const STREAM_INFO_BYTES = 42;
const FLAC_FRAME_HEADER_BYTES = 16;
/** Holds several frames, whatever their size. */
const FLAC_TAIL_BYTES = 262_144;

/** Cut off unless one of the last frames ends where the file's beginning says that the sound does. */
async function flacIsCutOff(source: AudioSource): Promise<boolean> {
  const stream = await openFlac(source);
  if (!stream) return true;
  if (stream.samples === 0) return false; // unknown
  const frames = framesAtEnd(stream);
  // Compressed sound may look like a header, but hardly like that of the last frame.
  if (frames.some(({ end }) => end === stream.samples)) return false;
  return frames.length > 0 || stream.tail.length === 0;
}

/** How many samples a FLAC file has by its last frames; 0 if there is none. */
export async function flacSamples(source: AudioSource): Promise<number> {
  const stream = await openFlac(source);
  const frames = stream ? framesAtEnd(stream) : [];
  const ends = new Set(frames.map(({ end }) => end));
  // What only looks like a header does not follow another one.
  const last = frames.findLast(({ start }) => ends.has(start)) ?? frames.at(-1);
  return last?.end ?? 0;
}

interface FlacStream {
  /** As the beginning of the file says; 0 if it is unknown. */
  readonly samples: number;
  readonly blockSize: number;
  readonly tail: Uint8Array;
}

/** Undefined if the file ends in its beginning. */
async function openFlac({ size, read }: AudioSource): Promise<FlacStream | undefined> {
  const start = await afterId3(size, read);
  if (size - start < STREAM_INFO_BYTES) return undefined;
  const info = view(await read(start, STREAM_INFO_BYTES));
  const samples = (info.getUint8(21) & 15) * 2 ** 32 + info.getUint32(22);
  const tailAt = Math.max(start + STREAM_INFO_BYTES, size - FLAC_TAIL_BYTES);
  return { samples, blockSize: info.getUint16(8), tail: await read(tailAt, size - tailAt) };
}

interface FlacFrame {
  /** Samples before the frame, and up to its end. */
  readonly start: number;
  readonly end: number;
}

function framesAtEnd({ tail, blockSize }: FlacStream): FlacFrame[] {
  const frames: FlacFrame[] = [];
  for (let at = tail.indexOf(0xff); at >= 0; at = tail.indexOf(0xff, at + 1)) {
    const frame = readFlacFrame(tail.subarray(at, at + FLAC_FRAME_HEADER_BYTES), blockSize);
    if (frame) frames.push(frame);
  }
  return frames;
}

/** The frame that begins here. Undefined if none does (RFC 9639, 9.1). */
function readFlacFrame(bytes: Uint8Array, streamBlockSize: number): FlacFrame | undefined {
  const [sync, variable = 0, sizes = 0, layout = 0] = bytes;
  if (sync !== 0xff || (variable & 0xfe) !== 0xf8 || (layout & 1) === 1) return undefined;
  const coded = readCodedNumber(bytes, 4);
  if (!coded) return undefined;
  const { value, next } = coded;
  const [sizeCode, rateCode] = [sizes >> 4, sizes & 15];
  const sizeBytes = sizeCode === 6 ? 1 : sizeCode === 7 ? 2 : 0;
  const rateBytes = rateCode === 12 ? 1 : rateCode === 13 || rateCode === 14 ? 2 : 0;
  const checkedAt = next + sizeBytes + rateBytes;
  if (bytes.length <= checkedAt || crc8(bytes.subarray(0, checkedAt)) !== bytes[checkedAt]) return undefined;
  const written = bytes.subarray(next, next + sizeBytes).reduce((sum, byte) => sum * 256 + byte, 0) + 1;
  const blockSize = sizeBytes > 0 ? written : blockSizeOf(sizeCode);
  if (blockSize === undefined) return undefined;
  const start = variable & 1 ? value : value * streamBlockSize;
  return { start, end: start + blockSize };
}

function blockSizeOf(code: number): number | undefined {
  if (code === 0) return undefined;
  if (code === 1) return 192;
  return code <= 5 ? 144 * 2 ** code : 2 ** code;
}

/** A number in the manner of UTF-8, of up to seven bytes. */
function readCodedNumber(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  const first = bytes[at] ?? 0xff;
  if (first < 128) return { value: first, next: at + 1 };
  const length = Math.clz32(~(first << 24));
  if (length < 2 || length > 7) return undefined;
  const more = bytes.subarray(at + 1, at + length);
  if (more.length < length - 1 || more.some((byte) => byte >> 6 !== 2)) return undefined;
  return { value: more.reduce((sum, byte) => sum * 64 + (byte & 63), first & (127 >> length)), next: at + length };
}

/** By the polynomial x⁸ + x² + x + 1. */
function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 128 ? ((crc << 1) ^ 7) & 255 : crc << 1;
  }
  return crc;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textAt(bytes: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((place) => bytes.getUint8(at + place)));
}
