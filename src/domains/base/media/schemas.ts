/** Wire shapes for announcing a large file and sending it. */
import { z } from '@hono/zod-openapi';
import { LARGE_FILES, type LargeFileKind, type LargeFileType, TYPE_ALIASES } from '@/contracts/file-kinds';
import { aLine, pastedPattern } from '@/http/fields';
import { asPasted } from '@/shared/text';

/** More than any upload has. */
const PARTS_MAX = 100;
const ETAG_CHARACTERS_MAX = 1_000;
const NAME_CHARACTERS_MAX = 200;
const KINDS = Object.keys(LARGE_FILES) as [LargeFileKind, ...LargeFileKind[]]; // by its type
const CONTENT_TYPES = [...new Set<LargeFileType>(Object.values(LARGE_FILES).flatMap(({ types }) => types))];

const KNOWN_TYPES = [...CONTENT_TYPES, ...Object.keys(TYPE_ALIASES)];

/** A type without its parameters: recorders in browsers name their codecs, and texts their encoding. */
function plainType(written: string): string {
  return asPasted(written)
    .replace(/ *;[ -~]*$/, '')
    .toLowerCase();
}

/** The pattern of these types for the reference, by any of their names. */
function patternOf(types: readonly string[]): string {
  const names = KNOWN_TYPES.filter((name) => !name.includes(';') && types.includes(TYPE_ALIASES[name] ?? name));
  const inAnyCase = names.map((name) =>
    name.replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`).replaceAll(/[.+]/g, '\\$&'),
  );
  return pastedPattern(`(?:${inAnyCase.join('|')})(?: *;[ -~]*)?`);
}

export const NewUpload = z
  .strictObject({
    kind: z.enum(KINDS),
    contentType: z
      .string()
      .overwrite(plainType)
      .pipe(z.enum(KNOWN_TYPES))
      .transform((name) => (TYPE_ALIASES[name] ?? name) as LargeFileType) // an alias is one of a type that is listed
      .openapi({
        example: 'video/mp4',
        pattern: patternOf(CONTENT_TYPES),
        description:
          'As the sender knows it, with its parameters if it has any. The bytes decide, within pictures, videos and sound.',
      }),
    bytes: z.int().positive().openapi({ description: 'The exact size of the file.' }),
    name: aLine(NAME_CHARACTERS_MAX).optional().openapi({
      description:
        'What readers see a `ticket-file` or `product-file` named. A `track` without a title is named after it.',
    }),
  })
  .superRefine(({ kind, contentType }, issue) => {
    const types: readonly string[] = LARGE_FILES[kind].types;
    if (!types.includes(contentType))
      issue.addIssue({ code: 'custom', path: ['contentType'], message: `must be one of ${types.join(', ')}` });
  })
  .openapi('NewUpload', {
    anyOf: KINDS.map((kind) => ({
      properties: { kind: { enum: [kind] }, contentType: { pattern: patternOf(LARGE_FILES[kind].types) } },
    })),
  });

const partNumber = z.int().min(1).max(PARTS_MAX);

const UploadPart = z
  .object({ partNumber, bytes: z.int().openapi({ description: 'The exact size of this part.' }), url: z.string() })
  .openapi('UploadPart');

export const SentParts = z
  .strictObject({
    parts: z
      .array(
        z.strictObject({
          partNumber,
          etag: z
            .string()
            .min(1)
            .max(ETAG_CHARACTERS_MAX)
            .regex(/^[\x20-\x7e]+$/, 'must be an ETag')
            .transform((etag) => etag.replaceAll('"', ''))
            .openapi({ description: 'From the response to its PUT, with or without the quotes.' }),
        }),
      )
      .min(1)
      .max(PARTS_MAX),
  })
  .openapi('SentParts');

export const CompletedUpload = z
  .object({
    id: z.uuid(),
    bytes: z.int(),
    expiresAt: z.iso.datetime().openapi({ description: 'Use the upload before this time.' }),
  })
  .openapi('CompletedUpload');

export const Upload = z
  .object({
    id: z.uuid().openapi({ description: 'The id to use the file by.' }),
    method: z.literal('PUT'),
    url: z.string().optional().openapi({ description: 'For a file that is sent whole.' }),
    headers: z.record(z.string(), z.string()).openapi({ description: 'Send these headers unchanged.' }),
    parts: z.array(UploadPart).optional().openapi({
      description: 'For a file sent in parts, in any order. `POST /media/uploads/{id}/complete` joins them.',
    }),
    bytes: z.int(),
    expiresAt: z.iso.datetime().openapi({ description: 'Send and use the file before this time.' }),
  })
  .openapi('Upload');
