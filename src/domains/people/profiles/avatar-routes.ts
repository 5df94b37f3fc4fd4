/** The endpoint that uploads an avatar, at two paths. */
import { FORM_REFUSALS, fileError } from '@/domains/base/media/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { imagesError } from '@/providers/images-errors';
import { Avatar, AvatarUpload } from './avatar-schemas';
import { uploadAvatar } from './upload-avatar';

export const avatarEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'uploadAvatar',
    method: 'post',
    path: '/user/avatar',
    aliases: ['/viewer/avatar'],
    tag: 'user',
    summary: 'Upload my avatar',
    description:
      'PNG, JPEG, WebP, GIF, HEIC or AVIF up to 5 MB, in the field `avatar`. It is converted to WebP, at most 640 pixels wide, ' +
      'without metadata; only the first frame of an animation is kept. The previous avatar is deleted.',
    who: 'user',
    upload: { contentType: 'multipart/form-data', schema: AvatarUpload },
    response: Avatar,
    refusals: [...FORM_REFUSALS, imagesError.IMAGES_UNAVAILABLE, fileError.UPLOAD_CONFLICT],
    handler: (ctx, { actor, request }) => uploadAvatar(ctx, actor.userId, request),
  }),
];
