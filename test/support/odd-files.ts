/** Files as phones, editors and cameras write them, where they differ from the plain ones in `files.ts`. */
import { crc32 } from 'node:zlib';
import { box, join, mdat, moov } from './boxes';
import { gif, photo, picture, png, webp } from './files';

/** Marker, length and content of each segment before the scan, and the rest. */
function segmentsOf(jpeg: Uint8Array): Uint8Array[] {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  const segments = [jpeg.subarray(0, 2)];
  let at = 2;
  while (view.getUint8(at + 1) !== 0xda) {
    const end = at + 2 + view.getUint16(at + 2);
    segments.push(jpeg.subarray(at, end));
    at = end;
  }
  return [...segments, jpeg.subarray(at)];
}

/** With this many FF more before every marker, as some cameras align their segments. */
export function jpegWithFill(fill = 2): Uint8Array {
  const [start = [], ...segments] = segmentsOf(photo());
  return join(start, ...segments.flatMap((segment) => [new Uint8Array(fill).fill(0xff), segment]));
}

/** Two JPEGs in one file, as cameras with two lenses write them (MPO). */
export const twoJpegs = () => join(photo(), photo());

/** A segment that happens to contain what looks like a frame of 65,535 pixels a side. */
export function jpegWithDecoy(): Uint8Array {
  const [start = [], ...segments] = segmentsOf(photo());
  const decoy = [0xff, 0xc0, 0, 11, 8, 0xff, 0xff, 0xff, 0xff, 1, 1, 0x11, 0];
  return join(start, [0xff, 0xfe, 0, decoy.length + 2], decoy, ...segments);
}

/** An animation of one frame, which is the PNG itself. */
export function apng(width = 8, height = 8): Uint8Array {
  const still = picture(width, height);
  const frames = pngChunk('acTL', join([0, 0, 0, 1], [0, 0, 0, 0]));
  const size = new DataView(new ArrayBuffer(8));
  size.setUint32(0, width);
  size.setUint32(4, height);
  const frame = pngChunk(
    'fcTL',
    join([0, 0, 0, 0], new Uint8Array(size.buffer), new Uint8Array(8), [0, 1, 0, 10, 0, 0]),
  );
  const header = 33;
  return join(still.subarray(0, header), frames, frame, still.subarray(header));
}

/** Its second image is announced and not complete. */
export const apngCutOff = () => join(apng().slice(0, -12), pngChunk('fdAT', new Uint8Array(40)).subarray(0, 20));

function pngChunk(name: string, data: Uint8Array): Uint8Array {
  const body = join(name, data);
  const frame = new DataView(new ArrayBuffer(8));
  frame.setUint32(0, data.length);
  frame.setUint32(4, crc32(body));
  return join(new Uint8Array(frame.buffer, 0, 4), body, new Uint8Array(frame.buffer, 4, 4));
}

export const pngWithTail = () => join(png(), 'what an editor appends');

export const gifWithTail = () => join(gif(), '\r\n\r\n');
export const gifWithoutTrailer = () => gif().slice(0, -1);

/** A comment and an application's block before the image. */
export function gifWithBlocks(): Uint8Array {
  const afterTable = 13 + 6;
  const blocks = join([0x21, 0xfe, 5], 'hello', [0], [0x21, 0xff, 11], 'NETSCAPE2.0', [3, 1, 0, 0, 0]);
  return join(gif().subarray(0, afterTable), blocks, gif().subarray(afterTable));
}

/** @param screen what its header says; @param frame what its image says */
export function gifOf(screen: readonly [number, number], frame: readonly [number, number] = [1, 1]): Uint8Array {
  const bytes = gif();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const image = bytes.indexOf(0x2c);
  view.setUint16(6, screen[0], true);
  view.setUint16(8, screen[1], true);
  view.setUint16(image + 5, frame[0], true);
  view.setUint16(image + 7, frame[1], true);
  return bytes;
}

/** With a canvas of that size, and the reserved bits set that readers have to ignore. */
export function webpExtended(width = 1, height = 1, flags = 0): Uint8Array {
  const canvas = new DataView(new ArrayBuffer(10));
  canvas.setUint8(0, flags);
  canvas.setUint32(4, width - 1, true);
  canvas.setUint16(7, (height - 1) & 0xffff, true);
  canvas.setUint8(9, (height - 1) >> 16);
  const body = join('WEBPVP8X', [10, 0, 0, 0], new Uint8Array(canvas.buffer), webp().subarray(12));
  const size = new DataView(new ArrayBuffer(4));
  size.setUint32(0, body.length, true);
  return join('RIFF', new Uint8Array(size.buffer), body);
}

/** 64 × 64 pixels of one colour, as an iPhone encodes it; another size is written over its header. */
export function heic(width = 64, height = 64, brand = 'heic'): Uint8Array {
  const bytes = new Uint8Array(
    Buffer.from(
      'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJp' +
        'bG9jAAAAAERAAAEAAQAAAAABegABAAAAAAAAABcAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAAB' +
        'AAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEA' +
        'AQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2xybmNseAABAA0ABoAA' +
        'AAAUaXNwZQAAAAAAAABAAAAAQAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAAB9tZGF0AAAAEygBrwUY/Tsl' +
        'qr/7hW9SbDG4Sjk=',
      'base64',
    ),
  );
  bytes.set(Buffer.from(brand, 'latin1'), 8);
  const size = Buffer.from(bytes.buffer, bytes.byteOffset).indexOf('ispe') + 8;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(size, width);
  view.setUint32(size + 4, height);
  return bytes;
}

/** A movie that begins with this brand: `isom` and the like, `M4V ` of Apple's editors, `qt  `, `3gp5` of old phones. */
export const movieOf = (brand: string) => join(box('ftyp', `${brand}\0\0\x02\0${brand}`), moov(), mdat);
/** QuickTime as it was before files named their brand. */
export const movieWithoutBrand = (first = 'wide') => join(box(first), moov(), mdat);
