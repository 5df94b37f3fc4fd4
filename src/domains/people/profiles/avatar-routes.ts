/** One use case behind two doors. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Avatar, AvatarUpload } from './avatar-schemas';
import { uploadAvatar } from './upload-avatar';

const door = (tag: 'user' | 'viewer') =>
  endpoint({
    method: 'post',
    path: `/${tag}/avatar`,
    tag,
    summary: 'Upload my avatar',
    description:
      'PNG, JPEG, WebP or GIF up to 5 MB, in the field `avatar`. It is drawn anew as WebP, at most 640 pixels wide, ' +
      'without its metadata; of an animation the first frame stays. The one before is deleted.',
    who: 'user',
    upload: { contentType: 'multipart/form-data', schema: AvatarUpload },
    response: Avatar,
    refusals: { 409: 'UPLOAD_CONFLICT', 503: 'MEDIA_STORE_UNAVAILABLE or IMAGES_UNAVAILABLE' },
    handler: (ctx, { actor, request }) => uploadAvatar(ctx, actor.userId, request),
  });

export const avatarEndpoints: Endpoint[] = [door('user'), door('viewer')];
