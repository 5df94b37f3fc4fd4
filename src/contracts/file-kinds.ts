/** What kinds of file there are, and what each may be. A new kind is a line here. */
const MEGABYTE = 1_048_576;

export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const;
export const DOCUMENT_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'application/pdf'] as const;
export const VIDEO_TYPES = ['video/mp4', 'video/webm', 'video/quicktime'] as const;
export type VideoType = (typeof VIDEO_TYPES)[number];
export type FileType = (typeof IMAGE_TYPES)[number] | (typeof DOCUMENT_TYPES)[number] | VideoType;

/** Drawn anew at these widths (pixels, ascending), never enlarged; the last one is what the key itself names. */
export const PICTURES = {
  thumbnail: { types: IMAGE_TYPES, bytesMax: 5 * MEGABYTE, widths: [320, 640, 1_280] },
  avatar: { types: IMAGE_TYPES, bytesMax: 5 * MEGABYTE, widths: [128, 320, 640] },
  'post-image': { types: IMAGE_TYPES, bytesMax: 10 * MEGABYTE, widths: [320, 1_280, 2_048] },
} as const;

/** Kept as they came, and read by a signed link alone. */
export const DOCUMENTS = {
  'identity-document': { types: DOCUMENT_TYPES, bytesMax: 10 * MEGABYTE },
} as const;

/** Videos, kept as they came: up to the first size in a form or at once, above it in parts. */
export const LARGE_FILES = {
  'post-video': { bytesMax: 200 * MEGABYTE, inPartsBytesMax: 5_120 * MEGABYTE },
} as const;

/** Written by the platform itself, and read by a signed link alone: under this name, with the day it was made. */
export const WRITTEN_FILES = {
  export: { contentType: 'application/json', nameOf: (day: string) => `footlight-${day}.json` },
} as const;

export type PictureKind = keyof typeof PICTURES;
export type DocumentKind = keyof typeof DOCUMENTS;
export type LargeFileKind = keyof typeof LARGE_FILES;
export type WrittenKind = keyof typeof WRITTEN_FILES;
export type FileKind = PictureKind | DocumentKind | LargeFileKind | WrittenKind;
