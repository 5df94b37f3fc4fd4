/**
 * Determines a file's type from its bytes. Ignores its name and the type that the client claims. Refuses files before
 * they are stored if they are truncated, or would decode to too many pixels.
 */
import { fileTypeFromBuffer } from 'file-type';
import { AUDIO_TYPES, type AudioType, type FileType, TYPE_ALIASES } from '@/contracts/file-kinds';
import type { AppError } from '@/http/errors';
import { id3Bytes } from '@/shared/id3';
import { beginsWithMp3 } from '@/shared/mp3';
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

/**
 * Looks at the first bytes. Throws FILE_TYPE_NOT_ALLOWED or FILE_UNREADABLE.
 * @param undecided types of which more bytes must show that they are one of the allowed ones
 */
export async function inspectType(
  start: Uint8Array,
  allowed: readonly FileType[],
  undecided: readonly FileType[] = [],
): Promise<FileType> {
  if (start.length === 0) throw fileError('FILE_UNREADABLE');
  const name = await nameOf(start);
  // Words may begin with the letters of a signature: a text about a BMW is no BMP.
  const type =
    [...allowed, ...undecided].find((candidate) => candidate === name) ??
    allowed.find((candidate) => candidate === 'text/plain' && isText(start));
  if (!type) throw typeNotAllowed(allowed);
  return type;
}

export function typeNotAllowed(allowed: readonly FileType[]): AppError {
  return fileError('FILE_TYPE_NOT_ALLOWED', { details: { allowed } });
}

async function nameOf(start: Uint8Array): Promise<string | undefined> {
  const tagged = id3Bytes(start);
  const inside = tagged > 0 ? await soundIn(start.subarray(tagged)) : undefined;
  const found = inside ?? (await libraryNameOf(start));
  // Files of boxes whose brand the library does not know are videos to it.
  return (found === 'video/mp4' && pictureBrandOf(start)) || found;
}

/** Boxes that QuickTime may begin with where it names no brand; the library knows others. */
const OLD_QUICKTIME: ReadonlySet<string> = new Set(['skip', 'pnot']);

async function libraryNameOf(start: Uint8Array): Promise<string | undefined> {
  const found = await fileTypeFromBuffer(start).catch(() => undefined);
  if (!found && OLD_QUICKTIME.has(lettersAt(start, 4))) return 'video/quicktime';
  if (!found) return beginsWithMp3(start) ? 'audio/mpeg' : undefined;
  return TYPE_ALIASES[found.mime] ?? found.mime;
}

/** The type of the sound behind a tag. @param behind the first bytes after the tag; may be empty */
export async function soundIn(behind: Uint8Array): Promise<AudioType | undefined> {
  if (behind.length === 0) return undefined;
  const name = await libraryNameOf(behind);
  return AUDIO_TYPES.find((type) => type === name);
}

const FTYP_BRANDS_AT = 8;
const BRAND_BYTES = 4;

/** What decoders take a file of boxes for that names a picture's brand among its brands, whatever the first is. */
function pictureBrandOf(start: Uint8Array): FileType | undefined {
  const view = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  const end = Math.min(start.length, view.readUInt32BE(0));
  const brands = new Set<string>();
  for (let at = FTYP_BRANDS_AT; at + BRAND_BYTES <= end; at += BRAND_BYTES) brands.add(lettersAt(start, at));
  if (brands.has('avif') || brands.has('avis')) return 'image/avif';
  return ['heic', 'heix', 'mif1'].some((brand) => brands.has(brand)) ? 'image/heic' : undefined;
}

function lettersAt(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.subarray(at, at + BRAND_BYTES)).toString('latin1');
}

/** A text has no signature. A script says in its first line which program runs it, so it is not one. */
function isText(start: Uint8Array): boolean {
  try {
    // The last character may be cut, which a stream allows.
    const text = new TextDecoder(encodingOf(start), { fatal: true, ignoreBOM: false }).decode(start, { stream: true });
    return !CONTROL.test(text) && !text.trimStart().startsWith('#!');
  } catch {
    return false;
  }
}

/** Windows writes logs as UTF-16, with a mark at their beginning. */
function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** The end marker is in the last kilobyte. */
function pdfReachesEnd(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(-PDF_TAIL_BYTES)).includes('%%EOF');
}
