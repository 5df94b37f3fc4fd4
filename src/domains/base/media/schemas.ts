/** How a large file is announced, and where it is to be sent. */
import { z } from '@hono/zod-openapi';
import { LARGE_FILES, type LargeFileKind, VIDEO_TYPES } from '@/contracts/file-kinds';

/** No upload has more of them. */
const PARTS_MAX = 100;
const ETAG_CHARACTERS_MAX = 1_000;
const KINDS = Object.keys(LARGE_FILES) as [LargeFileKind, ...LargeFileKind[]]; // by its type

export const NewUpload = z
  .strictObject({
    kind: z.enum(KINDS),
    contentType: z.enum(VIDEO_TYPES),
    bytes: z.int().positive().openapi({ description: 'The size of the file, exactly.' }),
  })
  .openapi('NewUpload');

const partNumber = z.int().min(1).max(PARTS_MAX);

const UploadPart = z
  .object({ partNumber, bytes: z.int().openapi({ description: 'The size of this part, exactly.' }), url: z.string() })
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
            .transform((etag) => etag.replaceAll('"', ''))
            .openapi({ description: 'As its PUT was answered, with or without the quotes.' }),
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
    expiresAt: z.string().openapi({ description: 'Until then it must be used.' }),
  })
  .openapi('CompletedUpload');

export const Upload = z
  .object({
    id: z.uuid().openapi({ description: 'What names the file when it is used.' }),
    method: z.literal('PUT'),
    url: z.string().optional().openapi({ description: 'Of what is sent at once.' }),
    headers: z.record(z.string(), z.string()).openapi({ description: 'To be sent as they stand.' }),
    parts: z.array(UploadPart).optional().openapi({
      description: 'Of what is sent in parts, in any order; `POST /media/uploads/{id}/complete` joins them.',
    }),
    bytes: z.int(),
    expiresAt: z.string().openapi({ description: 'Until then it must have been sent and used.' }),
  })
  .openapi('Upload');
