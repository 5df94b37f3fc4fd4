/** The endpoints that upload an avatar, at two paths, and remove it. */
import { FORM_REFUSALS, fileError } from '@/domains/base/media/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { imagesError } from '@/providers/images-errors';
import { Avatar, AvatarUpload } from './avatar-schemas';
import { removeAvatar } from './remove-avatar';
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
  endpoint({
    operationId: 'removeAvatar',
    method: 'delete',
    path: '/user/avatar',
    tag: 'user',
    summary: 'Remove my avatar',
    description:
      'Idempotent. An avatar that staff removed stays with the decision, so that an appeal can bring it back.',
    who: 'user',
    response: Nothing,
    refusals: [fileError.UPLOAD_CONFLICT],
    handler: async (ctx, { actor }) => {
      await removeAvatar(ctx, actor.userId);
      return {};
    },
  }),
];
