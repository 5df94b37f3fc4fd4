/**
 * Determines a file's type from its bytes. Ignores its name and the type that the client claims. Refuses files before
 * they are stored if they are truncated, or would decode to too many pixels.
 */
import { fileTypeFromBuffer } from 'file-type';
import { imageSize } from 'image-size';
import type { FileType } from '@/contracts/file-kinds';
import { fileError } from './errors';

const SIDE_PIXELS_MAX = 8_192;
const PIXELS_MAX = 40_000_000;
/** A PDF's end marker is in its last kilobyte. */
const PDF_TAIL_BYTES = 1_024;

/** Logs have tabs, form feeds and the colours of terminals (ESC), but no other control character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/;

/** Other names of a type. M4A is MP4 that has only sound; Opus is a codec inside of Ogg. */
const ALIASES: Readonly<Record<string, FileType>> = {
  'audio/x-m4a': 'audio/mp4',
  'audio/ogg; codecs=opus': 'audio/ogg',
};

/** How many bytes `inspectType` needs. */
export const TYPE_BYTES = 4_096;

/** For whole images and documents. Throws FILE_TYPE_NOT_ALLOWED or FILE_UNREADABLE. */
export async function inspectFile(bytes: Uint8Array, allowed: readonly FileType[]): Promise<FileType> {
  const type = await inspectType(bytes, allowed);
  if (!isWhole(type, bytes)) throw fileError('FILE_UNREADABLE');
  if (type !== 'application/pdf') checkDimensions(bytes);
  return type;
}

/** Looks at the first bytes. Throws FILE_TYPE_NOT_ALLOWED or FILE_UNREADABLE. */
export async function inspectType(start: Uint8Array, allowed: readonly FileType[]): Promise<FileType> {
  if (start.length === 0) throw fileError('FILE_UNREADABLE');
  const found = await fileTypeFromBuffer(start).catch(() => undefined);
  const mime = found?.mime ?? (isText(start) ? 'text/plain' : undefined);
  const name = mime && (ALIASES[mime] ?? mime);
  const type = allowed.find((candidate) => candidate === name);
  if (!type) throw fileError('FILE_TYPE_NOT_ALLOWED', { details: { allowed } });
  return type;
}

/** A text has no signature. A script says in its first line which program runs it, so it is not one. */
function isText(start: Uint8Array): boolean {
  try {
    // The last character may be cut, which a stream allows.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(start, { stream: true });
    return !CONTROL.test(text) && !text.trimStart().startsWith('#!');
  } catch {
    return false;
  }
}

function checkDimensions(bytes: Uint8Array): void {
  const { width, height } = readDimensions(bytes);
  const fits = (side: number) => side >= 1 && side <= SIDE_PIXELS_MAX;
  if (fits(width) && fits(height) && width * height <= PIXELS_MAX) return;
  throw fileError('FILE_UNREADABLE', {
    message: `The image must have 1 to ${SIDE_PIXELS_MAX} pixels a side and at most ${PIXELS_MAX} in all.`,
  });
}

function readDimensions(bytes: Uint8Array): { width: number; height: number } {
  try {
    return imageSize(bytes);
  } catch {
    throw fileError('FILE_UNREADABLE'); // the parser throws plain errors of its own
  }
}

/** Whether the file's end is present. Bytes after the end are harmless; cameras append previews there. */
function isWhole(type: FileType, bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case 'image/png':
      return pngReachesEnd(view);
    case 'image/jpeg':
      return jpegReachesEnd(view);
    case 'image/webp':
      return bytes.length >= 12 && view.getUint32(4, true) + 8 <= bytes.length;
    case 'image/gif':
      return bytes.lastIndexOf(0x3b) >= bytes.length - 2; // the trailer; some writers add a zero
    case 'application/pdf':
      return Buffer.from(bytes.subarray(-PDF_TAIL_BYTES)).includes('%%EOF');
    default:
      return true; // videos, sound and texts are never checked whole
  }
}

/** Chunks are length, name, data, checksum; the last one is IEND. */
function pngReachesEnd(view: DataView): boolean {
  let at = 8;
  while (at + 12 <= view.byteLength) {
    if (view.getUint32(at + 4) === 0x49454e44) return true;
    at += 12 + view.getUint32(at);
  }
  return false;
}

/** Segments have lengths up to the scan; after it comes the end marker FFD9. */
function jpegReachesEnd(view: DataView): boolean {
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff && view.getUint8(at + 1) !== 0xda)
    at += 2 + view.getUint16(at + 2);
  for (let end = view.byteLength - 2; end > at; end -= 1) if (view.getUint16(end) === 0xffd9) return true;
  return false;
}
