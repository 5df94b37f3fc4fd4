/**
 * Reads the boxes of an MP4 or QuickTime file (ISO/IEC 14496-12, 4.2), which may have gigabytes. Reads only headers, a
 * window at a time. The numbers of reads and boxes are limited to what a valid file needs.
 */
import { fileError } from './errors';

/** Size and type, and a 64-bit size if 32 bits are too few. */
const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;
/** Adjacent small boxes come in one read. */
const WINDOW_BYTES = 32_768;
/** A phone's video takes about ten reads and a hundred boxes. */
const READS_MAX = 100;
const BOXES_MAX = 2_000;

/** Positions are in bytes from the file's beginning. */
interface Box {
  /** Four letters. */
  readonly type: string;
  readonly typeAt: number;
  readonly contentAt: number;
  readonly end: number;
  /** It goes to the end of the file and is no box, or not all of one. */
  readonly isRest?: true;
}

/**
 * The boxes between two positions, in order. At the end of the file, whatever cannot be read as a box is the last one.
 * Throws FILE_UNREADABLE.
 */
export type BoxesIn = (from: number, to: number) => AsyncGenerator<Box, void>;

/** @param read must return exactly as many bytes as requested; the file has them */
export function openBoxes(size: number, read: (offset: number, length: number) => Promise<Uint8Array>): BoxesIn {
  let window: { at: number; bytes: Uint8Array } = { at: 0, bytes: new Uint8Array() };
  let reads = 0;
  let boxes = 0;
  return async function* boxesIn(from, to) {
    let at = from;
    // A remainder that is too small for a box is padding.
    while (at + HEADER_BYTES <= to) {
      const length = Math.min(LARGE_HEADER_BYTES, to - at);
      if (at < window.at || at + length > window.at + window.bytes.length) {
        reads += 1;
        if (reads > READS_MAX) throw fileError('FILE_UNREADABLE');
        window = { at, bytes: await read(at, Math.min(WINDOW_BYTES, size - at)) };
      }
      boxes += 1;
      if (boxes > BOXES_MAX) throw fileError('FILE_UNREADABLE');
      const { buffer, byteOffset } = window.bytes;
      const header = new DataView(buffer, byteOffset + at - window.at, length);
      const box = readHeader(header, at, to);
      // Only the file's last box may leave its end open.
      if ((!box || box.isOpen) && to !== size) throw fileError('FILE_UNREADABLE');
      if (!box) {
        yield { type: typeIn(header), typeAt: at + 4, contentAt: at + HEADER_BYTES, end: to, isRest: true };
        return;
      }
      yield box;
      at = box.end;
    }
  };
}

/** Undefined if the box is smaller than its header or extends beyond its container. */
function readHeader(header: DataView, at: number, to: number): (Box & { isOpen: boolean }) | undefined {
  const size = header.getUint32(0);
  const isLarge = size === 1;
  const headerBytes = isLarge ? LARGE_HEADER_BYTES : HEADER_BYTES;
  if (header.byteLength < headerBytes) return undefined;
  const isOpen = size === 0;
  const end = isOpen ? to : at + (isLarge ? Number(header.getBigUint64(HEADER_BYTES)) : size);
  if (end < at + headerBytes || end > to) return undefined;
  return { type: typeIn(header), typeAt: at + 4, contentAt: at + headerBytes, end, isOpen };
}

function typeIn(header: DataView): string {
  return String.fromCharCode(...[4, 5, 6, 7].map((place) => header.getUint8(place)));
}
