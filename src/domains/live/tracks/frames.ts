/**
 * The length of sound that comes in frames without saying how many: MP3 and raw AAC. It walks from header to header, a
 * block in memory at a time, since hours of sound have a million frames. Its work is bounded by the file's size, whatever
 * the file holds. Takes no Context.
 */
import type { AudioType } from '@/contracts/file-kinds';
import { type Frame, mp3Frame } from '@/shared/mp3';
import { type AudioSource, afterId3 } from './cut-off';

/** Each block is a read of the store, and a file may have a gigabyte. */
const BLOCK_BYTES = 8 * 1_048_576;
/** What may stand between frames or behind the last: tags, with a cover in them. */
const GAP_BYTES_MAX = 4 * 1_048_576;
const HEADER_BYTES = 7;

interface Block {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * Seconds; 0 if there is no frame. `damaged` if too much of the file is no frame. Undefined for types that are not made
 * of such frames.
 */
export async function countSeconds(type: AudioType, source: AudioSource): Promise<number | 'damaged' | undefined> {
  const readFrame = type === 'audio/mpeg' ? mp3Frame : type === 'audio/aac' ? adtsFrame : undefined;
  return readFrame && walk(source, readFrame);
}

type ReadFrame = (bytes: Uint8Array, at: number) => Frame | undefined;

async function walk({ size, read }: AudioSource, readFrame: ReadFrame): Promise<number | 'damaged'> {
  let seconds = 0;
  let at = await afterId3(size, read);
  let soundEnd = at;
  let isInStep = false;
  for (let block: Block = { at, bytes: new Uint8Array() }; at + HEADER_BYTES <= size; ) {
    const isMissing: boolean = at + HEADER_BYTES > block.at + block.bytes.length;
    if (isMissing) block = { at, bytes: await read(at, Math.min(BLOCK_BYTES, size - at)) };
    const { bytes } = block;
    const place = at - block.at;
    const frame = readFrame(bytes, place);
    // Anything may look like a header, so the first after a gap must lead to another one.
    const leads: boolean = frame !== undefined && (isInStep || leadsOn(bytes, place + frame.bytes, readFrame));
    if (frame && leads) {
      seconds += frame.seconds;
      at += frame.bytes;
      soundEnd = at;
    } else {
      const next = bytes.indexOf(0xff, place + 1);
      at = next < 0 ? block.at + bytes.length : block.at + next;
      if (at - soundEnd > GAP_BYTES_MAX) return 'damaged';
    }
    isInStep = leads;
  }
  return seconds;
}

/** Beyond the block, nobody looks. */
function leadsOn(bytes: Uint8Array, at: number, readFrame: ReadFrame): boolean {
  return at + HEADER_BYTES > bytes.length || readFrame(bytes, at) !== undefined;
}

const AAC_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];

/** ISO/IEC 13818-7, 6.2. */
function adtsFrame(bytes: Uint8Array, at: number): Frame | undefined {
  if (bytes[at] !== 0xff || ((bytes[at + 1] ?? 0) & 0xf6) !== 0xf0) return undefined;
  const [third = 0, fourth = 0, fifth = 0, sixth = 0, seventh = 0] = bytes.subarray(at + 2, at + HEADER_BYTES);
  const rate = AAC_RATES[(third >> 2) & 15];
  if (rate === undefined) return undefined;
  const length = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5);
  return length < HEADER_BYTES ? undefined : { bytes: length, seconds: (1_024 * ((seventh & 3) + 1)) / rate };
}
