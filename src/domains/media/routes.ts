/** Large files: announced here, sent by the signed URL, used by whatever names the upload's id. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { beginUpload } from './begin-upload';
import { NewUpload, Upload } from './schemas';

export const mediaEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/media/uploads',
    tag: 'media',
    summary: 'Announce a large file, for a signed URL to send it to',
    description:
      'MP4, WebM or QuickTime up to 200 MB. Send the file with `PUT`, the headers given and no `Authorization`, once; ' +
      'then name its `id` where it is used. What is not used in time is deleted.',
    who: 'user',
    body: NewUpload,
    response: Upload,
    status: 201,
    refusals: { 409: 'TOO_MANY_UPLOADS', 413: 'BODY_TOO_LARGE or FILE_TOO_LARGE' },
    handler: (ctx, { actor, body }) => beginUpload(ctx, actor.userId, body),
  }),
];
