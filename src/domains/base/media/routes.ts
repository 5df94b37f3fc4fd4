/** Large files: announced here, sent to signed URLs, and used wherever a request names the upload's id. */
import { z } from '@hono/zod-openapi';
import { budgetError } from '@/domains/base/budgets/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { beginUpload } from './begin-upload';
import { completeUpload, dropUpload } from './end-upload';
import { fileError } from './errors';
import { CompletedUpload, NewUpload, SentParts, Upload } from './schemas';

const ByUpload = z.strictObject({ uploadId: z.string().min(1) });

export const mediaEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'beginUpload',
    method: 'post',
    path: '/media/uploads',
    tag: 'media',
    summary: 'Announce a large file and get signed URLs to send it to',
    description:
      'A `post-video` is MP4, M4V, WebM or QuickTime of up to 5 GB. A `ticket-file` is an image, a video, a PDF or plain text ' +
      'of up to 25 MB. A `track` is MP3, AAC, M4A, FLAC, Ogg or WAV of up to 1 GB, for DJs. An `image`, for its ' +
      'cover or for a product, has up to 10 MB. A `product-file` is a PDF, ZIP, EPUB, image, sound or video of up to 1 GB. ' +
      'These two are for creators. Send a file of up to 200 MB (64 MB if the server has no R2 keys) once, ' +
      'with `PUT` to `url`, with the given headers and without `Authorization`. Send a larger file in `parts`, each to ' +
      'its own URL in the same way, and repeat a part that fails. Keep the `ETag` of each response, and complete the ' +
      'upload with them. Then use the file by its `id`. Uploads not used in time are deleted. You can have at most 20 ' +
      'open uploads, of 10 GB in all. The size counts towards the daily limit immediately.',
    who: 'user',
    body: NewUpload,
    response: Upload,
    status: 201,
    refusals: [
      fileError.UPLOAD_FOR_DJS,
      fileError.UPLOAD_FOR_CREATORS,
      fileError.TOO_MANY_UPLOADS,
      fileError.FILE_TOO_LARGE,
      budgetError.DAILY_BUDGET_SPENT,
      fileError.MEDIA_STORE_UNAVAILABLE,
    ],
    handler: (ctx, { actor, body }) => beginUpload(ctx, actor, body),
  }),
  endpoint({
    operationId: 'completeUpload',
    method: 'post',
    path: '/media/uploads/{uploadId}/complete',
    tag: 'media',
    summary: 'Join the parts of an upload once all have been sent',
    description: 'Safe to repeat. Afterwards, use the upload like one that was sent whole.',
    who: 'user',
    params: ByUpload,
    body: SentParts,
    response: CompletedUpload,
    refusals: [
      fileError.UPLOAD_NOT_FOUND,
      fileError.UPLOAD_USED,
      fileError.UPLOAD_PARTS_DIFFER,
      fileError.MEDIA_STORE_UNAVAILABLE,
    ],
    handler: (ctx, { actor, params, body }) => completeUpload(ctx, actor.userId, params.uploadId, body),
  }),
  endpoint({
    operationId: 'deleteUpload',
    method: 'delete',
    path: '/media/uploads/{uploadId}',
    tag: 'media',
    summary: 'Delete an upload that is not used yet',
    description:
      'Deletes everything that was sent. If no file was stored, its size no longer counts towards the daily limit. A file ' +
      'announced to be sent whole, directly to R2, counts until its URL expires.',
    who: 'user',
    params: ByUpload,
    response: Nothing,
    refusals: [fileError.UPLOAD_NOT_FOUND, fileError.UPLOAD_USED, fileError.MEDIA_STORE_UNAVAILABLE],
    handler: async (ctx, { actor, params }) => {
      await dropUpload(ctx, actor.userId, params.uploadId);
      return {};
    },
  }),
];
