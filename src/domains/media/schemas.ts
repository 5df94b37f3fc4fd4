/** How a large file is announced, and where it is to be sent. */
import { z } from '@hono/zod-openapi';
import { LARGE_FILES, type LargeFileKind, VIDEO_TYPES } from './kinds';

const KINDS = Object.keys(LARGE_FILES) as [LargeFileKind, ...LargeFileKind[]]; // by its type

export const NewUpload = z
  .strictObject({
    kind: z.enum(KINDS),
    contentType: z.enum(VIDEO_TYPES),
    bytes: z.int().positive().openapi({ description: 'The size of the file, exactly.' }),
  })
  .openapi('NewUpload');

export const Upload = z
  .object({
    id: z.uuid().openapi({ description: 'What names the file when it is used.' }),
    method: z.literal('PUT'),
    url: z.string(),
    headers: z.record(z.string(), z.string()).openapi({ description: 'To be sent as they stand.' }),
    bytes: z.int(),
    expiresAt: z.string().openapi({ description: 'Until then it must have been sent and used.' }),
  })
  .openapi('Upload');
