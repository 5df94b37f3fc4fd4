/** What follows from a file's kind: who may read it, what it counts as, and the widths it is drawn at. */
import {
  DOCUMENTS,
  type FileKind,
  LARGE_FILES,
  type LargeFileKind,
  type LargeFileType,
  PICTURES,
  type PictureKind,
  WRITTEN_FILES,
} from '@/contracts/file-kinds';
import type { Drawing } from '@/contracts/images';

const MEGABYTE = 1_048_576;
/** Storing a file costs about as much as keeping a megabyte for a month, however small the file is. */
const COUNTED_BYTES_MIN = MEGABYTE;

/** How many bytes a file takes from its owner's daily budget: its uploaded size, but at least `COUNTED_BYTES_MIN`. */
export function countedBytes(bytes: number): number {
  return Math.max(COUNTED_BYTES_MIN, bytes);
}

export const FILE_KINDS = Object.keys({ ...PICTURES, ...DOCUMENTS, ...LARGE_FILES, ...WRITTEN_FILES }) as FileKind[]; // by its type

/**
 * Whether a new file of this kind is readable only through a signed link. A post may later open its files
 * (`setPrivacy`).
 */
export function isPrivate(kind: FileKind): boolean {
  return kind in DOCUMENTS || kind in WRITTEN_FILES || kind in LARGE_FILES || isPostFile(kind);
}

/** The staff log records who reads a file of this kind. */
export function isIdentity(kind: FileKind): boolean {
  return kind === 'identity-document';
}

/**
 * Files of a post are as private as the post, which may change. So their row, not their kind, says whether they are
 * private.
 */
export function isPostFile(kind: FileKind): boolean {
  return kind === 'post-image' || kind === 'post-video';
}

/** Stored unchanged, and served without the parts that `blanks.ts` finds in it. */
export function isVideo(kind: FileKind): boolean {
  return kind === 'post-video';
}

/** How images of this kind are drawn. Every size of an emote is there, so that a client can lay out a line of text. */
export function drawingOf(kind: PictureKind): Drawing {
  return kind === 'emote' ? { square: true, animated: true } : {};
}

/** Whether the kind is that of images, which are drawn anew. */
export function isPicture(kind: FileKind): kind is PictureKind {
  return kind in PICTURES;
}

/** Widths of the smaller images stored beside the one at the key. Empty for kinds that are not images. */
export function variantWidths(kind: FileKind): readonly number[] {
  return isPicture(kind) ? PICTURES[kind].widths.slice(0, -1) : [];
}

/**
 * What a file may be that was announced as this type. A sender goes by the file's name, which often names another
 * container or codec of pictures, videos or sound than the bytes do.
 */
export function typesLike(announced: LargeFileType, kind: LargeFileKind): LargeFileType[] {
  const family = announced.slice(0, announced.indexOf('/') + 1);
  const isLike = (type: LargeFileType) => type === announced || (family !== 'application/' && type.startsWith(family));
  return LARGE_FILES[kind].types.filter(isLike);
}
