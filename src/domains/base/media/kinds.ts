/** What follows from a file's kind: who may read it, what it counts as, and the widths it is drawn at. */
import {
  DOCUMENTS,
  type FileKind,
  LARGE_FILES,
  PICTURES,
  type PictureKind,
  WRITTEN_FILES,
} from '@/contracts/file-kinds';

const MEGABYTE = 1_048_576;
/** Storing a file costs about as much as keeping a megabyte for a month, however small it is. */
const COUNTED_BYTES_MIN = MEGABYTE;

/** What a file counts as among its owner's bytes of the day: its size as it was sent, but never less than this. */
export function countedBytes(bytes: number): number {
  return Math.max(COUNTED_BYTES_MIN, bytes);
}

export const FILE_KINDS = Object.keys({ ...PICTURES, ...DOCUMENTS, ...LARGE_FILES, ...WRITTEN_FILES }) as FileKind[]; // by its type

/** Whether a new file of this kind is read by a signed link alone. A post's may be opened to all (`setPrivacy`). */
export function isPrivate(kind: FileKind): boolean {
  return kind in DOCUMENTS || kind in WRITTEN_FILES || isPostFile(kind);
}

/** The staff log says who reads one. */
export function isIdentity(kind: FileKind): boolean {
  return kind === 'identity-document';
}

/** As private as the post that has it, which may change: its row says whether it is, and not its kind. */
export function isPostFile(kind: FileKind): boolean {
  return kind === 'post-image' || kind === 'post-video';
}

/** Kept as it came, and shown without what `blanks.ts` finds in it. */
export function isVideo(kind: FileKind): boolean {
  return kind === 'post-video';
}

/** Of the pictures that stand beside the one at the key; nothing beside anything else. */
export function variantWidths(kind: FileKind): readonly number[] {
  return kind in PICTURES ? PICTURES[kind as PictureKind].widths.slice(0, -1) : []; // it is in there
}
