/**
 * Determines a file's type from its bytes. Ignores its name and the type that the client claims. Refuses files before
 * they are stored if they are truncated, or would decode to too many pixels.
 */
import { fileTypeFromBuffer } from 'file-type';
import { type FileType, TYPE_ALIASES } from '@/contracts/file-kinds';
import { fileError } from './errors';
import { readPictureHeaders } from './picture-headers';

/** What the Images binding takes: https://developers.cloudflare.com/images/get-started/limits/ */
export const SIDE_PIXELS_MAX = 12_000;
export const PIXELS_MAX = 100_000_000;
const PDF_TAIL_BYTES = 1_024;

/** Logs have tabs, form feeds and the colours of terminals (ESC), but no other control character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/;

/** How many bytes `inspectType` needs. */
export const TYPE_BYTES = 4_096;

/** For whole images and documents. Throws FILE_TYPE_NOT_ALLOWED, FILE_UNREADABLE, FILE_TOO_LARGE. */
export async function inspectFile(bytes: Uint8Array, allowed: readonly FileType[]): Promise<FileType> {
  const type = await inspectType(bytes, allowed);
  if (type !== 'application/pdf') await inspectPicture(type, bytes);
  else if (!pdfReachesEnd(bytes)) throw fileError('FILE_UNREADABLE');
  return type;
}

async function inspectPicture(type: FileType, bytes: Uint8Array): Promise<void> {
  const found = await readPictureHeaders(type, bytes);
  if (!found || found.width === 0 || found.height === 0) throw fileError('FILE_UNREADABLE');
  const { width, height, isWhole } = found;
  // First, since a picture of that size is refused however complete it is.
  if (Math.max(width, height) > SIDE_PIXELS_MAX || width * height > PIXELS_MAX)
    throw fileError('FILE_TOO_LARGE', {
      message: `This picture has ${width} × ${height} pixels. It can have up to ${SIDE_PIXELS_MAX} a side, and ${PIXELS_MAX} in all. Choose a smaller one.`,
    });
  if (!isWhole) throw fileError('FILE_UNREADABLE');
}

/** Looks at the first bytes. Throws FILE_TYPE_NOT_ALLOWED or FILE_UNREADABLE. */
export async function inspectType(start: Uint8Array, allowed: readonly FileType[]): Promise<FileType> {
  if (start.length === 0) throw fileError('FILE_UNREADABLE');
  const found = await fileTypeFromBuffer(start).catch(() => undefined);
  const mime = found?.mime ?? (isText(start) ? 'text/plain' : undefined);
  const name = mime && (TYPE_ALIASES[mime] ?? mime);
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

/** The end marker is in the last kilobyte. */
function pdfReachesEnd(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(-PDF_TAIL_BYTES)).includes('%%EOF');
}
