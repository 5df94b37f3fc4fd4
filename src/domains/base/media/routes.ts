/** Large files: announced here, sent by signed URLs, used by whatever names the upload's id. */
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
    summary: 'Announce a large file, for a signed URL to send it to',
    description:
      'MP4, WebM or QuickTime up to 5 GB. Up to 200 MB, or 64 where the server has no keys of R2, send the file with `PUT` to ' +
      '`url`, with the headers given and no `Authorization`, once. Above, send each of `parts` to its own URL in the same way, again if one fails, keep the ' +
      '`ETag` of each answer, and complete the upload with them. Then name its `id` where it is used. What is not used ' +
      'in time is deleted. At most 20 uploads, of 10 GB in all, are open at once. The size counts towards the daily ' +
      'limit from now on.',
    who: 'user',
    body: NewUpload,
    response: Upload,
    status: 201,
    refusals: [
      fileError.TOO_MANY_UPLOADS,
      fileError.FILE_TOO_LARGE,
      budgetError.DAILY_BUDGET_SPENT,
      fileError.MEDIA_STORE_UNAVAILABLE,
    ],
    handler: (ctx, { actor, body }) => beginUpload(ctx, actor.userId, body),
  }),
  endpoint({
    operationId: 'completeUpload',
    method: 'post',
    path: '/media/uploads/{uploadId}/complete',
    tag: 'media',
    summary: 'Join the parts of an upload, when all have been sent',
    description: 'May be repeated. It is then used like one that was sent at once.',
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
    summary: 'Give up an upload that is not used yet',
    description:
      'Whatever was sent of it is deleted. Its size no longer counts towards the daily limit if no file was stored. If it ' +
      'was to be sent to R2 itself, it counts until its URL expires.',
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
