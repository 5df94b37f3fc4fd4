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

export type PictureKind = keyof typeof PICTURES;
export type DocumentKind = keyof typeof DOCUMENTS;
export type LargeFileKind = keyof typeof LARGE_FILES;
export type WrittenKind = keyof typeof WRITTEN_FILES;
export type FileKind = PictureKind | DocumentKind | LargeFileKind | WrittenKind;
