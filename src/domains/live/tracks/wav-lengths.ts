/**
 * Repairs the header of a WAV file whose writer could not go back to it: of a program that writes into a pipe, or of a
 * recorder that lost its power. Players go on to the end of such a file. Takes no Context.
 */
import type { AudioType } from '@/contracts/file-kinds';
import type { AudioSource } from './cut-off';

const RIFF_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
/** A valid file has a handful of chunks before its sound. */
const CHUNKS_MAX = 100;
/** More than any file has: programs write it, or little less, where the length is unknown. */
const UNKNOWN_MIN = 0x7fff0000;
/** The name of a format that is named further on, by the first two bytes of an id. */
const EXTENSIBLE = 0xfffe;
const NAMED_AT = 24;

interface Chunk {
  readonly name: string;
  readonly at: number;
  readonly bytes: number;
}

/** The same file with a header that says how long its sound is, and in which format. Throws what `read` throws. */
export async function withLengths(type: AudioType, source: AudioSource): Promise<AudioSource> {
  if (type !== 'audio/wav' || source.size < RIFF_BYTES) return source;
  const riffBytes = viewOf(await source.read(0, RIFF_BYTES)).getUint32(4, true);
  const repairs: Repair[] = [];
  for await (const { name, at, bytes } of chunksIn(source)) {
    if (name === 'fmt ' && bytes >= NAMED_AT + 2) {
      const format = viewOf(await source.read(at, NAMED_AT + 2));
      if (format.getUint16(0, true) === EXTENSIBLE)
        repairs.push({ at, bytes: twoBytes(format.getUint16(NAMED_AT, true)) });
    }
    if (name !== 'data') continue;
    // A file that knows its own length has no sound if it says so.
    const isUnknown = bytes >= UNKNOWN_MIN || (bytes === 0 && riffBytes + CHUNK_HEAD_BYTES <= at);
    if (isUnknown && source.size > at)
      repairs.push(
        { at: 4, bytes: fourBytes(source.size - CHUNK_HEAD_BYTES) },
        { at: at - 4, bytes: fourBytes(source.size - at) },
      );
    break;
  }
  return repairs.length === 0 ? source : repaired(source, repairs);
}

async function* chunksIn({ size, read }: AudioSource): AsyncGenerator<Chunk, void> {
  let at = RIFF_BYTES;
  for (let count = 0; count < CHUNKS_MAX && at + CHUNK_HEAD_BYTES <= size; count += 1) {
    const head = viewOf(await read(at, CHUNK_HEAD_BYTES));
    const name = String.fromCharCode(...[0, 1, 2, 3].map((place) => head.getUint8(place)));
    const bytes = head.getUint32(4, true);
    yield { name, at: at + CHUNK_HEAD_BYTES, bytes };
    at += CHUNK_HEAD_BYTES + bytes + (bytes % 2);
  }
}

interface Repair {
  readonly at: number;
  readonly bytes: readonly number[];
}

function repaired({ size, read }: AudioSource, repairs: readonly Repair[]): AudioSource {
  return {
    size,
    read: async (offset, length) => {
      const bytes = (await read(offset, length)).slice();
      for (const { at, bytes: right } of repairs)
        for (const [place, byte] of right.entries())
          if (at + place >= offset && at + place < offset + bytes.length) bytes[at + place - offset] = byte;
      return bytes;
    },
  };
}

const twoBytes = (value: number) => [value & 255, (value >> 8) & 255];
const fourBytes = (value: number) => [...twoBytes(value & 0xffff), ...twoBytes(value >>> 16)];

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
