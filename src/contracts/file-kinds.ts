/** The kinds of files, with the types and sizes that each allows. A new kind is one line here. */
const MEGABYTE = 1_048_576;

export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const;
/** What is drawn anew. The last three are what phones take, and are read where the Images binding reads them. */
export const PICTURE_TYPES = [...IMAGE_TYPES, 'image/heic', 'image/heif', 'image/avif'] as const;
export const EMOTE_TYPES = ['image/png', 'image/webp', 'image/gif'] as const;
export const DOCUMENT_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'application/pdf'] as const;
export const VIDEO_TYPES = ['video/mp4', 'video/webm', 'video/quicktime'] as const;
/** What people show support: screenshots, documents, logs and short recordings. */
export const TICKET_TYPES = [...IMAGE_TYPES, 'application/pdf', 'text/plain', ...VIDEO_TYPES] as const;
/** MP3, AAC, M4A, FLAC, Ogg with Opus or Vorbis, and WAV. */
export const AUDIO_TYPES = ['audio/mpeg', 'audio/aac', 'audio/mp4', 'audio/flac', 'audio/ogg', 'audio/wav'] as const;
export type AudioType = (typeof AUDIO_TYPES)[number];
/** What a seller delivers by a link. None of these runs in a browser. */
export const PRODUCT_FILE_TYPES = [
  'application/pdf',
  'application/zip',
  'application/epub+zip',
  ...IMAGE_TYPES,
  ...AUDIO_TYPES,
  ...VIDEO_TYPES,
] as const;
export type FileType =
  | (typeof PICTURE_TYPES)[number]
  | (typeof DOCUMENT_TYPES)[number]
  | (typeof TICKET_TYPES)[number]
  | (typeof PRODUCT_FILE_TYPES)[number]
  | AudioType;

/**
 * Other names of a type, some of which browsers and systems still use. M4V and 3GP are MP4 by other brands, and M4A is
 * MP4 that has only sound; Opus is a codec inside of Ogg; an APNG is a PNG with several images.
 */
export const TYPE_ALIASES: Readonly<Record<string, FileType>> = {
  'video/x-m4v': 'video/mp4',
  'video/3gpp': 'video/mp4',
  'video/3gpp2': 'video/mp4',
  'audio/x-m4a': 'audio/mp4',
  'audio/ogg; codecs=opus': 'audio/ogg',
  'image/apng': 'image/png',
  'image/x-png': 'image/png',
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'audio/mp3': 'audio/mpeg',
  'audio/x-mp3': 'audio/mpeg',
  'audio/m4a': 'audio/mp4',
  'audio/x-aac': 'audio/aac',
  'audio/x-flac': 'audio/flac',
  'audio/opus': 'audio/ogg',
  'audio/wave': 'audio/wav',
  'audio/x-wav': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'application/ogg': 'audio/ogg',
  'application/x-zip-compressed': 'application/zip',
  'application/x-zip': 'application/zip',
  'application/x-pdf': 'application/pdf',
  'text/x-log': 'text/plain',
  'image/avif-sequence': 'image/avif',
  'image/heic-sequence': 'image/heic',
  'image/heif-sequence': 'image/heif',
};

/** Images, re-encoded at these widths (pixels, ascending) and never enlarged. The key itself names the widest one. */
export const PICTURES = {
  thumbnail: { types: PICTURE_TYPES, bytesMax: 5 * MEGABYTE, widths: [320, 640, 1_280] },
  avatar: { types: PICTURE_TYPES, bytesMax: 5 * MEGABYTE, widths: [128, 320, 640] },
  'post-image': { types: PICTURE_TYPES, bytesMax: 10 * MEGABYTE, widths: [320, 1_280, 2_048] },
  'product-image': { types: PICTURE_TYPES, bytesMax: 10 * MEGABYTE, widths: [320, 1_280, 2_048] },
  'track-cover': { types: PICTURE_TYPES, bytesMax: 10 * MEGABYTE, widths: [128, 320, 640] },
  emote: { types: EMOTE_TYPES, bytesMax: MEGABYTE, widths: [28, 56, 112] },
} as const;

/** Stored unchanged and readable only through a signed link. */
export const DOCUMENTS = {
  'identity-document': { types: DOCUMENT_TYPES, bytesMax: 10 * MEGABYTE },
} as const;

/**
 * Announced, and stored unchanged: sent whole up to the first size, and in parts above it. A form takes videos, tracks
 * and files of products up to the first size too. An `image` is sent for something that draws it anew.
 */
export const LARGE_FILES = {
  'post-video': { types: VIDEO_TYPES, bytesMax: 200 * MEGABYTE, inPartsBytesMax: 5_120 * MEGABYTE },
  'ticket-file': { types: TICKET_TYPES, bytesMax: 25 * MEGABYTE, inPartsBytesMax: 25 * MEGABYTE },
  track: { types: AUDIO_TYPES, bytesMax: 200 * MEGABYTE, inPartsBytesMax: 1_024 * MEGABYTE },
  'product-file': { types: PRODUCT_FILE_TYPES, bytesMax: 200 * MEGABYTE, inPartsBytesMax: 1_024 * MEGABYTE },
  image: { types: PICTURE_TYPES, bytesMax: 10 * MEGABYTE, inPartsBytesMax: 10 * MEGABYTE },
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
export type LargeFileType = (typeof LARGE_FILES)[LargeFileKind]['types'][number];
export type WrittenKind = keyof typeof WRITTEN_FILES;
export type FileKind = PictureKind | DocumentKind | LargeFileKind | WrittenKind;
