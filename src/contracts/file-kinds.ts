/** The kinds of files, with the types and sizes that each allows. A new kind is one line here. */
const MEGABYTE = 1_048_576;

export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const;
export const DOCUMENT_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'application/pdf'] as const;
export const VIDEO_TYPES = ['video/mp4', 'video/webm', 'video/quicktime'] as const;
export type VideoType = (typeof VIDEO_TYPES)[number];
export type FileType = (typeof IMAGE_TYPES)[number] | (typeof DOCUMENT_TYPES)[number] | VideoType;

/** Images, re-encoded at these widths (pixels, ascending) and never enlarged. The key itself names the widest one. */
export const PICTURES = {
  thumbnail: { types: IMAGE_TYPES, bytesMax: 5 * MEGABYTE, widths: [320, 640, 1_280] },
  avatar: { types: IMAGE_TYPES, bytesMax: 5 * MEGABYTE, widths: [128, 320, 640] },
  'post-image': { types: IMAGE_TYPES, bytesMax: 10 * MEGABYTE, widths: [320, 1_280, 2_048] },
} as const;

/** Stored unchanged and readable only through a signed link. */
export const DOCUMENTS = {
  'identity-document': { types: DOCUMENT_TYPES, bytesMax: 10 * MEGABYTE },
} as const;

/** Videos, stored unchanged: sent whole (or in a form) up to the first size, and in parts above it. */
export const LARGE_FILES = {
  'post-video': { bytesMax: 200 * MEGABYTE, inPartsBytesMax: 5_120 * MEGABYTE },
} as const;

/**
 * Files that the platform writes. They are readable only through a signed link, under a name with their creation day.
 */
export const WRITTEN_FILES = {
  export: { contentType: 'application/json', nameOf: (day: string) => `footlight-${day}.json` },
} as const;

/** Storing a file costs about as much as keeping a megabyte for a month, however small the file is. */
const COUNTED_BYTES_MIN = MEGABYTE;

/** How many bytes a file takes from its owner's daily budget: its uploaded size, but at least `COUNTED_BYTES_MIN`. */
export function countedBytes(bytes: number): number {
  return Math.max(COUNTED_BYTES_MIN, bytes);
}

export type PictureKind = keyof typeof PICTURES;
export type DocumentKind = keyof typeof DOCUMENTS;
export type LargeFileKind = keyof typeof LARGE_FILES;
export type WrittenKind = keyof typeof WRITTEN_FILES;
export type FileKind = PictureKind | DocumentKind | LargeFileKind | WrittenKind;

export const FILE_KINDS = Object.keys({ ...PICTURES, ...DOCUMENTS, ...LARGE_FILES, ...WRITTEN_FILES }) as FileKind[]; // by its type

/**
 * Whether a new file of this kind is readable only through a signed link. A post may later open its files
 * (`setPrivacy`).
 */
export function isPrivate(kind: FileKind): boolean {
  return kind in DOCUMENTS || kind in WRITTEN_FILES || isPostFile(kind);
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

/** Widths of the smaller images stored beside the one at the key. Empty for kinds that are not images. */
export function variantWidths(kind: FileKind): readonly number[] {
  return kind in PICTURES ? PICTURES[kind as PictureKind].widths.slice(0, -1) : []; // checked in the same line
}
