/**
 * Reads a picture's size from its headers, and whether its first image is complete, before anything decodes it. It skips
 * what decoders skip: fill bytes, comments and whatever comes after the end. No library does both for each format.
 */
import type { FileType } from '@/contracts/file-kinds';
import { type BoxesIn, openBoxes } from './boxes';

export interface PictureHeaders {
  /** Pixels that a decoder would need memory for. */
  readonly width: number;
  readonly height: number;
  /** False if the file ends before its first image does. */
  readonly isWhole: boolean;
}

/** Undefined if there is no size to read. Throws FILE_UNREADABLE for a HEIC or AVIF file with broken boxes. */
export async function readPictureHeaders(type: FileType, bytes: Uint8Array): Promise<PictureHeaders | undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    switch (type) {
      case 'image/png':
        return readPng(view);
      case 'image/jpeg':
        return readJpeg(view);
      case 'image/gif':
        return readGif(view);
      case 'image/webp':
        return readWebp(view);
      case 'image/heic':
      case 'image/heif':
      case 'image/avif':
        return await readHeif(view);
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined; // the file ends inside a header
    throw error;
  }
}

/**
 * Chunks are length, name, data, checksum. IHDR is the first. The IDAT chunks of the first image follow one another; what
 * comes after them, IEND included, may be missing.
 */
function readPng(view: DataView): PictureHeaders | undefined {
  if (fourLetters(view, 12) !== 'IHDR') return undefined;
  const isIn = (at: number) => at + 8 <= view.byteLength;
  const isData = (at: number) => isIn(at) && fourLetters(view, at + 4) === 'IDAT';
  const next = (at: number) => at + 12 + view.getUint32(at);
  let at = 8;
  while (isIn(at) && !isData(at)) at = next(at);
  const hasData = isData(at);
  while (isData(at)) at = next(at);
  return { width: view.getUint32(16), height: view.getUint32(20), isWhole: hasData && at <= view.byteLength };
}

/** Every SOF marker (ITU T.81, table B.1): C0 to CF without DHT (C4), JPG (C8) and DAC (CC). */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/** TEM, RST0 to RST7 and SOI have no length. Zero is not a marker. */
const isBare = (marker: number) => marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** Segments have lengths up to the scan (SOS); after it comes the end marker FFD9. Any number of FF may precede a marker. */
function readJpeg(view: DataView): PictureHeaders | undefined {
  let size: { width: number; height: number } | undefined;
  let at = 2;
  for (;;) {
    while (view.getUint8(at) !== 0xff) at += 1;
    while (view.getUint8(at) === 0xff) at += 1;
    const marker = view.getUint8(at);
    at += 1;
    if (isBare(marker)) continue;
    if (marker === 0xda) break;
    if (marker === 0xd9) return undefined;
    if (isFrame(marker)) size = { height: view.getUint16(at + 3), width: view.getUint16(at + 5) };
    at += view.getUint16(at);
  }
  return size && { ...size, isWhole: jpegEndsAfter(view, at) };
}

function jpegEndsAfter(view: DataView, scan: number): boolean {
  for (let end = view.byteLength - 2; end > scan; end -= 1) if (view.getUint16(end) === 0xffd9) return true;
  return false;
}

/**
 * A screen, then images and extensions made of sub-blocks. The trailer may be missing, and anything may follow it.
 * Decoders enlarge the screen to the images on it, so those count too.
 */
function readGif(view: DataView): PictureHeaders {
  let [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  let isWhole = false;
  let at: number | undefined = 13 + colourTableBytes(view.getUint8(10));
  while (at !== undefined && at + 10 <= view.byteLength) {
    const block = view.getUint8(at);
    if (block === 0x21) at = endOfSubBlocks(view, at + 2);
    else if (block === 0x2c) {
      width = Math.max(width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
      height = Math.max(height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
      at = endOfSubBlocks(view, at + 11 + colourTableBytes(view.getUint8(at + 9)));
      isWhole ||= at !== undefined;
    } else break;
  }
  return { width, height, isWhole };
}

/** @param flags of the screen or an image: whether it has a table, and the power of two of its colours */
function colourTableBytes(flags: number): number {
  return flags & 0x80 ? 3 * (2 << (flags & 7)) : 0;
}

/** Undefined if the file ends before the empty sub-block. */
function endOfSubBlocks(view: DataView, from: number): number | undefined {
  for (let at = from; at < view.byteLength; at += 1 + view.getUint8(at)) if (view.getUint8(at) === 0) return at + 1;
  return undefined;
}

/** A RIFF file. Its first chunk has the size: of one image, or of the canvas of an animation. */
function readWebp(view: DataView): PictureHeaders | undefined {
  const isWhole = view.getUint32(4, true) + 8 <= view.byteLength;
  const uint24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  switch (fourLetters(view, 12)) {
    case 'VP8X':
      return { width: 1 + uint24(24), height: 1 + uint24(27), isWhole };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), isWhole };
    }
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff, isWhole };
    default:
      return undefined;
  }
}

/** The size of the largest of a HEIC or AVIF file's images: the others are its tiles and previews (ISO/IEC 23008-12). */
async function readHeif(view: DataView): Promise<PictureHeaders | undefined> {
  const { buffer, byteOffset, byteLength } = view;
  const boxesIn = openBoxes(byteLength, async (at, length) => new Uint8Array(buffer, byteOffset + at, length));
  let size: { width: number; height: number } | undefined;
  let isWhole = false;
  for await (const box of boxesIn(0, byteLength)) {
    if (box.isRest) break;
    if (box.type === 'meta') size = await largestImage(view, boxesIn, box);
    if (box.type === 'mdat') isWhole = true;
    if (size && isWhole) break; // cameras append what is no box
  }
  return size && { ...size, isWhole };
}

const PROPERTIES = ['iprp', 'ipco'];
/** Of boxes that begin with a version and flags. */
const FULL_BYTES = 4;

async function largestImage(view: DataView, boxesIn: BoxesIn, { contentAt, end }: { contentAt: number; end: number }) {
  let largest: { width: number; height: number } | undefined;
  const look = async (from: number, to: number): Promise<void> => {
    for await (const { type, contentAt: at, end: until } of boxesIn(from, to)) {
      if (PROPERTIES.includes(type)) await look(at, until);
      if (type !== 'ispe') continue;
      const size = { width: view.getUint32(at + FULL_BYTES), height: view.getUint32(at + FULL_BYTES + 4) };
      if (!largest || size.width * size.height > largest.width * largest.height) largest = size;
    }
  };
  await look(contentAt + FULL_BYTES, end);
  return largest;
}

function fourLetters(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((place) => view.getUint8(at + place)));
}
